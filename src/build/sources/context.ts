// The build's own context, however it was given: a directory, a repository, an archive or a lone Dockerfile from a URL or a stream. What is
// no directory of this machine becomes a layer of the store.
import * as fs from 'node:fs'
import * as path from 'node:path'
import { type Context, Fault, parseGitReference, readAtMost } from '../../core/index.ts'
import type { FileSource } from '../../plan/index.ts'
import { withHead } from '../../store/index.ts'
import { dockerfileLimit, tooLarge } from '../dockerfile-source.ts'
import type { FetchTools } from '../tools.ts'
import { archiveHead, ingestArchive, isArchiveHead } from './archive.ts'
import { download } from './download.ts'
import { fetchGit } from './git.ts'
import { withoutCredentials } from './git-program.ts'
import { youngest } from './time.ts'

export type GivenContext =
  | { readonly kind: 'empty' }
  | { readonly kind: 'directory'; readonly path: string }
  /** A repository, or the URL of an archive or of a Dockerfile. */
  | { readonly kind: 'remote'; readonly url: string; readonly keepGitDir?: boolean | undefined }
  /** An archive, or the text of a Dockerfile. */
  | { readonly kind: 'stream'; readonly stream: AsyncIterable<Uint8Array> }

export interface OpenedContext {
  readonly source: FileSource
  /** For people, and to tell builds apart. */
  readonly name: string
  /** Absolute; where the context is a directory of this machine. */
  readonly directory?: string | undefined
  /** What came was no archive: the Dockerfile itself, without a context. */
  readonly dockerfile?: Uint8Array | undefined
  /** When the context was made, as far as it says so: seconds since the epoch. */
  readonly time?: number | undefined
}

const nothing: FileSource = { from: 'context', name: '' }

/** Opens or fetches a context. Faults with `context.missing`, `download.failed`, and as `fetchGit` and `ingestArchive` do. */
export async function openMainContext(
  given: GivenContext,
  tools: FetchTools,
  ctx: Context,
): Promise<OpenedContext> {
  switch (given.kind) {
    case 'empty':
      return { source: nothing, name: '' }
    case 'directory': {
      const directory = contextDirectory(given.path)
      return { source: nothing, name: directory, directory }
    }
    case 'stream':
      return fromStream(given.stream, '-', tools, ctx)
    case 'remote':
      return fromRemote(given, tools, ctx)
  }
}

async function fromRemote(
  { url, keepGitDir }: Extract<GivenContext, { kind: 'remote' }>,
  tools: FetchTools,
  ctx: Context,
): Promise<OpenedContext> {
  const name = withoutCredentials(url)
  const reference = parseGitReference(url)
  if (reference !== undefined) {
    const wanted = keepGitDir === undefined ? reference : { keepGitDir, ...reference }
    const { layer, committed } = await told(ctx, `load git source ${name}`, () =>
      fetchGit(wanted, tools, ctx),
    )
    return { source: { from: 'tree', layers: [layer] }, name, time: committed }
  }
  const file = await told(ctx, `load remote build context ${name}`, () =>
    download({ url, fileName: 'context' }, tools, ctx),
  )
  const { modified } = file
  const time = modified === undefined ? undefined : Number(modified / 1_000_000_000n)
  const opened = await fromStream(fs.createReadStream(file.path), name, tools, ctx)
  return { ...opened, time: time ?? opened.time }
}

async function fromStream(
  stream: AsyncIterable<Uint8Array>,
  name: string,
  tools: FetchTools,
  ctx: Context,
): Promise<OpenedContext> {
  const { head, whole } = await withHead(stream, archiveHead)
  if (isArchiveHead(head)) {
    const layer = await ingestArchive({ head, stream: whole, name: 'the build context' }, tools.store, ctx)
    return {
      source: { from: 'tree', layers: [layer] },
      name,
      time: youngest(tools.store.layers.index(layer)),
    }
  }
  const shown = name === '-' ? 'standard input' : name
  const dockerfile = await readAtMost(whole, dockerfileLimit)
  if (dockerfile === undefined) throw tooLarge(shown)
  if (dockerfile.includes(0))
    throw new Fault('context.missing', `${shown} is neither an archive nor text`, {
      hint: 'give a tar, plain or compressed with gzip, zstd, xz or bzip2, or a Dockerfile',
    })
  return { source: nothing, name, dockerfile }
}

function contextDirectory(given: string): string {
  const directory = path.resolve(given)
  const info = fs.statSync(directory, { throwIfNoEntry: false })
  if (info === undefined)
    throw new Fault('context.missing', `unable to prepare context: path "${given}" not found`, {
      hint: 'give an existing directory',
    })
  if (!info.isDirectory())
    throw new Fault('context.missing', `unable to prepare context: "${given}" is not a directory`)
  return fs.realpathSync(directory)
}

let count = 0

/** Tells of work that is no step of the Dockerfile. */
async function told<Result>(ctx: Context, name: string, work: () => Promise<Result>): Promise<Result> {
  const task = `source.${++count}`
  ctx.emit({ type: 'began', task, name: `[internal] ${name}`, at: Date.now() })
  try {
    const result = await work()
    ctx.emit({ type: 'ended', task, outcome: 'done', at: Date.now() })
    return result
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown)
    ctx.emit({
      type: 'ended',
      task,
      outcome: ctx.signal.aborted ? 'cancelled' : 'failed',
      at: Date.now(),
      message,
    })
    throw thrown
  }
}
