// What is in a build context after the ignore rules, and what they say about one path.
import * as fs from 'node:fs'
import * as path from 'node:path'
import { type IgnoreFile, openDirectories } from '../build/index.ts'
import { asFault, type Context, joinPath, type RootPath, rootPath, toRootPath } from '../core/index.ts'
import { compileIgnore } from '../dockerfile/index.ts'
import type { FileView } from '../layer/index.ts'
import type { ContextListing, ContextOptions, ContextVerdict } from './api/index.ts'
import { type BuildSource, findSource } from './build-source.ts'
import type { Rooms } from './workshop.ts'

export async function contextFiles(
  options: ContextOptions,
  rooms: Rooms,
  ctx: Context,
): Promise<ContextListing> {
  using _lease = rooms.store.lease()
  const source = await find(options, rooms, ctx)
  const files = [...walk(viewOf(source, rooms), rootPath)]
  return {
    name: source.context.name,
    ignoreFile: ignoreOf(source)?.name,
    files,
    size: files.reduce((sum, { size }) => sum + size, 0),
  }
}

export async function contextRule(
  options: ContextOptions,
  name: string,
  rooms: Rooms,
  ctx: Context,
): Promise<ContextVerdict> {
  using _lease = rooms.store.lease()
  const source = await find(options, rooms, ctx)
  const directory = source.directories.get('')?.path
  const inside = toRootPath(
    directory !== undefined && path.isAbsolute(name) ? path.relative(directory, path.resolve(name)) : name,
  )
  const ignore = ignoreOf(source)
  const { rule } = ignore === undefined ? {} : compileIgnore(ignore.text).match(inside)
  const exists =
    directory === undefined
      ? viewOf(source, rooms).lookup(inside) !== undefined
      : fs.lstatSync(path.join(directory, inside), { throwIfNoEntry: false }) !== undefined
  return {
    path: inside === rootPath ? '.' : inside.slice(1),
    included: exists ? viewOf(source, rooms).lookup(inside) !== undefined : !ignored(ignore, inside),
    exists,
    rule: rule === undefined || ignore === undefined ? undefined : { file: ignore.name, ...rule },
  }
}

function ignored(ignore: IgnoreFile | undefined, inside: RootPath): boolean {
  return ignore !== undefined && compileIgnore(ignore.text).match(inside).ignored
}

/** A context without a Dockerfile is listed all the same. */
async function find(options: ContextOptions, rooms: Rooms, ctx: Context): Promise<BuildSource> {
  try {
    return await findSource(options, rooms, ctx)
  } catch (thrown) {
    const fault = asFault(thrown)
    if (fault.code !== 'dockerfile.missing' || options.dockerfile !== undefined) throw fault
    const dockerfile = { kind: 'text', text: '', name: 'Dockerfile' } as const
    return await findSource({ ...options, dockerfile }, rooms, ctx)
  }
}

function ignoreOf({ directories }: BuildSource): IgnoreFile | undefined {
  return directories.get('')?.ignore
}

function viewOf({ context, directories }: BuildSource, { store }: Rooms): FileView {
  const { source } = context
  return source.from === 'tree'
    ? store.layers.stack(source.layers)
    : openDirectories(directories, store).view('')
}

function* walk(view: FileView, directory: RootPath): Generator<ContextListing['files'][number]> {
  for (const name of view.list(directory)) {
    const at = joinPath(directory, name)
    const node = view.lookup(at)?.node
    if (node === undefined) continue
    yield { path: at.slice(1), kind: node.kind, size: node.kind === 'file' ? node.size : 0 }
    if (node.kind === 'directory') yield* walk(view, at)
  }
}
