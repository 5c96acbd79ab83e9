// What is reachable, as pure set work over the catalogue's rows.
import type { Catalog } from './catalog.ts'

/** All that `roots` reach through the edges, themselves included. */
export function reachable(
  roots: Iterable<string>,
  childrenOf: (parent: string) => readonly string[],
): Set<string> {
  const seen = new Set<string>(roots)
  const queue = [...seen]
  for (let parent = queue.pop(); parent !== undefined; parent = queue.pop())
    for (const child of childrenOf(parent)) {
      if (seen.has(child)) continue
      seen.add(child)
      queue.push(child)
    }
  return seen
}

/** The edges of the catalogue; a compressed blob and its layer live and die together. */
export function loadEdges(catalog: Catalog): (parent: string) => readonly string[] {
  const edges = new Map<string, string[]>()
  const add = (parent: string, child: string) => {
    const list = edges.get(parent)
    if (list === undefined) edges.set(parent, [child])
    else list.push(child)
  }
  for (const { parent, child } of catalog.rows<{ parent: string; child: string }>(
    'select parent, child from edges',
  ))
    add(parent, child)
  for (const { digest, diff } of catalog.rows<{ digest: string; diff: string }>(
    'select digest, diff from compressed',
  )) {
    add(digest, diff)
    add(diff, digest)
  }
  return (parent) => edges.get(parent) ?? []
}
