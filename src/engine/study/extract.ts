// Takes files out of an image into a directory of this machine. Everything is made new, by names that the table of paths has
// already cleaned, below directories that were made new as well: no link can lead out.
import * as fs from 'node:fs'
import * as path from 'node:path'
import { type Context, Fault, hostPath } from '../../core/index.ts'
import {
  cellFile,
  cellMeta,
  cellNumber,
  cellTarget,
  isDirectoryKind,
  nodeName,
  nodePath,
  type Strata,
  standing,
} from '../../layer/index.ts'
import { type OpenedImage, ownChunks } from './opened.ts'

export interface ExtractRequest {
  readonly ids: readonly number[]
  readonly height: number
  readonly directory: string
}

interface Extracted {
  files: number
  bytes: number
  readonly skipped: string[]
}

interface From {
  readonly strata: Strata
  /** Whose a layer is. */
  readonly imageOf: (layer: number) => OpenedImage
}

export async function extractNodes(
  from: From,
  { ids, height, directory }: ExtractRequest,
  ctx: Context,
): Promise<Readonly<Extracted>> {
  const root = path.resolve(directory)
  fs.mkdirSync(root, { recursive: true })
  const extracted: Extracted = { files: 0, bytes: 0, skipped: [] }
  for (const id of ids)
    for await (const _ of place(from, { node: id, height, below: hostPath(root) }, extracted))
      ctx.signal.throwIfAborted()
  return extracted
}

interface Spot {
  readonly node: number
  readonly height: number
  /** The directory that it goes into. */
  readonly below: string | Buffer
}

/** Yields after each file. */
async function* place(from: From, spot: Spot, extracted: Extracted): AsyncGenerator<void> {
  const { strata, imageOf } = from
  const { node, height, below } = spot
  const cell = standing(strata, node, height)
  if (cell < 0)
    throw new Fault('path.invalid', `${nodePath(strata, node)} is not there with ${height} layers`)
  const target = node === 0 ? below : join(below, nodeName(strata, node))
  const kind = strata.kind[cell]!
  const { mode, mtime } = cellMeta(strata, cell)
  const seconds = Number(mtime) / 1e9
  const file = cellFile(strata, cell)
  if (isDirectoryKind(kind)) {
    if (node !== 0) make(target, () => fs.mkdirSync(target, 0o700))
    for (let child = node + 1; child < strata.end[node]!; child = strata.end[child]!)
      if (standing(strata, child, height) >= 0)
        yield* place(from, { node: child, height, below: target }, extracted)
    if (node === 0) return
    fs.chmodSync(target, mode & 0o777)
    fs.utimesSync(target, seconds, seconds)
  } else if (kind === cellNumber.symlink) {
    make(target, () => fs.symlinkSync(hostPath(cellTarget(strata, cell)!), target))
    extracted.files++
  } else if (file !== undefined) {
    const fd = make(target, () => fs.openSync(target, 'wx', 0o600))
    try {
      for await (const chunk of ownChunks(imageOf(strata.layer[cell]!), file)) {
        for (let at = 0; at < chunk.length; ) at += fs.writeSync(fd, chunk, at)
        yield
      }
      fs.fchmodSync(fd, mode & 0o777)
      fs.futimesSync(fd, seconds, seconds)
    } finally {
      fs.closeSync(fd)
    }
    extracted.files++
    extracted.bytes += file.size
  } else extracted.skipped.push(nodePath(strata, node))
  yield
}

function join(directory: string | Buffer, name: string): string | Buffer {
  const last = hostPath(name)
  if (typeof directory === 'string' && typeof last === 'string') return `${directory}/${last}`
  return Buffer.concat([Buffer.from(directory), Buffer.from('/'), Buffer.from(last)])
}

/** Makes something new; faults with `extract.exists` where there is something already. */
function make<Made>(target: string | Buffer, how: () => Made): Made {
  try {
    return how()
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    if (code === 'EEXIST')
      throw new Fault('extract.exists', `${target} exists already`, {
        hint: 'Extract into another directory, or remove it first.',
        cause,
      })
    throw new Fault('extract.failed', `${target} cannot be made: ${(cause as Error).message}`, { cause })
  }
}
