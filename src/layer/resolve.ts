// Following symlinks in a view as if it were the root of the machine: absolute ones start at it again and `..` stops at it.
import { baseName, Fault, joinPath, parentPath, type RootPath, rootPath } from '../core/index.ts'
import type { FileView } from './view.ts'

/** As many symlinks as Linux follows in one path. */
const mostLinks = 40

/**
 * The path with its symlinks followed: `all` of them, or only those of the `parents`. Components that are not there are kept as they
 * are. Faults with `path.invalid` after 40 symlinks.
 */
export function resolvePath(view: FileView, path: RootPath, follow: 'all' | 'parents'): RootPath {
  const todo = path.split('/').reverse()
  let at = rootPath
  let links = 0
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (name === '' || name === '.') continue
    if (name === '..') {
      at = parentPath(at)
      continue
    }
    const next = joinPath(at, name)
    const node = follow === 'parents' && isLast(todo) ? undefined : view.lookup(next)?.node
    if (node?.kind !== 'symlink') {
      at = next
      continue
    }
    if (++links > mostLinks)
      throw new Fault('path.invalid', `${path}: too many symlinks, the last at ${next}`, {
        hint: `Look where ${baseName(next)} points to: the symlinks probably form a circle.`,
      })
    if (node.target.startsWith('/')) at = rootPath
    todo.push(...node.target.split('/').reverse())
  }
  return at
}

function isLast(rest: readonly string[]): boolean {
  return rest.every((name) => name === '' || name === '.')
}
