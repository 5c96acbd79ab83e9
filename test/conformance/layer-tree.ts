// What the layer suites say about trees: operations that make them and checks that look at them. Paths are resolved inside the root
// by this file's own few lines, so that the code under test is not asked to judge itself.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import type { Kernel } from '../../src/kernel/index.ts'

export type Bytes = string | { readonly bytes: readonly number[] } | undefined

export interface Operation {
  readonly mkdir?: string
  readonly file?: string
  readonly symlink?: string
  readonly hardlink?: string
  readonly remove?: string
  readonly removeAll?: string
  readonly chmod?: string
  readonly chown?: string
  readonly chtimes?: string
  readonly socket?: string
  readonly fifo?: string
  readonly rename?: string
  readonly xattr?: string
  readonly content?: Bytes
  readonly target?: string
  readonly mode?: string
  readonly time?: string
  readonly name?: string
  readonly value?: string
  readonly to?: string
  readonly uid?: number
  readonly gid?: number
}

export function bytesOf(value: Bytes): Buffer {
  return value === undefined || typeof value === 'string'
    ? Buffer.from(value ?? '')
    : Buffer.from(value.bytes)
}

const fixedTime = 1_600_000_000_000_000_000n

/** Does the operations in `root`. What is written gets a time of now, what `before` says one of long ago. */
export async function operate(
  root: string,
  operations: readonly Operation[],
  { kernel, era }: { readonly kernel: Kernel; readonly era: 'before' | 'now' },
): Promise<void> {
  const at = (name: string) => path.join(root, name)
  const touched: string[] = []
  for (const one of operations) {
    const mode = one.mode === undefined || one.mode === 'keep' ? undefined : Number.parseInt(one.mode, 8)
    const chmod = (name: string) => {
      if (mode !== undefined) fs.chmodSync(name, mode)
    }
    if (one.mkdir !== undefined) {
      fs.mkdirSync(at(one.mkdir), { recursive: true })
      chmod(at(one.mkdir))
      for (let each = path.normalize(at(one.mkdir)); each.length > root.length; each = path.dirname(each))
        touched.push(each)
    } else if (one.file !== undefined) {
      fs.writeFileSync(at(one.file), bytesOf(one.content))
      chmod(at(one.file))
      touched.push(at(one.file))
    } else if (one.symlink !== undefined) {
      fs.symlinkSync((one.target ?? '').replace('<ROOT>', root), at(one.symlink))
      touched.push(at(one.symlink))
    } else if (one.hardlink !== undefined) fs.linkSync(at(one.target ?? ''), at(one.hardlink))
    else if (one.remove !== undefined) fs.rmSync(at(one.remove), { recursive: true })
    else if (one.removeAll !== undefined) fs.rmSync(at(one.removeAll), { recursive: true, force: true })
    else if (one.chmod !== undefined) chmod(at(one.chmod))
    else if (one.chown !== undefined) fs.lchownSync(at(one.chown), one.uid ?? 0, one.gid ?? 0)
    else if (one.fifo !== undefined) kernel.makeNode(at(one.fifo), { kind: 'fifo', mode: mode ?? 0o644 })
    else if (one.rename !== undefined) fs.renameSync(at(one.rename), at(one.to ?? ''))
    else if (one.xattr !== undefined)
      kernel.writeXattr(at(one.xattr), one.name ?? '', Buffer.from(one.value ?? ''))
    else if (one.socket !== undefined) await makeSocket(at(one.socket))
    else if (one.chtimes === undefined) throw new Error(`operation not known here: ${JSON.stringify(one)}`)
  }
  if (era === 'before')
    for (const name of touched.toReversed()) if (exists(name)) kernel.writeTimes(name, fixedTime)
  for (const { chtimes, time = '' } of operations)
    if (chtimes !== undefined) kernel.writeTimes(at(chtimes), parseTime(at(chtimes), time))
}

function parseTime(name: string, time: string): bigint {
  if (time === 'now') return BigInt(Date.now()) * 1_000_000n
  const shift = /^\+(\d+)s$/.exec(time)
  if (shift !== null) return fs.lstatSync(name, { bigint: true }).mtimeNs + BigInt(shift[1]!) * 1_000_000_000n
  const exact = /^(\d+)\.(\d{1,9})$/.exec(time)
  if (exact !== null) return BigInt(exact[1]!) * 1_000_000_000n + BigInt(exact[2]!.padEnd(9, '0'))
  return BigInt(Date.parse(time)) * 1_000_000n
}

async function makeSocket(name: string): Promise<void> {
  const server = net.createServer()
  const short = `/tmp/${process.pid}.sock`
  await new Promise<void>((resolve) => server.listen(short, resolve))
  // A bound socket's path is at most 108 bytes, so it is made elsewhere and moved; the node outlives the server that way.
  try {
    fs.renameSync(short, name)
  } catch {
    fs.rmSync(short, { force: true })
    const here = process.cwd()
    process.chdir(path.dirname(name))
    const near = net.createServer()
    await new Promise<void>((resolve) => near.listen(`${path.basename(name)}.tmp`, resolve))
    fs.renameSync(`${path.basename(name)}.tmp`, path.basename(name))
    near.close()
    process.chdir(here)
  }
  server.close()
}

function exists(name: string): boolean {
  return fs.lstatSync(name, { throwIfNoEntry: false }) !== undefined
}

