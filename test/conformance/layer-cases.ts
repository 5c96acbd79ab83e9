// Runs the cases that apply, diff and compare layers, against every way in which snapshots are made real here.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { type DiffId, type RootPath, rootPath, silent } from '../../src/core/index.ts'
import { type Kernel, openKernel } from '../../src/kernel/index.ts'
import type { Entry } from '../../src/layer/index.ts'
import {
  type Backend,
  findObstacle,
  hostEntries,
  hostView,
  openSnapshots,
  type Snapshots,
} from '../../src/snapshot/index.ts'
import { openTestStore, type TestStore } from '../../src/testing/layer-store.ts'
import { type RawEntry, type RawType, rawTar } from '../../src/testing/raw-tar.ts'
import { type Bytes, bytesOf, type Check, listTree, look, type Operation, operate } from './layer-tree.ts'
import { describe, describeExpected, type ExpectedEntry, groupLinks } from './layer-words.ts'
import { type Case, skip } from './suite.ts'

export interface TarEntry {
  readonly name: string
  readonly type: RawType
  readonly content?: Bytes
  readonly target?: string
  readonly mode?: string
  readonly uid?: number
  readonly gid?: number
  readonly major?: number
  readonly minor?: number
  readonly xattrs?: Readonly<Record<string, string>>
}

export interface LayerCase extends Case {
  readonly before?: readonly Operation[]
  readonly layers?: readonly (readonly TarEntry[])[]
  readonly expect?:
    | { readonly error?: string; readonly mayError?: boolean; readonly tree?: readonly string[] }
    | string
  readonly checks?: readonly Check[]
  readonly changes?: readonly Operation[] | readonly (readonly Operation[])[]
  readonly expectEntries?: readonly ExpectedEntry[]
  readonly expectChanges?: readonly (readonly [string, string])[]
  readonly sourceDateEpoch?: string
  readonly hex?: string
  readonly path?: string
  readonly isDir?: boolean
  readonly umask?: readonly string[]
  readonly filter?: string
  readonly xattr?: string
  readonly expected?: boolean
  readonly refname?: string
  readonly valid?: boolean
  readonly mediaType?: string
  readonly expectedIsLayer?: boolean
  readonly expectedAlgorithm?: string | null
}

const kernel: Kernel = openKernel()

/** The backends this machine can do. */
export function backends(): readonly Backend[] {
  if (process.getuid?.() !== 0) skip('needs root')
  const all: readonly Backend[] = ['mounted', 'unpacked', 'copy']
  return all.filter((backend) => findObstacle(kernel, backend) === undefined)
}

interface Scene {
  readonly store: TestStore
  readonly snapshots: Snapshots
  /** A directory for whatever else. */
  readonly place: string
}

async function scene(backend: Backend, act: (scene: Scene) => Promise<void>): Promise<void> {
  using store = openTestStore()
  using snapshots = openSnapshots(store, kernel, { backend })
  const place = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  try {
    await act({ store, snapshots, place })
  } finally {
    fs.rmSync(place, { recursive: true, force: true })
  }
}

/** A layer of what the operations make, and the directory they made it in. */
async function layerOf(
  { store, place }: Scene,
  operations: readonly Operation[],
): Promise<{ layer: DiffId; host: string }> {
  const host = path.join(place, 'before')
  fs.mkdirSync(host, { recursive: true })
  await operate(host, operations, { kernel, era: 'before' })
  return { layer: store.add(hostEntries(hostView(host, kernel))), host }
}

function rawEntry(entry: TarEntry, outside: string): RawEntry {
  return {
    ...entry,
    name: entry.name.replaceAll('<OUTSIDE>', outside),
    target: entry.target?.replaceAll('<OUTSIDE>', outside),
    content: bytesOf(entry.content),
    mode: entry.mode === undefined ? undefined : Number.parseInt(entry.mode, 8),
  }
}

const secret = 'what stands outside the root'

