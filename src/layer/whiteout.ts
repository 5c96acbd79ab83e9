// How a tar spells deletions (OCI image-spec, layer.md, "Whiteouts"): `.wh.NAME` for a deleted name, `.wh..wh..opq` in a directory
// whose lower content is hidden. Nothing else in Peel knows these names.
import { baseName, Fault, parentPath, type RootPath } from '../core/index.ts'

const prefix = '.wh.'
const reserved = '.wh..wh.'
const opaqueName = '.wh..wh..opq'

export type Spelling =
  | { readonly kind: 'whiteout' | 'opaque'; readonly path: RootPath }
  /** Bookkeeping of aufs, which means nothing. */
  | { readonly kind: 'ignored' }

/**
 * What a path in a tar means if it is no plain name, whatever kind of member it is: containerd and moby look at the name alone. Faults
 * with `tar.invalid` on `.wh.`, `.wh..` and `.wh...`, which would delete the directory itself or its parent.
 */
export function parseWhiteout(path: RootPath): Spelling | undefined {
  const at = path.lastIndexOf(prefix)
  if (at < 1) return undefined
  const name = baseName(path)
  if (!name.startsWith(prefix)) return path.includes(`/${reserved}`) ? { kind: 'ignored' } : undefined
  const directory = parentPath(path)
  if (name === opaqueName) return { kind: 'opaque', path: directory }
  const hidden = name.slice(prefix.length)
  if (hidden === '' || hidden === '.' || hidden === '..')
    throw new Fault('tar.invalid', `${path} is a whiteout that names nothing`)
  if (name.startsWith(reserved)) return { kind: 'ignored' }
  return { kind: 'whiteout', path: (directory === '/' ? `/${hidden}` : `${directory}/${hidden}`) as RootPath }
}

/** The name in a tar that stands for a deletion or an opaque mark; the root cannot be deleted. */
export function printWhiteout(kind: 'whiteout' | 'opaque', path: RootPath): RootPath {
  if (kind === 'opaque') return (path === '/' ? `/${opaqueName}` : `${path}/${opaqueName}`) as RootPath
  const directory = parentPath(path)
  return `${directory === '/' ? '' : directory}/${prefix}${baseName(path)}` as RootPath
}

/** Whether a layer cannot hold this name, because it would be read as a deletion. */
export function isReservedName(path: RootPath): boolean {
  return path.includes(`/${reserved}`) || baseName(path).startsWith(prefix)
}
