// A file tree as a suite states it, held against what an image has above its base.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { rootPath } from '../../src/core/index.ts'
import type { Node, Stack } from '../../src/layer/index.ts'
import { bytesOf, look } from './build-harness.ts'

export interface GoldenEntry {
  readonly type: 'file' | 'dir' | 'symlink' | string
  readonly mode?: string
  readonly uid?: number
  readonly gid?: number
  readonly size?: number
  readonly sha256?: string
  readonly mtime?: number
  readonly target?: string
  readonly xattrs?: Readonly<Record<string, string>>
}

export interface GoldenOptions {
  readonly base?: Stack | undefined
  /** Paths without a leading slash whose time, or everything about them, may differ. */
  readonly looseTimes: ReadonlySet<string>
  readonly ignored: ReadonlySet<string>
}

const kinds: Readonly<Record<string, Node['kind']>> = { file: 'file', dir: 'directory', symlink: 'symlink' }

/** Fails at the first entry that differs, is missing, or is in the image and not in the tree. */
export function holdTree(
  files: Stack,
  tree: Readonly<Record<string, GoldenEntry>>,
  options: GoldenOptions,
): void {
  const ignored = (name: string) =>
    [...options.ignored].some((path) => name === path || name.startsWith(`${path}/`))
  for (const [name, wanted] of Object.entries(tree)) {
    if (ignored(name)) continue
    const node = look(files, name, 'parents')?.node
    assert.ok(node !== undefined, `${name} is not in the image`)
    assert.equal(node.kind, kinds[wanted.type] ?? wanted.type, `${name}: kind`)
    if (node.kind === 'symlink') assert.equal(node.target, wanted.target, `${name}: target`)
    else if (wanted.mode !== undefined)
      assert.equal(node.meta.mode.toString(8), wanted.mode.replace(/^0+(?=.)/, ''), `${name}: mode`)
    assert.deepEqual([node.meta.uid, node.meta.gid], [wanted.uid ?? 0, wanted.gid ?? 0], `${name}: owner`)
    if (wanted.sha256 !== undefined) {
      const digest = createHash('sha256').update(bytesOf(files, name)).digest('hex')
      assert.equal(digest, wanted.sha256, `${name}: content`)
    }
    if (wanted.mtime !== undefined && !options.looseTimes.has(name))
      assert.equal(Number(node.meta.mtime / 1_000_000_000n), wanted.mtime, `${name}: time`)
    for (const [key, value] of Object.entries(wanted.xattrs ?? {}))
      assert.equal(Buffer.from(node.meta.xattrs?.get(key) ?? []).toString(), value, `${name}: ${key}`)
  }
  for (const name of addedPaths(files, options.base))
    assert.ok(name in tree || ignored(name), `${name} is in the image and should not be`)
}

/** What is in the image and in its base either not at all or as something else; mount points of RUN aside. */
function* addedPaths(files: Stack, base: Stack | undefined): Generator<string> {
  for (const { node } of files.walk(rootPath)) {
    const name = node.path.replace(/^\//, '')
    if (name === '' || /^(?:dev|proc|sys|run|etc)(?:\/|$)/.test(name)) continue
    if (base?.lookup(node.path) === undefined) yield name
  }
}

/** Reads the source's list of allowed differences: `(dir):a:(dir):b:mtime` is the time of `a/b`. */
export function readAllowed(lists: readonly string[]): Pick<GoldenOptions, 'looseTimes' | 'ignored'> {
  const looseTimes = new Set<string>()
  const ignored = new Set<string>()
  for (const text of lists) {
    const parts = text.split(':').filter((part) => part !== '(dir)')
    const field = parts.at(-1)
    if (parts.length > 1 && field === 'mtime') looseTimes.add(parts.slice(0, -1).join('/'))
    else ignored.add(parts.join('/'))
  }
  return { looseTimes, ignored }
}