/** Puts files where an escape would find them: beside and above every root that a backend makes. */
function setVictims({ store, place }: Scene): () => void {
  const around = [
    '',
    'work',
    'work/test',
    'work/test/d',
    'work/test/d/0',
    'work/test/c',
    'tree',
    'tree/sha256',
  ]
  const places = [...around.map((each) => path.join(store.root, each)), place]
  const victims = places.flatMap((each) =>
    ['victim/hello', 'file', 'perm400', 'also-exists-outside-root'].map((name) => path.join(each, name)),
  )
  for (const victim of victims) {
    fs.mkdirSync(path.dirname(victim), { recursive: true })
    fs.writeFileSync(victim, secret, { mode: 0o400 })
    fs.chmodSync(victim, 0o400)
  }
  return () => {
    for (const victim of victims) {
      assert.equal(fs.readFileSync(victim, 'utf8'), secret, `${victim} was changed`)
      const { mode, nlink } = fs.statSync(victim)
      assert.deepEqual([mode & 0o7777, nlink], [0o400, 1], `${victim} was touched`)
    }
    for (const each of places) {
      assert.deepEqual(fs.readdirSync(path.join(each, 'victim')), ['hello'])
      assert.ok(!fs.existsSync(path.join(each, 'pwned')), `something was written to ${each}`)
    }
  }
}

/** No file of the tree holds what stands outside it. */
function assertNoSecret(root: string): void {
  for (const name of listTree(root)) {
    const file = path.join(root, name)
    if (fs.lstatSync(file).isFile())
      assert.notEqual(fs.readFileSync(file, 'utf8'), secret, `${name} is a file from outside`)
  }
}

/** `applyLayers`, `breakout`, `applyGzipHex`. */
export async function checkApply(one: LayerCase): Promise<void> {
  for (const backend of backends())
    for (const umask of one.umask ?? [undefined])
      await scene(backend, async (here) => {
        const old = umask === undefined ? undefined : process.umask(Number.parseInt(umask, 8))
        try {
          await applyIn(here, one)
        } catch (error) {
          if (error instanceof Error) error.message = `${backend}: ${error.message}`
          throw error
        } finally {
          if (old !== undefined) process.umask(old)
        }
      })
}

async function applyIn(here: Scene, one: LayerCase): Promise<void> {
  const { store, snapshots, place } = here
  const expected = typeof one.expect === 'object' ? one.expect : {}
  const before =
    one.before === undefined || one.before.length === 0 ? undefined : await layerOf(here, one.before)
  const assertUntouched = setVictims(here)
  const tars =
    one.hex === undefined
      ? (one.layers ?? []).map((layer) => rawTar(layer.map((entry) => rawEntry(entry, place))))
      : [gunzipSync(Buffer.from(one.hex, 'hex'))]
  let view: Awaited<ReturnType<Snapshots['view']>>
  try {
    const layers = [...(before === undefined ? [] : [before.layer]), ...tars.map((tar) => store.addTar(tar))]
    view = await snapshots.view(layers, silent)
  } catch (error) {
    assertUntouched()
    if (expected.error !== undefined || expected.mayError === true) return
    throw error
  }
  try {
    assertUntouched()
    assertNoSecret(view.root)
    // Names that climb out may be refused or held inside the root; a layer that makes no sense must be refused.
    if (expected.error !== undefined && !/breakout|escape/.test(expected.error))
      assert.fail(`was applied, though it should fail: ${expected.error}`)
    if (expected.error !== undefined) return
    if (expected.tree !== undefined) assert.deepEqual(listTree(view.root), [...expected.tree].sort())
    const links = tars.length === 1 && before === undefined ? 'one inode' : 'one content'
    const mtimeBefore = (name: string) =>
      before === undefined ? undefined : fs.lstatSync(path.join(before.host, name), { bigint: true }).mtimeNs
    for (const check of one.checks ?? []) look(view.root, check, { kernel, mtimeBefore, links })
  } finally {
    await view[Symbol.asyncDispose]()
  }
}

/** The changes of a draft over `before` after the operations. */
async function changed(
  here: Scene,
  one: LayerCase,
  use: (changes: readonly Entry[], layers: readonly DiffId[]) => Promise<void>,
): Promise<void> {
  const { layer } = await layerOf(here, one.before ?? [])
  await using draft = await here.snapshots.draft([layer], {}, silent)
  await operate(draft.root, (one.changes ?? []) as readonly Operation[], { kernel, era: 'now' })
  await use([...draft.changes()], [layer])
}

