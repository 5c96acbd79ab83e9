// What a saved image says and holds, in a form in which two builders' images can be laid side by side.
import fs from 'node:fs'
import { type Member, readTar, sha256 } from './tar.ts'

export interface HistoryLine {
  readonly created_by: string
  readonly comment: string
  readonly empty: boolean
}

/** Path to one line about it; times are left out. */
export type Tree = Readonly<Record<string, string>>

export interface Seen {
  readonly config: Readonly<Record<string, unknown>>
  readonly history: readonly HistoryLine[]
  readonly tree: Tree
}

export interface SavedImage extends Seen {
  readonly id: string
  readonly diffIds: readonly string[]
}

const configFields =
  'Env Cmd Entrypoint WorkingDir User Labels ExposedPorts Volumes StopSignal Healthcheck OnBuild Shell ArgsEscaped'

/** Reads the only image of a docker-archive. */
export function readArchive(file: string): SavedImage {
  const members = new Map([...readTar(fs.readFileSync(file))].map((member) => [member.name, member]))
  const content = (name: string): Buffer => {
    const member = members.get(name)
    if (member === undefined) throw new Error(`${file} has no ${name}`)
    // docker saves a layer once and links to it
    return member.kind === 'symlink'
      ? content(new URL(member.target, `file:///${name}`).pathname.slice(1))
      : member.content
  }
  const [manifest] = JSON.parse(content('manifest.json').toString()) as { Config: string; Layers: string[] }[]
  const config = JSON.parse(content(manifest!.Config).toString())
  const layers = manifest!.Layers.map(content)
  return {
    id: sha256(content(manifest!.Config)),
    diffIds: layers.map(sha256),
    config: facts(config),
    history: (config.history ?? []).map((entry: Record<string, unknown>) => ({
      created_by: String(entry.created_by ?? ''),
      comment: String(entry.comment ?? ''),
      empty: entry.empty_layer === true,
    })),
    tree: mergeLayers(layers),
  }
}

/** The fields that images are compared by; absent, null and empty are one. */
function facts(config: Record<string, unknown>): Record<string, unknown> {
  const inner = (config.config ?? {}) as Record<string, unknown>
  const all = [
    ...['architecture', 'os', 'variant', 'author'].map((name) => [name, config[name]]),
    ...configFields.split(' ').map((name) => [name, inner[name]]),
  ]
  const empty = (value: unknown): boolean =>
    value === undefined ||
    value === null ||
    value === '' ||
    value === false ||
    (typeof value === 'object' && Object.keys(value).length === 0)
  return Object.fromEntries(all.filter(([, value]) => !empty(value)))
}

interface Inode {
  readonly member: Member
}

const whiteout = '.wh.'
const opaque = `${whiteout}${whiteout}.opq`

/** Stacks layers the way the image specification says. */
function mergeLayers(layers: readonly Buffer[]): Tree {
  const tree = new Map<string, Inode>()
  const removeBelow = (path: string): void => {
    for (const other of [...tree.keys()]) if (other.startsWith(`${path}/`)) tree.delete(other)
  }
  for (const layer of layers) {
    const members = [...readTar(layer)]
    for (const { name } of members) {
      const at = name.lastIndexOf('/') + 1
      const [folder, base] = [name.slice(0, at), name.slice(at)]
      if (base === opaque) removeBelow(folder.slice(0, -1))
      else if (base.startsWith(whiteout)) {
        removeBelow(folder + base.slice(whiteout.length))
        tree.delete(folder + base.slice(whiteout.length))
      }
    }
    for (const member of members) {
      if (member.name === '' || /(^|\/)\.wh\.[^/]*$/.test(member.name)) continue
      if (member.kind !== 'directory') removeBelow(member.name)
      const inode = member.kind === 'hardlink' ? tree.get(member.target.replace(/^\/|\/$/g, '')) : { member }
      if (inode === undefined) throw new Error(`${member.name} links to ${member.target}, which is not there`)
      tree.set(member.name, inode)
    }
  }
  const firstName = new Map<Inode, string>()
  const paths = [...tree.keys()].sort()
  for (const path of paths) if (!firstName.has(tree.get(path)!)) firstName.set(tree.get(path)!, path)
  return Object.fromEntries(
    paths.map((path) => {
      const inode = tree.get(path)!
      const first = firstName.get(inode)!
      return [path, first === path ? describe(inode.member) : `hard link to ${first}`]
    }),
  )
}

function describe({ kind, mode, uid, gid, size, target, device, xattrs, content }: Member): string {
  const words = [kind, ...(kind === 'symlink' ? [] : [mode.toString(8).padStart(4, '0')]), `${uid}:${gid}`]
  if (kind === 'file') words.push(`${size} bytes`, sha256(content).slice(0, 23))
  if (kind === 'symlink') words.push(`-> ${target}`)
  if (device !== undefined) words.push(device)
  for (const [name, value] of Object.entries(xattrs).sort()) words.push(`${name}=${value}`)
  return words.join(' ')
}

/** What a tree adds to, changes in and removes from another; one that has no file of the other is told whole. */
export function treeChanges(from: Tree, to: Tree): Tree {
  const paths = Object.keys(to).some((path) => path in from && from[path] === to[path])
    ? [...Object.keys(from), ...Object.keys(to)]
    : Object.keys(to)
  const changes: Record<string, string> = {}
  for (const path of [...new Set(paths)].sort())
    if (from[path] !== to[path]) changes[path] = to[path] ?? 'removed'
  return changes
}

/** One line for each place where two images differ. */
export function differences(ours: Seen, theirs: Seen): string[] {
  const lines = (seen: Seen): Map<string, string> =>
    new Map([
      ...Object.entries(seen.config).map(([name, value]) => [`config ${name}`, print(value)] as const),
      ...seen.history.map((line, i) => [`history ${i}`, print(line)] as const),
      ...Object.entries(seen.tree).map(([path, line]) => [`file ${path}`, line] as const),
    ])
  const [a, b] = [lines(ours), lines(theirs)]
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((key) => a.get(key) !== b.get(key))
    .map((key) => `${key}: ${a.get(key) ?? 'nothing'}, expected ${b.get(key) ?? 'nothing'}`)
}

/** JSON with sorted keys. */
function print(value: unknown): string {
  return JSON.stringify(value, (_, inner) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([x], [y]) => (x < y ? -1 : 1)))
      : inner,
  )
}
