import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import zlib from 'node:zlib'
import {
  blobOf,
  type DiffId,
  hostPlatform,
  isFault,
  mediaTypes,
  sha256,
  silent,
  toRootPath,
} from '../core/index.ts'
import type { FileEntry } from '../layer/index.ts'
import { openStore, type Store } from './index.ts'

function temporary(t: TestContext): string {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  t.after(() => fs.rmSync(directory, { recursive: true, force: true }))
  return directory
}

function file(name: string, text: string): FileEntry {
  const bytes = Buffer.from(text)
  const meta = { mode: 0o644, uid: 0, gid: 0, mtime: 0n }
  return { kind: 'file', path: toRootPath(name), meta, size: bytes.length, content: { in: 'memory', bytes } }
}

function createImage(store: Store, layers: readonly DiffId[]) {
  const created = '2020-01-01T00:00:00Z'
  return store.images.create({ platform: hostPlatform(), config: {}, history: [], layers, created })
}

async function* pieces(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

describe('a store', () => {
  test('keeps what it is given and finds it again', async (t) => {
    const root = temporary(t)
    let image: ReturnType<typeof createImage>
    {
      using store = openStore(root)
      const lower = await store.layers.pack([file('/a', 'one'), file('/b', 'two')], silent)
      const upper = await store.layers.pack([file('/a', 'three')], silent)
      image = createImage(store, [lower.diffId, upper.diffId])
      store.refs.set('demo:latest', image.descriptor)
      const stack = store.layers.stack(image.layers)
      const found = stack.lookup(toRootPath('/a'))?.node
      assert(found?.kind === 'file')
      assert.equal(Buffer.from(stack.read(found, 100)).toString(), 'three')
      assert.equal(createImage(store, image.layers).digest, image.digest)
    }
    using store = openStore(root)
    assert.equal(store.refs.find('demo:latest')?.digest, image.digest)
    assert.deepEqual(store.images.get(image.configDigest).layers, image.layers)
    assert.deepEqual(store.images.match(image.configDigest.slice(7, 19)), [image.digest])
    assert.deepEqual(store.images.layerSizes(image.layers), [6, 5])
    assert.deepEqual((await store.verify(silent)).problems, [])
    const names = JSON.parse(fs.readFileSync(path.join(root, 'index.json'), 'utf8')).manifests
    assert.equal(names[0].annotations['org.opencontainers.image.ref.name'], 'demo:latest')
  })

  test('shares one layer among entries packed twice', async (t) => {
    using store = openStore(temporary(t))
    const one = await store.layers.pack([file('/a', 'one')], silent)
    assert.deepEqual(await store.layers.pack([file('/a', 'one')], silent), one)
    assert.deepEqual(fs.readdirSync(store.work), ['lock'])
  })

  for (const [kind, compress] of [
    ['gzip', zlib.gzipSync],
    ['zstd', zlib.zstdCompressSync],
  ] as const)
    test(`takes a ${kind} layer apart, and keeps both forms`, async (t) => {
      using made = openStore(temporary(t))
      const plain = await made.layers.pack([file('/a', 'one'.repeat(10_000))], silent)
      const bytes = compress(fs.readFileSync(made.tarPath(plain.diffId)))
      using store = openStore(temporary(t))
      const layer = await store.layers.ingest(pieces(bytes, 7), { digest: sha256(bytes) }, silent)
      assert.equal(layer.diffId, plain.diffId)
      assert.equal(store.layers.ofBlob(sha256(bytes)), plain.diffId)
      assert.equal(store.layers.original(plain.diffId)?.digest, sha256(bytes))
      const cut = store.layers.ingest(pieces(bytes.subarray(0, -9), 64), {}, silent)
      await assert.rejects(cut, isFault)
      const wrong = store.layers.ingest(pieces(bytes, 64), { digest: sha256('other') }, silent)
      await assert.rejects(wrong, { code: 'blob.corrupt' })
      assert.deepEqual((await store.verify(silent)).problems, [])
      assert.deepEqual(fs.readdirSync(store.work), ['lock'])
    })

  test('is found whole by the next process where one left the log of the catalogue', async (t) => {
    const root = temporary(t)
    const log = path.join(root, 'peel.db-wal')
    const leaving = openStore(root, { exits: true })
    const { diffId } = await leaving.layers.pack([file('/a', 'one')], silent)
    leaving.close()
    assert.ok(fs.statSync(log).size > 0)
    const next = openStore(root)
    assert.ok(next.layers.has(diffId))
    next.close()
  })

  test('finds damage', async (t) => {
    using store = openStore(temporary(t))
    const layer = await store.layers.pack([file('/a', 'one')], silent)
    const other = await store.layers.pack([file('/b', 'one')], silent)
    const bytes = fs.readFileSync(store.tarPath(layer.diffId))
    bytes[600] = 0xff
    fs.writeFileSync(store.tarPath(layer.diffId), bytes)
    fs.rmSync(store.tarPath(other.diffId))
    const { problems } = await store.verify(silent)
    assert.equal(problems.length, 2)
    assert.equal(store.layers.has(other.diffId), false)
    const read = async () => {
      for await (const _ of store.blobs.stream(blobOf(layer.diffId))) void _
    }
    await assert.rejects(read, { code: 'blob.corrupt' })
  })

  test('an ingest that is not committed leaves nothing', (t) => {
    using store = openStore(temporary(t))
    {
      using ingest = store.blobs.ingest()
      ingest.write(Buffer.from('abc'))
      assert.throws(() => ingest.commit({ digest: sha256('abd') }), { code: 'blob.corrupt' })
    }
    using ingest = store.blobs.ingest()
    ingest.write(Buffer.from('abc'))
    assert.equal(ingest.commit({ size: 3 }).digest, sha256('abc'))
    assert.equal(Buffer.from(store.blobs.read(sha256('abc'))).toString(), 'abc')
    assert.deepEqual(fs.readdirSync(store.work), ['lock'])
  })
})

describe('collection', () => {
  test('keeps what names, leases and fresh records reach, and nothing else', async (t) => {
    const root = temporary(t)
    const ids: DiffId[] = []
    {
      using store = openStore(root)
      for (const name of ['/named', '/cached', '/leased', '/loose'])
        ids.push((await store.layers.pack([file(name, name)], silent)).diffId)
      store.refs.set('demo:latest', createImage(store, [ids[0]!]).descriptor)
      createImage(store, [ids[3]!])
      const uses = [ids[1]!]
      const record = {
        op: sha256('op'),
        slot: 'a/1',
        result: '{}',
        uses,
        created: 0,
      }
      store.records.put({ ...record, key: sha256('key') }, Buffer.from('r'))
    }
    using holder = openStore(root)
    using lease = holder.lease()
    assert.deepEqual(lease.hold([ids[2]!, sha256('nothing')]), [sha256('nothing')])
    using store = openStore(root)
    const planned = await store.collect({ dryRun: true }, silent)
    const done = await store.collect({}, silent)
    assert.deepEqual(done, planned)
    assert.deepEqual(done.layers, [ids[3]])
    assert.equal(done.images.length, 1)
    assert(done.freedBytes > 2048)
    assert.deepEqual(
      ids.map((id) => store.layers.has(id)),
      [true, true, true, false],
    )
    assert.deepEqual(store.records.get(sha256('key'))?.uses, [ids[1]])
    assert.equal(store.records.nearest('a/1', sha256('other'))?.key, sha256('key'))
    assert.deepEqual(Buffer.from(store.records.recipe(sha256('key'))), Buffer.from('r'))
    assert.deepEqual((await store.verify(silent)).problems, [])
  })

  test('drops all records when asked, and what only they kept', async (t) => {
    const root = temporary(t)
    {
      using store = openStore(root)
      const { diffId } = await store.layers.pack([file('/a', 'a')], silent)
      const record = { op: sha256('op'), slot: 's', result: '{}', created: 0 }
      store.records.put({ ...record, key: sha256('key'), uses: [diffId] }, Buffer.from('r'))
      store.mounts.open('apt')
    }
    using store = openStore(root)
    store.contextDigests.save('context', Buffer.from('known'))
    assert.equal((await store.collect({}, silent)).records, 0)
    assert.deepEqual(store.contextDigests.load('context'), Uint8Array.from(Buffer.from('known')))
    const done = await store.collect({ all: true, cacheMounts: true }, silent)
    assert.equal(store.contextDigests.load('context'), undefined)
    assert.deepEqual([done.records, done.layers.length, done.cacheMounts], [1, 1, ['apt']])
    assert.deepEqual(fs.readdirSync(path.join(root, 'blobs/sha256')), [])
    assert.deepEqual(fs.readdirSync(path.join(root, 'index/sha256')), [])
  })
})

const script = `
import { openStore } from ${JSON.stringify(path.join(import.meta.dirname, 'index.ts'))}
import { silent, toRootPath, hostPlatform } from ${JSON.stringify(path.join(import.meta.dirname, '../core/index.ts'))}
const [root, who, count] = process.argv.slice(2)
const store = openStore(root)
process.stdout.write('ready')
const meta = { mode: 0o644, uid: 0, gid: 0, mtime: 0n }
for (let i = 0; i < Number(count); i++) {
  using lease = store.lease()
  const entry = (name, bytes) => ({ kind: 'file', path: toRootPath(name), meta, size: bytes.length, content: { in: 'memory', bytes } })
  const same = await store.layers.pack([entry('/same', Buffer.alloc(200_000, i))], silent)
  const own = await store.layers.pack([entry('/own', Buffer.from(who + i))], silent)
  const image = store.images.create({ platform: hostPlatform(), config: {}, history: [], layers: [same.diffId, own.diffId] })
  store.refs.set(who + ':' + i, image.descriptor)
  if (i % 5 === 4) await store.collect({}, silent)
}
store.close()
`

function start(t: TestContext, root: string, options: { who: string; count: number }): ChildProcess {
  const program = path.join(root, 'work.ts')
  if (!fs.existsSync(program)) fs.writeFileSync(program, script)
  const args = [program, path.join(root, 'store'), options.who, String(options.count)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  return child
}

describe('many processes', () => {
  test('write the same and different layers at once', async (t) => {
    const root = temporary(t)
    const children = ['a', 'b', 'c'].map((who) => start(t, root, { who, count: 20 }))
    const statuses = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]))
    assert.deepEqual(statuses, [0, 0, 0])
    using store = openStore(path.join(root, 'store'))
    assert.deepEqual((await store.verify(silent)).problems, [])
    assert.equal(store.refs.list().length, 60)
    assert.equal(store.usage().images.length, 60)
  })

  test('a kill at any moment leaves a sound store', async (t) => {
    const root = temporary(t)
    for (let round = 0; round < 8; round++) {
      const child = start(t, root, { who: `r${round}x`, count: 1000 })
      await once(child.stdout!, 'data')
      await new Promise((resolve) => setTimeout(resolve, 15 + Math.random() * 60))
      const ended = once(child, 'exit')
      assert(child.kill('SIGKILL'), 'it ended by itself')
      await ended
      using store = openStore(path.join(root, 'store'))
      assert.deepEqual((await store.verify(silent)).problems, [])
      const index = JSON.parse(fs.readFileSync(path.join(root, 'store/index.json'), 'utf8'))
      assert.equal(index.manifests.length, store.refs.list().length)
    }
    using store = openStore(path.join(root, 'store'))
    await store.layers.pack([file('/next', 'works')], silent)
    await store.collect({}, silent)
    assert.deepEqual((await store.verify(silent)).problems, [])
    assert.deepEqual(fs.readdirSync(path.join(root, 'store/work')), [path.basename(store.work)])
  })
})

test('skopeo reads the store', async (t) => {
  using store = openStore(temporary(t))
  const { diffId } = await store.layers.pack([file('/a', 'a')], silent)
  store.refs.set('demo:latest', createImage(store, [diffId]).descriptor)
  try {
    const text = execFileSync('skopeo', ['inspect', `oci:${store.root}:demo:latest`], {
      stdio: 'pipe',
    }).toString()
    assert.deepEqual(JSON.parse(text).Layers, [diffId])
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown
    t.skip('skopeo is not installed')
  }
  assert.equal(store.images.list()[0]?.layers[0], diffId)
  assert.equal(store.refs.list()[0]?.descriptor.mediaType, mediaTypes.ociManifest)
})
