// A short cut for a step that takes whole directories of a context: if every file in them is as it was when the step's key was last made,
// and so is all else that the key is made of, the key is the same, and neither has to be made of ten thousand files again. A file is as
// it was if its stamp is.
import * as fs from 'node:fs'
import { deserialize, serialize } from 'node:v8'
import { type Digest, type RootPath, sha256 } from '../core/index.ts'
import type { ContextDigests } from '../store/index.ts'
import type { ContextView, FileStatus, LookedAt } from './context-view.ts'
import { isSettled, isStampAt, type Stamp, stampLength, stampOf } from './stamp.ts'

export interface Unchanged {
  /** The key that was made with `rest`, which stands for all of the key but the files, of files that are all as they were. */
  find(rest: Digest): Digest | undefined
  /** Says which key `rest` and the files, as the context saw them in this build, gave. */
  learn(rest: Digest, key: Digest): void
}

interface Remembered extends Sight {
  readonly version: 2
  /** The keys of the steps that take these files, by what else they are made of; the latest last. */
  readonly keys: ReadonlyMap<Digest, Digest>
}

/** Files as they were seen. */
interface Sight {
  /** Below the context, each ended by a NUL; those with the youngest files first, since they are the likeliest to change again. */
  readonly directories: string
  /** The names in each directory as it lists them, with NULs between them, and each directory's ended by a `/`. */
  readonly names: string
  /** A row for each name; NaN for what is hidden. */
  readonly stamps: Float64Array
}

/** So many steps are remembered that take the same files. */
const mostKeys = 32

/** `roots`: directories of the context. A `!` in an ignore file may show what a hidden directory holds, so nothing is remembered there. */
export function openUnchanged(
  context: ContextView,
  roots: readonly RootPath[],
  store: ContextDigests,
): Unchanged | undefined {
  if (context.ignore.patterns.some((pattern) => pattern.startsWith('!'))) return undefined
  const slot = sha256(JSON.stringify(['unchanged', context.root, roots, context.ignore.patterns]))
  return {
    find(rest) {
      const known = parse(store.load(slot))
      const key = known?.keys.get(rest)
      if (known === undefined || key === undefined) return undefined
      const seen = lookThrough(context.root, known)
      if (seen === 'unchanged') return key
      context.preload(seen)
      return undefined
    },
    learn(rest, key) {
      const sight = seenIn(context, roots)
      if (sight === undefined) return
      const known = parse(store.load(slot))
      const others = known !== undefined && isSame(known, sight) ? [...known.keys] : []
      const keys = new Map([...others, [rest, key] as const].slice(-mostKeys))
      store.save(slot, serialize({ version: 2, keys, ...sight } satisfies Remembered))
    },
  }
}

function isSame(one: Sight, other: Sight): boolean {
  return (
    one.directories === other.directories &&
    one.names === other.names &&
    Buffer.compare(bytesOf(one.stamps), bytesOf(other.stamps)) === 0
  )
}

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}

function parse(saved: Uint8Array | undefined): Remembered | undefined {
  if (saved === undefined) return undefined
  try {
    const value = deserialize(saved) as Partial<Remembered>
    return value.version === 2 ? (value as Remembered) : undefined
  } catch {
    return undefined // damaged: the key is made of the files
  }
}

/** Looks at all files until one is not as it was; gives the directories that were looked through by then. */
function lookThrough(
  root: string,
  { directories, names, stamps }: Sight,
): 'unchanged' | ReadonlyMap<string, LookedAt> {
  const listings = names.split('/')
  const others = new Float64Array(stamps.length)
  const paths = directories.split('\0').slice(0, -1)
  const first: number[] = []
  let at = 0
  const isUnchanged = (directory: string, listing: string): boolean => {
    const full = `${root}${directory}`
    const found = fs.readdirSync(full)
    if (found.join('\0') !== listing) return false
    for (const name of found) {
      if (!Number.isNaN(stamps[at])) {
        const info = fs.lstatSync(`${full}/${name}`)
        if (!isStampAt(stampOf(info), stamps, at / stampLength)) return false
        others[at] = info.mode
        others[at + 1] = info.nlink
        others[at + 2] = info.dev
        others[at + 3] = info.rdev
      }
      at += stampLength
    }
    return true
  }
  for (const [number, directory] of paths.entries()) {
    first.push(at)
    try {
      if (isUnchanged(directory, listings[number]!)) continue
    } catch {
      // whoever looks at the files will be told why it cannot be read
    }
    const seen = paths.slice(0, number).map((path, i): [string, LookedAt] => [
      path === '' ? '/' : path,
      {
        names: listings[i] === '' ? [] : listings[i]!.split('\0'),
        status: (name) => statusAt(stamps, others, first[i]! + name * stampLength),
      },
    ])
    return new Map(seen)
  }
  return 'unchanged'
}

function statusAt(stamps: Float64Array, others: Float64Array, at: number): FileStatus | undefined {
  if (Number.isNaN(stamps[at])) return undefined
  return {
    size: stamps[at]!,
    mtimeMs: stamps[at + 1]!,
    ctimeMs: stamps[at + 2]!,
    ino: stamps[at + 3]!,
    mode: others[at]!,
    nlink: others[at + 1]!,
    dev: others[at + 2]!,
    rdev: others[at + 3]!,
  }
}

interface SeenDirectory {
  readonly path: RootPath
  readonly names: readonly string[]
  readonly stamps: readonly (Stamp | undefined)[]
  /** Milliseconds since the epoch. */
  readonly youngest: number
}

/** What the context saw in some directories and below; `undefined` where that could not be told from a later change. */
function seenIn(context: ContextView, roots: readonly RootPath[]): Sight | undefined {
  const seen: SeenDirectory[] = []
  const paths = [...new Set(roots)]
  for (let path = paths.pop(); path !== undefined; path = paths.pop()) {
    const listing = context.listing(path)
    if (listing === undefined || listing.some(({ name }) => !name.isWellFormed())) return undefined
    let youngest = 0
    for (const { stamp, directory } of listing) {
      if (stamp !== undefined && !isSettled(stamp, context.opened)) return undefined
      if (stamp !== undefined) youngest = Math.max(youngest, stamp[1], stamp[2])
      if (directory !== undefined) paths.push(directory)
    }
    const names = listing.map(({ name }) => name)
    seen.push({ path, names, stamps: listing.map(({ stamp }) => stamp), youngest })
  }
  seen.sort((a, b) => b.youngest - a.youngest)
  const stamps = new Float64Array(seen.reduce((sum, { names }) => sum + names.length, 0) * stampLength)
  stamps.fill(Number.NaN)
  let at = 0
  for (const stamp of seen.flatMap((directory) => directory.stamps)) {
    if (stamp !== undefined) stamps.set(stamp, at)
    at += stampLength
  }
  return {
    directories: seen.map(({ path }) => `${path === '/' ? '' : path}\0`).join(''),
    names: seen.map(({ names }) => `${names.join('\0')}/`).join(''),
    stamps,
  }
}
