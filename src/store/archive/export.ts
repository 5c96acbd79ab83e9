// Flat file systems written out: as one tar, or as files in a directory.
import * as fs from 'node:fs'
import type { Writable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { type Context, Fault, hostPath, type RootPath } from '../../core/index.ts'
import { type Entry, type FileEntry, type Meta, packLayer } from '../../layer/index.ts'
import type { Store } from '../types.ts'
import { type FlatTree, flatEntries } from './flat.ts'
import { withSink } from './sink.ts'

/** Writes file systems as a tar; the same layers give the same bytes. */
export async function exportTar(
  store: Store,
  trees: readonly FlatTree[],
  output: string | Writable,
  ctx: Context,
): Promise<void> {
  using lease = store.lease()
  lease.hold(trees.flatMap(({ layers }) => layers))
  await withSink(output, async (sink) => {
    const work = packLayer(flatEntries(store, trees), { read: store.layers.read, write: sink.write })
    for (let step = work.next(); step.done !== true; step = work.next()) {
      ctx.signal.throwIfAborted()
      await sink.ready()
    }
    await sink.ready()
  })
}

const breathEvery = 256

/**
 * Writes file systems as files into a directory, over what is there, as the calling user's or with their `owners`. Device nodes and pipes
 * are left out. No link that stands in the directory is followed.
 */
export async function exportDirectory(
  store: Store,
  trees: readonly FlatTree[],
  { directory, owners }: { readonly directory: string; readonly owners: 'caller' | 'kept' },
  ctx: Context,
): Promise<void> {
  using lease = store.lease()
  lease.hold(trees.flatMap(({ layers }) => layers))
  const host = (path: RootPath): string | Buffer => hostPath(`${directory}${path}`)
  const directories: { readonly at: string | Buffer; readonly meta: Meta }[] = []
  let count = 0
  try {
    fs.mkdirSync(directory, { recursive: true })
    for (const entry of flatEntries(store, trees)) {
      if (++count % breathEvery === 0) await setImmediate()
      ctx.signal.throwIfAborted()
      writeEntry(entry, host, store.layers.read)
      if (owners === 'kept' && 'meta' in entry) setOwner(host(entry.path), entry.meta)
      if (entry.kind === 'directory') directories.push({ at: host(entry.path), meta: entry.meta })
    }
    // last, since a directory may be one that its owner cannot write in, and writing changes its time
    for (const { at, meta } of directories.reverse()) {
      fs.chmodSync(at, meta.mode)
      setTime(at, meta)
    }
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause) || cause instanceof Fault) throw cause
    throw new Fault('store.unwritable', `cannot write to ${directory}: ${cause.message}`, { cause })
  }
}

function writeEntry(
  entry: Entry,
  host: (path: RootPath) => string | Buffer,
  read: (file: FileEntry) => Iterable<Uint8Array>,
): void {
  const at = host(entry.path)
  const there = fs.lstatSync(at, { throwIfNoEntry: false })
  if (entry.kind === 'directory') {
    if (there?.isDirectory() === true) return
    if (there !== undefined) fs.rmSync(at)
    fs.mkdirSync(at, 0o700)
    return
  }
  if (there !== undefined) fs.rmSync(at, { recursive: true })
  switch (entry.kind) {
    case 'file': {
      const fd = fs.openSync(at, 'wx', 0o600)
      try {
        for (const piece of read(entry)) fs.writeFileSync(fd, piece)
        fs.fchmodSync(fd, entry.meta.mode)
      } finally {
        fs.closeSync(fd)
      }
      setTime(at, entry.meta)
      break
    }
    case 'symlink':
      fs.symlinkSync(hostPath(entry.target), at)
      break
    case 'hardlink':
      fs.linkSync(host(entry.target), at)
  }
}

/** Before the mode, since a change of owner takes setuid bits away; links keep theirs. */
function setOwner(at: string | Buffer, { uid, gid, mode }: Meta): void {
  if (fs.lstatSync(at, { throwIfNoEntry: false }) === undefined) return
  fs.lchownSync(at, uid, gid)
  if (!fs.lstatSync(at).isSymbolicLink()) fs.chmodSync(at, mode)
}

function setTime(at: string | Buffer, { mtime }: Meta): void {
  const seconds = Number(mtime) / 1e9
  fs.utimesSync(at, seconds, seconds)
}
