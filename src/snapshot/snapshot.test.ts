// One contract, held by every backend that this machine can do.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { type DiffId, pathText, silent } from '../core/index.ts'
import { openKernel } from '../kernel/index.ts'
import type { Entry } from '../layer/index.ts'
import { openTestStore, type TestStore } from '../testing/layer-store.ts'
import { device, dir, fifo, file, gone, hardlink, opaque, symlink, tree, treeTime } from '../testing/tree.ts'
import { findObstacle } from './choose.ts'
import { type Backend, openSnapshots, type Snapshots } from './index.ts'

const kernel = openKernel()

interface Bench {
  readonly store: TestStore
  readonly snapshots: Snapshots
}

async function withStore(backend: Backend, act: (bench: Bench) => Promise<void>): Promise<void> {
  using store = openTestStore()
  using snapshots = openSnapshots(store, kernel, { backend })
  await act({ store, snapshots })
}

async function look(
  snapshots: Snapshots,
  layers: readonly DiffId[],
  see: (root: string) => void,
): Promise<void> {
  await using view = await snapshots.view(layers, silent)
  see(view.root)
}

/** What changed, in one line each. */
function words(entries: Iterable<Entry>): string[] {
  return [...entries].map((entry) =>
    entry.kind === 'hardlink' ? `hardlink ${entry.path} ${entry.target}` : `${entry.kind} ${entry.path}`,
  )
}

