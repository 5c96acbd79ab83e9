// What a path holds, as one digest for cache keys. Counts: kinds, modes, owners, xattrs that travel, link targets, device numbers,
// names below and content. Does not: mtimes, the name of the path itself, and which names are hard links.
import { createHash, type Hash } from 'node:crypto'
import {
  type Digest,
  digestOfHex,
  joinPath,
  parentPath,
  pathBytes,
  type RootPath,
  rootPath,
  sha256,
} from '../core/index.ts'
import type { Node } from './entry.ts'
import { resolvePath } from './resolve.ts'
import type { FileView } from './view.ts'

export interface DigestOptions {
  /** Whether a symlink at the path itself is followed; those on the way to it always are. */
  readonly follow?: boolean | undefined
  /** Which names below the path count, by their path relative to it (`a/b`); directories also count that hold something that does. */
  readonly keep?: ((relative: string) => boolean) | undefined
}

/** The digest where `keep` leaves nothing, and of a wildcard without matches. */
export const emptyDigest: Digest = sha256('')

/** The digest of what stands at `path`; `undefined` where nothing does. May read files whose digest is not known. */
export function contentDigest(
  view: FileView,
  path: RootPath,
  options: DigestOptions = {},
): Digest | undefined {
  const found = view.lookup(resolvePath(view, path, options.follow === true ? 'all' : 'parents'))
  if (found === undefined) return undefined
  if (found.node.kind !== 'directory' && options.keep !== undefined && !options.keep('')) return emptyDigest
  return nodeDigest(view, found.node, { keep: options.keep, relative: '' }) ?? emptyDigest
}

/**
 * The digest of all paths that a pattern matches: `match` says whether a name fits one component of it. A single match whose
 * name is the pattern's last component has the digest of that path. `undefined` where a symlink that is to be followed leads nowhere.
 */
export function wildcardDigest(
  view: FileView,
  pattern: string,
  options: DigestOptions & { readonly match: (component: string, name: string) => boolean },
): Digest | undefined {
  const components = pattern.split('/').filter((part) => part !== '' && part !== '.')
  let paths: readonly RootPath[] = [rootPath]
  for (const component of components)
    paths = paths.flatMap((path) =>
      view
        .list(resolvePath(view, path, 'all'))
        .filter((name) => options.match(component, name))
        .map((name) => joinPath(path, name)),
    )
  const hash = createHash('sha256')
  const parts: [string, Digest][] = []
  for (const path of paths) {
    const digest = contentDigest(view, path, options)
    if (digest === undefined) return undefined
    if (digest !== emptyDigest) parts.push([path.slice(parentPath(path).length), digest])
  }
  if (parts.length === 0) return emptyDigest
  const [first] = parts
  if (parts.length === 1 && first![0].replace('/', '') === (components.at(-1) ?? '')) return first![1]
  for (const [name, digest] of parts) addText(hash, name.replace('/', ''), digest)
  return digestOfHex(hash.digest('hex'))
}

interface Walk {
  readonly keep: DigestOptions['keep']
  readonly relative: string
}

function nodeDigest(view: FileView, node: Node, { keep, relative }: Walk): Digest | undefined {
  const hash = createHash('sha256')
  addHeader(hash, node)
  if (node.kind === 'file') addText(hash, String(node.size), view.digest(node))
  if (node.kind !== 'directory') return digestOfHex(hash.digest('hex'))
  let kept = keep === undefined || (relative !== '' && keep(relative))
  for (const name of view.list(node.path)) {
    const below = view.lookup(joinPath(node.path, name))?.node
    if (below === undefined) continue
    const path = relative === '' ? name : `${relative}/${name}`
    if (below.kind !== 'directory' && keep !== undefined && !keep(path)) continue
    const digest = nodeDigest(view, below, { keep, relative: path })
    if (digest === undefined) continue
    kept = true
    addText(hash, name, digest)
  }
  return kept ? digestOfHex(hash.digest('hex')) : undefined
}

function addHeader(hash: Hash, node: Node): void {
  const { mode, uid, gid, xattrs } = node.meta
  const permissions = node.kind === 'symlink' ? 0o777 : mode
  addText(hash, node.kind, String(permissions), String(uid), String(gid))
  if (node.kind === 'symlink') addText(hash, node.target)
  if (node.kind === 'device') addText(hash, node.device, String(node.major), String(node.minor))
  const travelling = [...(xattrs ?? [])].filter(([name]) => travels(name))
  for (const [name, value] of travelling.sort(([a], [b]) => (a < b ? -1 : 1)))
    addText(hash, 'xattr', name, Buffer.from(value).toString('hex'))
}

/** File capabilities do; what else `security.` and `system.` hold belongs to one machine (as BuildKit has it). */
function travels(name: string): boolean {
  return name === 'security.capability' || !/^(security|system)\./.test(name)
}

/** Each text with its length before it, so that no two lists give the same bytes. */
function addText(hash: Hash, ...texts: readonly string[]): void {
  for (const text of texts) {
    const bytes = pathBytes(text)
    hash.update(`${bytes.length}:`)
    hash.update(bytes)
  }
}
