// A directory of this machine as a view, for comparing it with others.
import fs from 'node:fs'
import { comparePaths, Fault, joinPath, type RootPath, rootPath, sha256 } from '../core/index.ts'
import type { Kernel } from '../kernel/index.ts'
import type { Entry, FileView, Found } from '../layer/index.ts'
import { readContent } from './content.ts'
import { below, listNames, nodeOf } from './host.ts'

/** Reads the disk anew at each question. Sockets are not there. */
export function hostView(root: string, kernel: Kernel): FileView {
  const read = readContent(() => {
    throw new Fault('internal', 'a file of this machine is in no layer')
  })
  const lookup = (path: RootPath): Found | undefined => {
    const host = below(root, path)
    const stat = fs.lstatSync(host, { bigint: true, throwIfNoEntry: false })
    if (stat === undefined) return undefined
    const node = nodeOf(host, path, { stat, xattrs: kernel.readXattrs(host) })
    if (node === undefined) return undefined
    return stat.nlink > 1n && !stat.isDirectory() ? { node, inode: `${stat.dev}:${stat.ino}` } : { node }
  }
  return {
    lookup,
    list: (path) => {
      const found = lookup(path)
      if (found?.node.kind !== 'directory') return []
      const names = listNames(below(root, path)).sort((a, b) => comparePaths(a as RootPath, b as RootPath))
      return names.filter((name) => lookup(joinPath(path, name)) !== undefined)
    },
    digest: (file) => {
      const parts = [...read(file)].map((part) => Buffer.from(part))
      return sha256(Buffer.concat(parts))
    },
    read: (file, limit) => {
      if (file.size > limit) throw new Fault('path.invalid', `${file.path} is larger than ${limit} bytes`)
      return Buffer.concat([...read(file)].map((part) => Buffer.from(part)))
    },
  }
}

/** Everything in a view as entries, sorted, hard links as such. */
export function* entriesOf(
  view: FileView,
  path: RootPath = rootPath,
  seen = new Map<string, RootPath>(),
): Iterable<Entry> {
  const found = view.lookup(path)
  if (found === undefined) return
  const first = found.inode === undefined ? undefined : seen.get(found.inode)
  if (first !== undefined) {
    yield { kind: 'hardlink', path, target: first }
    return
  }
  if (found.inode !== undefined && found.node.kind !== 'directory') seen.set(found.inode, path)
  yield found.node
  for (const name of view.list(path)) yield* entriesOf(view, joinPath(path, name), seen)
}