const backends: readonly Backend[] = ['mounted', 'unpacked', 'copy']
for (const backend of backends) {
  const obstacle = process.getuid?.() === 0 ? findObstacle(kernel, backend) : 'needs root'
  describe(`snapshots: ${backend}`, { skip: obstacle ?? false }, () => {
    const base = tree(
      dir('/', { mode: 0o751, xattrs: { 'user.root': 'r' } }),
      dir('/etc', { mode: 0o750, uid: 3, mtime: treeTime + 1n }),
      file('/etc/hosts', 'localhost', { uid: 1, gid: 2 }),
      file('/etc/passwd', 'root'),
      hardlink('/etc/passwd-', '/etc/passwd'),
      symlink('/lib', 'usr/lib'),
      dir('/usr'),
      dir('/usr/lib'),
      file('/usr/lib/a', 'a', {
        xattrs: { 'security.capability': Buffer.from('0100000200200000000000000000000000000000', 'hex') },
      }),
      dir('/var'),
      dir('/var/old'),
      file('/var/old/x', 'x'),
      fifo('/var/pipe'),
      device('/var/null', 'char', 1, 3),
    )

    test('layers are merged: deletions, opaque directories, implied directories, links below', () =>
      withStore(backend, async ({ store, snapshots }) => {
        const layers = [
          store.add(base),
          store.add(tree(gone('/etc/hosts'), dir('/var/old'), opaque('/var/old'), file('/var/old/y', 'y'))),
          store.add(
            tree(
              file('/etc/new', 'n'),
              hardlink('/usr/other', '/usr/lib/a'),
              hardlink('/usr/third', '/usr/lib/a'),
            ),
          ),
          store.add(tree(file('/lib/b', 'through'))),
        ]
        await look(snapshots, layers, (root) => {
          assert.deepEqual(fs.readdirSync(root).sort(), ['etc', 'lib', 'usr', 'var'])
          assert.deepEqual(fs.readdirSync(`${root}/etc`).sort(), ['new', 'passwd', 'passwd-'])
          assert.deepEqual(fs.readdirSync(`${root}/var/old`), ['y'])
          const etc = fs.statSync(`${root}/etc`, { bigint: true })
          assert.deepEqual([etc.mode & 0o7777n, etc.uid, etc.mtimeNs], [0o750n, 3n, treeTime + 1n])
          assert.equal(fs.statSync(root).mode & 0o7777, 0o751)
          assert.equal(Buffer.from(kernel.readXattrs(root)?.get('user.root') ?? []).toString(), 'r')
          assert.equal(fs.readFileSync(`${root}/usr/other`, 'utf8'), 'a')
          assert.equal(fs.statSync(`${root}/usr/other`).ino, fs.statSync(`${root}/usr/third`).ino)
          assert.equal(fs.statSync(`${root}/etc/passwd`).ino, fs.statSync(`${root}/etc/passwd-`).ino)
          assert.equal(kernel.readXattrs(`${root}/usr/lib/a`)?.get('security.capability')?.length, 20)
          assert.ok(fs.lstatSync(`${root}/var/pipe`).isFIFO())
          assert.equal(fs.lstatSync(`${root}/var/null`).rdev, 0x103)
          assert.equal(fs.readFileSync(`${root}/usr/lib/b`, 'utf8'), 'through')
        })
        const emptied = store.add(tree(opaque('/etc'), file('/etc/only')))
        await look(snapshots, [...layers, emptied], (root) => {
          assert.deepEqual(fs.readdirSync(`${root}/etc`), ['only'])
          assert.equal(fs.statSync(`${root}/etc`).mode & 0o7777, 0o750)
        })
        await look(snapshots, [...layers, store.add(tree(opaque('/'), file('/only')))], (root) => {
          assert.deepEqual(fs.readdirSync(root), ['only'])
          assert.equal(fs.statSync(root).mode & 0o7777, 0o751)
        })
      }))

    test('a name that a file loses is a deletion, and the names that it keeps are not told', () =>
      withStore(backend, async ({ store, snapshots }) => {
        const layers = [store.add(tree(file('/a'), hardlink('/b', '/a'), hardlink('/c', '/a')))]
        await using draft = await snapshots.draft(layers, {}, silent)
        fs.rmSync(`${draft.root}/a`)
        assert.deepEqual(words(draft.changes()), ['whiteout /a'])
      }))

    test('a draft tells what changed, and the changes make the layer', () =>
      withStore(backend, async ({ store, snapshots }) => {
        const layers = [store.add(base)]
        await using draft = await snapshots.draft(layers, {}, silent)
        const { root } = draft
        assert.deepEqual(words(draft.changes()), [])
        fs.writeFileSync(`${root}/etc/added`, 'added')
        fs.linkSync(`${root}/etc/added`, `${root}/usr/added`)
        fs.rmSync(`${root}/etc/hosts`)
        fs.rmSync(`${root}/var/old`, { recursive: true })
        fs.mkdirSync(`${root}/var/old`)
        fs.writeFileSync(`${root}/var/old/z`, 'z')
        fs.chmodSync(`${root}/usr/lib/a`, 0o600)
        kernel.makeNode(`${root}/var/dev`, { kind: 'block', mode: 0o600, major: 8, minor: 300 })
        const odd = Buffer.concat([Buffer.from(`${root}/`), Buffer.of(0xff, 0x41)])
        fs.writeFileSync(odd, 'odd')
        const changes = [...draft.changes()]
        const said = words(changes)
        for (const line of ['file /etc/added', 'hardlink /usr/added /etc/added', 'whiteout /etc/hosts'])
          assert.ok(said.includes(line), `${line} in ${said}`)
        for (const line of [
          'file /usr/lib/a',
          'device /var/dev',
          'file /var/old/z',
          `file /${pathText(Buffer.of(0xff, 0x41))}`,
        ])
          assert.ok(said.includes(line), `${line} in ${said}`)
        if (backend !== 'copy') assert.ok(said.includes('opaque /var/old'))
        const next = [...layers, store.add(changes)]
        await look(snapshots, next, (merged) => {
          assert.deepEqual(fs.readdirSync(`${merged}/var/old`), ['z'])
          assert.equal(fs.readFileSync(`${merged}/usr/added`, 'utf8'), 'added')
          assert.equal(fs.statSync(`${merged}/usr/lib/a`).mode & 0o7777, 0o600)
          assert.equal(kernel.readXattrs(`${merged}/usr/lib/a`)?.get('security.capability')?.length, 20)
          assert.ok(!fs.existsSync(`${merged}/etc/hosts`))
          assert.equal(fs.statSync(`${merged}/etc/added`).ino, fs.statSync(`${merged}/usr/added`).ino)
        })
      }))

    test('what is ignored leaves no trace, nor do directories that came up only for it', () =>
      withStore(backend, async ({ store, snapshots }) => {
        await using draft = await snapshots.draft([store.add(base)], {}, silent)
        fs.writeFileSync(`${draft.root}/etc/resolv.conf`, '')
        fs.mkdirSync(`${draft.root}/proc`)
        const ignored = new Set(['/etc/resolv.conf', '/proc'])
        const ignore = (entry: Entry) => ignored.has(entry.path)
        assert.deepEqual(words(draft.changes({ ignore })), [])
        fs.writeFileSync(`${draft.root}/etc/mine`, '')
        assert.deepEqual(words(draft.changes({ ignore })), ['directory /etc', 'file /etc/mine'])
      }))

    test('a sealed draft is the ground of the next', () =>
      withStore(backend, async ({ store, snapshots }) => {
        const layers = [store.add(base)]
        const first = await snapshots.draft(layers, {}, silent)
        fs.writeFileSync(`${first.root}/etc/one`, '1')
        fs.rmSync(`${first.root}/usr`, { recursive: true })
        const upper = first.seal()
        await first[Symbol.asyncDispose]()
        assert.ok(words(first.changes()).includes('file /etc/one'))
        await using second = await snapshots.draft(layers, { uppers: [upper] }, silent)
        assert.equal(fs.readFileSync(`${second.root}/etc/one`, 'utf8'), '1')
        assert.ok(!fs.existsSync(`${second.root}/usr`))
        assert.equal(fs.statSync(second.root).mode & 0o7777, 0o751)
        fs.writeFileSync(`${second.root}/etc/two`, '2')
        assert.deepEqual(
          words(second.changes()).filter((line) => line.startsWith('file')),
          ['file /etc/two'],
        )
        fs.rmSync(upper, { recursive: true })
      }))

    test('scratch is an empty root', () =>
      withStore(backend, async ({ snapshots }) => {
        await using draft = await snapshots.draft([], {}, silent)
        assert.deepEqual(fs.readdirSync(draft.root), [])
        fs.writeFileSync(`${draft.root}/f`, '')
        assert.deepEqual(words(draft.changes()), ['file /f'])
      }))

    test('300 layers stand on one another, and more than an overlay takes', () =>
      withStore(backend, async ({ store, snapshots }) => {
        const many = backend === 'mounted' ? 600 : 300
        const layers = Array.from({ length: many }, (_, i) =>
          store.add(tree(file(`/f${i}`), file('/same', String(i)))),
        )
        for (const count of [300, many])
          await look(snapshots, layers.slice(0, count), (root) => {
            assert.equal(fs.readdirSync(root).length, count + 1)
            assert.equal(fs.readFileSync(`${root}/same`, 'utf8'), String(count - 1))
          })
      }))

    test('what is disposed of is gone', () =>
      withStore(backend, async ({ store, snapshots }) => {
        const layers = [store.add(base)]
        const draft = await snapshots.draft(layers, {}, silent)
        const view = await snapshots.view(layers, silent)
        fs.writeFileSync(Buffer.concat([Buffer.from(`${draft.root}/`), Buffer.of(0xfe)]), '')
        await draft[Symbol.asyncDispose]()
        await view[Symbol.asyncDispose]()
        snapshots[Symbol.dispose]()
        for (const each of [draft.root, draft.upper, view.root]) assert.ok(!fs.existsSync(each))
        assert.ok(!fs.readFileSync('/proc/self/mounts', 'utf8').includes(store.root))
      }))
  })
}