/** `diff`: which entries the layer has. Which name of a hard-linked file is the file itself is ours to choose. */
export async function checkDiff(one: LayerCase): Promise<void> {
  for (const backend of backends())
    await scene(backend, async (here) => {
      await changed(here, one, async (changes) => {
        const groups = groupLinks(
          changes.map((entry) => [entry.path, entry.kind === 'hardlink' ? entry.target : undefined]),
        )
        const expectedEntries = one.expectEntries ?? []
        const nameOf = (text: string) => `/${text.replace(/^\/|\/$/g, '')}`
        const expectedGroups = groupLinks(
          expectedEntries.map(({ name, whiteout, target, type }) => [
            nameOf(name ?? whiteout ?? ''),
            type === 'hardlink' ? nameOf(target ?? '') : undefined,
          ]),
        )
        const epoch =
          one.sourceDateEpoch === undefined ? undefined : BigInt(Date.parse(one.sourceDateEpoch)) * 1_000_000n
        assert.deepEqual(
          changes.map((entry) => describe(entry, groups)).sort(),
          expectedEntries.map((entry) => describeExpected(entry, { nameOf, groups: expectedGroups })).sort(),
          backend,
        )
        for (const { name, mtime } of expectedEntries) {
          const entry = changes.find(({ path: at }) => name !== undefined && at === nameOf(name))
          if (mtime === undefined || entry === undefined || !('meta' in entry)) continue
          const clamped = epoch !== undefined && entry.meta.mtime > epoch ? epoch : entry.meta.mtime
          assert.equal(clamped, BigInt(Date.parse(mtime)) * 1_000_000n, `${backend}: time of ${name}`)
        }
      })
    })
}

/** `changes`: what was added, changed and deleted; a directory's time is no change. */
export async function checkChanges(one: LayerCase): Promise<void> {
  for (const backend of backends())
    await scene(backend, async (here) => {
      await changed(here, one, async (changes, layers) => {
        const base = await here.snapshots.view(layers, silent)
        const lower = hostView(base.root, kernel)
        const told = changes.flatMap((entry): [string, string][] => {
          if (entry.kind === 'whiteout') return [['D', entry.path]]
          if (entry.kind === 'opaque') return []
          const old = lower.lookup(entry.path)?.node
          if (old === undefined) return [['A', entry.path]]
          const sameDirectory =
            entry.kind === 'directory' &&
            old.kind === 'directory' &&
            old.meta.mode === entry.meta.mode &&
            old.meta.uid === entry.meta.uid
          return sameDirectory ? [] : [['C', entry.path]]
        })
        await base[Symbol.asyncDispose]()
        assert.deepEqual(told, one.expectChanges, backend)
        await using again = await here.snapshots.draft([...layers, here.store.add(changes)], {}, silent)
        assert.deepEqual([...again.changes()], [], backend)
      })
    })
}

/** `roundTrip`: each set of changes makes a layer; the layers together make the tree. */
export async function checkRoundTrip(one: LayerCase): Promise<void> {
  for (const backend of backends())
    await scene(backend, async (here) => {
      const { store, snapshots, place } = here
      const truth = path.join(place, 'truth')
      fs.mkdirSync(truth)
      const layers: DiffId[] = []
      for (const changes of (one.changes ?? []) as readonly (readonly Operation[])[]) {
        await operate(truth, changes, { kernel, era: 'before' })
        await using draft = await snapshots.draft(layers, {}, silent)
        await operate(draft.root, changes, { kernel, era: 'before' })
        layers.push(store.add(draft.changes()))
      }
      await using view = await snapshots.view(layers, silent)
      assert.deepEqual(describeTree(view.root), describeTree(truth), backend)
    })
}

function describeTree(root: string): readonly string[] {
  const read = (file: string | Buffer) => fs.readFileSync(file, 'latin1')
  return [...hostEntries(hostView(root, kernel))].map((entry) => {
    const mode = 'meta' in entry ? entry.meta.mode.toString(8) : ''
    const more =
      entry.kind === 'file' && entry.content.in === 'host'
        ? read(entry.content.path)
        : entry.kind === 'symlink' || entry.kind === 'hardlink'
          ? entry.target
          : ''
    return `${entry.kind} ${entry.path} ${entry.path === rootPath ? '' : mode} ${more}`
  })
}

/** The name that our tar gives an entry, read from its header. */
export function tarName(entry: Entry): string {
  using store = openTestStore()
  const tar = fs.readFileSync(store.tarPath(store.add([entry])))
  const name = tar.subarray(0, 100)
  return name.subarray(0, name.indexOf(0)).toString()
}

/** A directory or an empty file at a path, or its deletion. */
export function plainEntry(kind: 'file' | 'directory' | 'whiteout', at: RootPath): Entry {
  if (kind === 'whiteout') return { kind, path: at }
  const meta = { mode: 0o755, uid: 0, gid: 0, mtime: 0n }
  if (kind === 'directory') return { kind, path: at, meta }
  return { kind, path: at, meta, size: 0, content: { in: 'memory', bytes: new Uint8Array() } }
}
