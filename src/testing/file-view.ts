// A file view of a few entries, for tests of what reads one.
import { parentPath, sha256 } from '../core/index.ts'
import type { FileView, Node } from '../layer/index.ts'
import { dir } from './tree.ts'

/** The root and what is given; contents are in memory. */
export function fileView(...nodes: readonly Node[]): FileView {
  const all = [dir('/'), ...nodes]
  return {
    lookup: (path) => {
      const node = all.find((one) => one.path === path)
      return node === undefined ? undefined : { node }
    },
    list: (path) =>
      all
        .filter((one) => one.path !== '/' && parentPath(one.path) === path)
        .map((one) => one.path.slice(one.path.lastIndexOf('/') + 1)),
    digest: (found) => sha256(found.content.in === 'memory' ? found.content.bytes : ''),
    read: (found) => (found.content.in === 'memory' ? found.content.bytes : new Uint8Array()),
  }
}