const mountable = process.getuid?.() === 0 ? findObstacle(kernel, 'mounted') : 'needs root'

test('a damaged or missing index image is made again', { skip: mountable ?? false }, async () => {
  using store = openTestStore()
  const layers = [store.add(tree(file('/f', 'x')))]
  const image = path.join(store.root, 'index', 'sha256', `${layers[0]!.slice(7)}.erofs`)
  for (const damage of [
    () => {},
    () => fs.truncateSync(image, 2000),
    () => fs.writeFileSync(image, 'no'),
    () => fs.rmSync(image),
  ]) {
    using snapshots = openSnapshots(store, kernel, { backend: 'mounted' })
    damage()
    await look(snapshots, layers, (root) => assert.equal(fs.readFileSync(`${root}/f`, 'utf8'), 'x'))
  }
})

test('a killed process leaves no mount behind', { skip: mountable ?? false }, async () => {
  const code = `
    const load = (name) => import(${JSON.stringify(path.join(import.meta.dirname, '..'))} + name)
    const { openTestStore } = await load('/testing/layer-store.ts')
    const { tree, file } = await load('/testing/tree.ts')
    const { openKernel } = await load('/kernel/index.ts')
    const { openSnapshots } = await load('/snapshot/index.ts')
    const { silent } = await load('/core/index.ts')
    const fs = await import('node:fs')
    const store = openTestStore()
    const draft = await openSnapshots(store, openKernel()).draft([store.add(tree(file('/f', 'x')))], {}, silent)
    if (fs.readFileSync(draft.root + '/f', 'utf8') !== 'x') process.exit(1)
    process.stdout.write(store.root)
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const root = await new Promise<string>((resolve) =>
    child.stdout.once('data', (data) => resolve(String(data))),
  )
  assert.ok(fs.readFileSync(`/proc/${child.pid}/mounts`, 'utf8').includes(root))
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await ended
  assert.ok(!fs.readFileSync('/proc/self/mounts', 'utf8').includes(root))
  fs.rmSync(root, { recursive: true })
})
