// Build contexts written to disk as a suite's data states them.
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { type RawEntry, type RawType, rawTar } from '../../src/testing/raw-tar.ts'
import { skip } from './suite.ts'

export interface ContextEntry {
  readonly path: string
  /** Octal digits. */
  readonly mode?: string
  readonly content?: string
  readonly contentBase64?: string
  readonly dir?: boolean
  readonly symlinkTo?: string
  readonly hardlinkTo?: string
  readonly socket?: boolean
  readonly tar?: readonly TarEntry[]
  readonly compress?: string
}

interface TarEntry {
  readonly name: string
  readonly type: RawType
  readonly content?: string
  readonly target?: string
  readonly mode?: string
}

/** Writes the entries below `directory`, which is made; later entries of a path replace earlier ones. */
export async function writeContext(directory: string, entries: readonly ContextEntry[]): Promise<void> {
  fs.mkdirSync(directory, { recursive: true })
  const modes: (readonly [string, number])[] = []
  for (const entry of entries) {
    const full = path.join(directory, entry.path)
    fs.mkdirSync(path.dirname(full), { recursive: true })
    const mode = entry.mode === undefined ? undefined : Number.parseInt(entry.mode, 8)
    if (entry.dir === true) fs.mkdirSync(full, { recursive: true })
    else if (entry.symlinkTo !== undefined) fs.symlinkSync(entry.symlinkTo, full)
    else if (entry.hardlinkTo !== undefined) fs.linkSync(path.join(directory, entry.hardlinkTo), full)
    else if (entry.socket === true) await makeSocket(full)
    else fs.writeFileSync(full, contentOf(entry))
    if (mode !== undefined && entry.symlinkTo === undefined) modes.push([full, mode])
  }
  for (const [full, mode] of modes) fs.chmodSync(full, mode)
}

/** The bytes of a file entry. */
export function contentOf(entry: ContextEntry): Buffer {
  if (entry.tar === undefined)
    return entry.contentBase64 === undefined
      ? Buffer.from(entry.content ?? '')
      : Buffer.from(entry.contentBase64, 'base64')
  const tar = rawTar(entry.tar.map(rawEntry))
  switch (entry.compress) {
    case undefined:
      return tar
    case 'gzip':
      return gzipSync(tar)
    case 'zstd':
      return zstdCompressSync(tar)
    default:
      return skip(`the harness cannot compress with ${entry.compress}`)
  }
}

function rawEntry(entry: TarEntry): RawEntry {
  const { name, type, content, target } = entry
  return {
    name,
    type,
    content,
    target,
    mode: entry.mode === undefined ? undefined : Number.parseInt(entry.mode, 8),
  }
}

/** A socket stays on disk when its server is not closed but left to the end of the process: so it is renamed away first. */
async function makeSocket(full: string): Promise<void> {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(`${full}~`, resolve))
  fs.renameSync(`${full}~`, full)
  await new Promise<void>((resolve) => server.close(() => resolve()))
}
