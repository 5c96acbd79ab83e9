// Files as parts of a key: mode, owner, kind and content count, times do not (BuildKit's contenthash has the same rule).
import { createHash } from 'node:crypto'
import type { KeyPart } from '../cache/index.ts'
import { type Digest, type RootPath, rootPath } from '../core/index.ts'
import type { FileEntry, Node } from '../layer/index.ts'
import type { Selected } from './select.ts'

/**
 * The parts for what one source selected; `name` tells sources apart, `within` what paths are called. A directory itself is not copied,
 * so it does not count, unless nothing is in it: then it still makes the destination, which no match at all does not.
 */
export function selectedParts(
  name: string,
  selected: Selected,
  options: { readonly digest: (file: FileEntry) => Digest; readonly within: 'context' | 'image' },
): KeyPart[] {
  const [source, ...rest] = selected.files
  if (source === undefined) return []
  const whole = source.found.node.kind === 'directory'
  const pathOf = ({ path }: Node): string => (options.within === 'image' ? path : contextPath(path))
  if (whole && rest.length === 0)
    return [
      { kind: 'file', name: `${name}/`, path: pathOf(source.found.node), state: 'directory', content: '' },
    ]
  const states = new Map<string, string>()
  return (whole ? rest : [source]).map(({ relative, found }) => ({
    kind: 'file',
    name: whole ? `${name}/${relative}` : `${name}:${selected.name}`,
    path: pathOf(found.node),
    state: once(states, stateOf(found.node)),
    content: contentOf(found.node, options.digest),
  }))
}

/** As people call a file of a context: `src/a`. */
function contextPath(path: RootPath): string {
  return path === rootPath ? '.' : path.slice(1)
}

/** Nearly all files share few states: one string stands for all that are equal. */
function once(known: Map<string, string>, text: string): string {
  const first = known.get(text)
  if (first === undefined) known.set(text, text)
  return first ?? text
}

function stateOf(node: Node): string {
  const { mode, uid, gid, xattrs } = node.meta
  let state = `${node.kind} ${(node.kind === 'symlink' ? 0o777 : mode).toString(8)} ${uid}:${gid}`
  if (node.kind === 'device') state += ` ${node.device} ${node.major}:${node.minor}`
  if (xattrs !== undefined && xattrs.size > 0) {
    const hash = createHash('sha256')
    for (const [key, value] of [...xattrs].sort(([a], [b]) => (a < b ? -1 : 1)))
      hash.update(`${key.length} ${key} ${value.length} `).update(value)
    state += ` ${hash.digest('hex').slice(0, 32)}`
  }
  return state
}

function contentOf(node: Node, digest: (file: FileEntry) => Digest): string {
  if (node.kind === 'file') return node.digest ?? digest(node)
  return node.kind === 'symlink' ? node.target : ''
}
