// `--build-context NAME=VALUE`: what each value stands for, found when a FROM or --from first names it.
import * as fs from 'node:fs'
import * as path from 'node:path'
import {
  type Context,
  Fault,
  isFault,
  type Platform,
  parseDigest,
  parseGitReference,
  parsePlatform,
  parseReference,
  printFamiliar,
  printPlatform,
  toRootPath,
} from '../../core/index.ts'
import type { FileEntry } from '../../layer/index.ts'
import type { BaseImage, FileSource, FindContext, FindImage, NamedContext } from '../../plan/index.ts'
import { loadFromLayout } from '../../store/index.ts'
import type { GivenDirectory } from '../directories.ts'
import { findIgnoreFile } from '../ignore-file.ts'
import type { FetchTools } from '../tools.ts'
import { openMainContext } from './context.ts'

export interface NamedContexts {
  readonly find: FindContext
  /** The directories among them, by name. */
  readonly directories: ReadonlyMap<string, GivenDirectory>
}

/** `given`: value by name, in docker's notation. Faults with `context.missing` where a value is none of the known forms. */
export function openNamedContexts(
  given: Readonly<Record<string, string>>,
  { tools, findImage }: { readonly tools: FetchTools; readonly findImage: FindImage },
  ctx: Context,
): NamedContexts {
  const values = new Map(Object.entries(given).map(([name, value]) => [normalName(name), value]))
  const directories = new Map<string, GivenDirectory>()
  for (const [name, value] of values) {
    const directory = directoryOf(value)
    if (directory !== undefined)
      directories.set(name, { path: directory, ignore: findIgnoreFile(undefined, directory) })
  }
  const found = new Map<string, Promise<NamedContext>>()
  return {
    directories,
    async find(name, platform) {
      const plain = normalName(name)
      const special = `${plain}::${printPlatform(platform)}`
      const key = values.has(special) ? special : plain
      const value = values.get(key)
      if (value === undefined) return undefined
      const id = `${key} ${printPlatform(platform)}`
      const context =
        found.get(id) ??
        (directories.has(key)
          ? Promise.resolve<NamedContext>({ kind: 'files', source: { from: 'context', name: key } })
          : resolve(value, { name: key, platform, tools, findImage }, ctx))
      found.set(id, context)
      return context
    },
  }
}

interface Wanted {
  readonly name: string
  readonly platform: Platform
  readonly tools: FetchTools
  readonly findImage: FindImage
}

async function resolve(value: string, wanted: Wanted, ctx: Context): Promise<NamedContext> {
  const { name, platform, tools, findImage } = wanted
  const image = afterScheme(value, 'docker-image')
  if (image === 'scratch') return files({ from: 'nothing' })
  if (image !== undefined) return { kind: 'image', image: await findImage(image, platform) }
  const layout = afterScheme(value, 'oci-layout')
  if (layout !== undefined) return { kind: 'image', image: await fromLayout(layout, wanted, ctx) }
  const target = /^target:(.+)$/.exec(value)?.[1]
  if (target !== undefined) return { kind: 'stage', name: target }
  if (isRemote(value)) return remoteFiles(value, wanted, ctx)
  if (fs.statSync(value, { throwIfNoEntry: false })?.isFile() === true) {
    const stream = fs.createReadStream(value, { highWaterMark: 1 << 20 })
    const opened = await openMainContext({ kind: 'stream', stream }, tools, ctx)
    if (opened.dockerfile === undefined) return files(opened.source, opened.time)
  }
  throw new Fault('context.missing', `build context ${name}: "${value}" is no directory and no archive`, {
    hint: 'give a directory, an archive, a URL, a git repository, docker-image://IMAGE, oci-layout://DIR or target:STAGE',
  })
}

/** Whether text names a context that has to be fetched. Faults with `reference.invalid` on a wrong query of a repository's URL. */
export function isRemote(text: string): boolean {
  if (/^https?:\/\//.test(text)) return true
  const reference = parseGitReference(text)
  return reference !== undefined && !(reference.looksLocal && fs.existsSync(text))
}

function files(source: FileSource, time?: number): NamedContext {
  return { kind: 'files', source, time }
}

/** A repository or an archive; any other file is there under the name `context`, as with BuildKit. */
async function remoteFiles(url: string, { tools }: Wanted, ctx: Context): Promise<NamedContext> {
  const opened = await openMainContext({ kind: 'remote', url }, tools, ctx)
  if (opened.dockerfile === undefined) return files(opened.source, opened.time)
  const file: FileEntry = {
    kind: 'file',
    path: toRootPath('context'),
    meta: { mode: 0o600, uid: 0, gid: 0, mtime: BigInt(opened.time ?? 0) * 1_000_000_000n },
    size: opened.dockerfile.length,
    content: { in: 'memory', bytes: opened.dockerfile },
  }
  const { diffId } = await tools.store.layers.pack([file], ctx)
  return files({ from: 'tree', layers: [diffId] }, opened.time)
}

/** `oci-layout://DIR[:TAG][@DIGEST]`. */
async function fromLayout(
  text: string,
  { name, platform, tools, findImage }: Wanted,
  ctx: Context,
): Promise<BaseImage> {
  const [, directory = '', tag, digest] =
    /^(.*?)(?::([\w][\w.-]*))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(text) ?? []
  const wanted = { tag, digest: digest === undefined ? undefined : parseDigest(digest), platform }
  const image = await loadFromLayout(tools.store, path.resolve(directory), wanted, ctx)
  return { ...(await findImage(image.digest, platform)), name }
}

function directoryOf(value: string): string | undefined {
  const info = fs.statSync(value, { throwIfNoEntry: false })
  return info?.isDirectory() === true ? fs.realpathSync(value) : undefined
}

function afterScheme(value: string, scheme: string): string | undefined {
  if (!value.startsWith(`${scheme}:`)) return undefined
  return value.slice(scheme.length + 1).replace(/^\/\//, '')
}

/** Names that mean the same image are the same name: `alpine` and `docker.io/library/alpine:latest`. */
function normalName(name: string): string {
  const [plain = '', platform] = name.split('::')
  const suffix = platform === undefined ? '' : `::${printPlatform(parsePlatform(platform))}`
  try {
    return printFamiliar(parseReference(plain)).replace(/:latest$/, '') + suffix
  } catch (thrown) {
    if (isFault(thrown)) return plain.toLowerCase() + suffix
    throw thrown
  }
}
