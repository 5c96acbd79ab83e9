// What the tar header of an entry says.
import { pathBytes, type RootPath } from '../core/index.ts'
import type { Entry, Meta } from './entry.ts'
import type { HeaderInput } from './tar/writer.ts'
import { printWhiteout } from './whiteout.ts'

/** For a link to a file of a lower layer, whose metadata is not known here. */
const foreign: Meta = { mode: 0o644, uid: 0, gid: 0, mtime: 0n }
const noMeta = { mode: 0, uid: 0, gid: 0, mtime: 0n } as const
const types = { file: '0', fifo: '6' } as const

/** `linked`: the metadata of a hard link's target, where this layer has it: readers give a link's metadata to its file (docker, GNU tar). */
export function headerOf(entry: Entry, linked: (target: RootPath) => Meta | undefined): HeaderInput {
  const { path } = entry
  if (entry.kind === 'hardlink') {
    const { mode, uid, gid, mtime, xattrs } = linked(entry.target) ?? foreign
    return {
      mode,
      uid,
      gid,
      mtime,
      xattrs,
      name: nameOf(path),
      type: '1',
      size: 0,
      link: nameOf(entry.target),
    }
  }
  if (!('meta' in entry))
    return { ...noMeta, name: nameOf(printWhiteout(entry.kind, path)), type: '0', size: 0 }
  const { mode, uid, gid, mtime, xattrs } = entry.meta
  const base = { mode, uid, gid, mtime, xattrs, size: 0 }
  if (entry.kind === 'directory')
    return { ...base, name: path === '/' ? Buffer.from('./') : nameOf(path, '/'), type: '5' }
  if (entry.kind === 'device') {
    const { major, minor } = entry
    return { ...base, name: nameOf(path), type: entry.device === 'char' ? '3' : '4', major, minor }
  }
  if (entry.kind === 'symlink')
    return { ...base, name: nameOf(path), type: '2', link: pathBytes(entry.target) }
  return {
    ...base,
    name: nameOf(path),
    type: types[entry.kind],
    size: entry.kind === 'file' ? entry.size : 0,
  }
}

function nameOf(path: RootPath, end: '' | '/' = ''): Buffer {
  return pathBytes(path.slice(1) + end)
}
