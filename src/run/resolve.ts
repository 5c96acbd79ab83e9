// Symlinks of a view followed inside its root. Stands in until the layer room exports `resolvePath`, whose signature it has.
import { baseName, Fault, joinPath, parentPath, type RootPath, rootPath, toRootPath } from '../core/index.ts'
import type { FileView } from '../layer/view.ts'

/** The path with its symlinks followed; components that are missing are kept. Faults with `path.invalid` after 40 links. */
export function resolvePath(view: FileView, path: RootPath, follow: 'all' | 'parents'): RootPath {
  let links = 0
  const walk = (at: RootPath, last: 'followed' | 'kept'): RootPath => {
    if (at === rootPath) return at
    const here = joinPath(walk(parentPath(at), 'followed'), baseName(at))
    const node = last === 'followed' ? view.lookup(here)?.node : undefined
    if (node?.kind !== 'symlink') return here
    if (++links > 40) throw new Fault('path.invalid', `${path} leads through too many symbolic links`)
    const target = node.target.startsWith('/') ? node.target : `${parentPath(here)}/${node.target}`
    return walk(toRootPath(target), 'followed')
  }
  return walk(path, follow === 'all' ? 'followed' : 'kept')
}
