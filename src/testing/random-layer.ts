// Layers out of a seeded generator, for laws that hold for all layers.
import { comparePaths, joinPath, type RootPath, rootPath } from '../core/index.ts'
import type { Entry } from '../layer/entry.ts'
import type { Stack } from '../layer/stack.ts'
import { device, dir, fifo, file, gone, hardlink, opaque, symlink } from './tree.ts'

/** Whole numbers below a limit, the same for the same seed. */
export function seeded(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const names = ['a', 'b', 'a.b', 'a-b', 'é', '\udcff', '💾', 'x'.repeat(90), 'y'.repeat(120), ' ', 'B']

/** The sorted entries of a layer with all kinds of entries, the same for the same seed. */
export function randomLayer(seed: number, { removals }: { readonly removals: boolean }): Entry[] {
  const pick = seeded(seed)
  const entries: Entry[] = []
  const files: RootPath[] = []
  const words = () => ({
    mode: pick(4096),
    uid: pick(3) === 0 ? 3_000_000 + pick(1000) : pick(1000),
    gid: pick(1000),
    mtime:
      [0n, 1_700_000_000n, -5n, 8_589_934_592n][pick(4)]! * 1_000_000_000n +
      BigInt([0, 1, 500_000_000][pick(3)]!),
    ...(pick(4) === 0 && {
      xattrs: { 'user.a=b%': new Uint8Array([0, 10, 61, 255]), 'security.capability': 'x\n' },
    }),
  })
  const fill = (path: RootPath, depth: number): void => {
    const chosen = names.filter(() => pick(3) === 0).map((name) => joinPath(path, name))
    for (const child of chosen.sort(comparePaths)) {
      const kind = pick(removals ? 12 : 10)
      if (kind < 4) entries.push(file(child, 'z'.repeat(pick(2) === 0 ? pick(5) : pick(3000)), words()))
      else if (kind === 4) entries.push(symlink(child, ['/a', '../b', 'é'.repeat(80)][pick(3)]!, words()))
      else if (kind === 5 && files.length > 0) entries.push(hardlink(child, files[pick(files.length)]!))
      else if (kind === 6)
        entries.push(
          pick(2) === 0 ? fifo(child, words()) : device(child, 'char', pick(300), pick(1 << 20), words()),
        )
      else if (kind < 10) {
        entries.push(dir(child, words()))
        if (removals && pick(4) === 0) entries.push(opaque(child))
        if (depth < 4) fill(child, depth + 1)
      } else entries.push(gone(child))
      if (kind < 4) files.push(child)
    }
  }
  fill(rootPath, 0)
  return entries
}

/** All that a file system is apart from where its bytes are: what stands where, and which names are one file. */
export function picture(stack: Stack): unknown[] {
  const inodes = new Map<string, string>()
  return [...stack.walk(rootPath)].map(({ node, inode }) => {
    if (inode !== undefined && !inodes.has(inode)) inodes.set(inode, node.path)
    const first = inode === undefined ? undefined : inodes.get(inode)
    return node.kind === 'file' ? { ...node, content: undefined, first } : { ...node, first }
  })
}