/** Where a path of the tree is on the host, symlinks followed inside the root; the last one only for `all`. */
export function inside(root: string, name: string, follow: 'all' | 'parents'): string {
  const done: string[] = []
  const todo = name.split('/')
  for (let links = 0; todo.length > 0; ) {
    const part = todo.shift()!
    if (part === '' || part === '.') continue
    if (part === '..') {
      done.pop()
      continue
    }
    const here = path.join(root, ...done, part)
    const stat = fs.lstatSync(here, { throwIfNoEntry: false })
    if (stat?.isSymbolicLink() && (todo.length > 0 || follow === 'all')) {
      if (++links > 40) throw new Error(`${name}: too many symlinks`)
      const target = fs.readlinkSync(here)
      if (target.startsWith('/')) done.length = 0
      todo.unshift(...target.split('/'))
    } else done.push(part)
  }
  return path.join(root, ...done)
}

export interface Check {
  readonly file?: string
  readonly equals?: Bytes | number
  readonly exists?: string
  readonly absent?: string
  readonly isDir?: string
  readonly emptyDir?: string
  readonly isSymlink?: string
  readonly symlink?: string
  readonly target?: string
  readonly mode?: string
  readonly nlink?: string
  readonly owner?: string
  readonly uid?: number
  readonly gid?: number
  readonly sameInode?: readonly [string, string]
  readonly notSameInode?: readonly [string, string]
  readonly sameSymlink?: readonly [string, string]
  readonly lstat?: boolean
  readonly xattr?: string
  readonly name?: string
  readonly value?: string
  readonly mtimeUnchanged?: string
  readonly outside?: string
  readonly [field: string]: unknown
}

export interface Looking {
  readonly kernel: Kernel
  readonly mtimeBefore: (name: string) => bigint | undefined
  /** Layers of an overlay have no inodes in common: a link to a lower layer's file is judged by its content there. */
  readonly links: 'one inode' | 'one content'
}

/** Asserts one check; `mtimeBefore` is what a path's time was before the layers. What is outside is checked by the caller. */
export function look(root: string, check: Check, { kernel, mtimeBefore, links }: Looking): void {
  const at = (name: string) => inside(root, name, 'parents')
  const stat = (name: string) => fs.lstatSync(at(name), { bigint: true })
  const inode = (name: string) => {
    const { dev, ino } = fs.lstatSync(inside(root, name, check.lstat === true ? 'parents' : 'all'), {
      bigint: true,
    })
    return `${dev}:${ino}`
  }
  const assertLinked = ([a, b]: readonly [string, string]) => {
    if (links === 'one inode' || inode(a) === inode(b)) return assert.equal(inode(a), inode(b))
    const read = (name: string) => fs.readFileSync(inside(root, name, 'all'))
    assert.deepEqual(read(a), read(b))
  }
  if (check.file !== undefined) {
    const bytes = fs.readFileSync(inside(root, check.file, 'all'))
    assert.deepEqual(bytes, bytesOf(check.equals as Bytes), `content of ${check.file}`)
  } else if (check.exists !== undefined) assert.ok(exists(at(check.exists)), `${check.exists} is absent`)
  else if (check.absent !== undefined) assert.ok(!exists(at(check.absent)), `${check.absent} is there`)
  else if (check.isDir !== undefined)
    assert.ok(stat(check.isDir).isDirectory(), `${check.isDir} is no directory`)
  else if (check.emptyDir !== undefined)
    assert.deepEqual(fs.readdirSync(at(check.emptyDir)), [], check.emptyDir)
  else if (check.isSymlink !== undefined)
    assert.ok(stat(check.isSymlink).isSymbolicLink(), `${check.isSymlink} is no symlink`)
  else if (check.symlink !== undefined) assert.equal(fs.readlinkSync(at(check.symlink)), check.target)
  else if (check.mode !== undefined)
    assert.equal(
      (stat(check.mode).mode & 0o7777n).toString(8),
      String(check.equals).replace(/^0+(?=.)/, ''),
      `mode of ${check.mode}`,
    )
  else if (check.nlink !== undefined) assert.equal(stat(check.nlink).nlink, BigInt(check.equals as number))
  else if (check.owner !== undefined)
    assert.deepEqual(
      [stat(check.owner).uid, stat(check.owner).gid],
      [BigInt(check.uid ?? 0), BigInt(check.gid ?? 0)],
    )
  else if (check.sameInode !== undefined) assertLinked(check.sameInode)
  else if (check.notSameInode !== undefined)
    assert.notEqual(inode(check.notSameInode[0]), inode(check.notSameInode[1]))
  else if (check.sameSymlink !== undefined)
    assert.equal(fs.readlinkSync(at(check.sameSymlink[0])), fs.readlinkSync(at(check.sameSymlink[1])))
  else if (check.xattr !== undefined) {
    const value = kernel.readXattrs(at(check.xattr))?.get(check.name ?? '')
    assert.equal(value === undefined ? undefined : Buffer.from(value).toString(), check.value)
  } else if (check.mtimeUnchanged !== undefined)
    assert.equal(stat(check.mtimeUnchanged).mtimeNs, mtimeBefore(check.mtimeUnchanged))
  else if (check.outside === undefined) throw new Error(`check not known here: ${JSON.stringify(check)}`)
}

/** Every path of a tree, directories with a slash at the end, sorted; symlinks are not followed. */
export function listTree(root: string, below = ''): readonly string[] {
  return fs
    .readdirSync(path.join(root, below))
    .flatMap((name) => {
      const here = path.join(below, name)
      const isDirectory = fs.lstatSync(path.join(root, here)).isDirectory()
      return isDirectory ? [`${here}/`, ...listTree(root, here)] : [here]
    })
    .sort()
}
