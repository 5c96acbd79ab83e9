import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, type TestContext, test } from 'node:test'
import zlib from 'node:zlib'
import { hostPlatform, rootPath, sha256, silent, toRootPath } from '../../core/index.ts'
import type { Entry } from '../../layer/index.ts'
import {
  exportTar,
  importTar,
  loadArchive,
  openStore,
  type SavedImage,
  type Store,
  saveArchive,
} from '../index.ts'
import { tarEnd, tarHeader, tarPadding } from './tar-header.ts'

function temporary(t: TestContext): string {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  t.after(() => fs.rmSync(directory, { recursive: true, force: true }))
  return directory
}

const meta = { mode: 0o644, uid: 0, gid: 0, mtime: 0n }
function file(name: string, text: string): Entry {
  const bytes = Buffer.from(text)
  return { kind: 'file', path: toRootPath(name), meta, size: bytes.length, content: { in: 'memory', bytes } }
}

async function makeImage(store: Store): Promise<SavedImage> {
  const lower = await store.layers.pack([file('/a', 'one'), file('/b', 'two')], silent)
  const gone: Entry = { kind: 'whiteout', path: toRootPath('/a') }
  const link: Entry = { kind: 'hardlink', path: toRootPath('/d'), target: toRootPath('/c') }
  const upper = await store.layers.pack([gone, file('/c', 'three'), link], silent)
  const created = '2020-01-01T00:00:00Z'
  const layers = [lower.diffId, upper.diffId]
  const image = store.images.create({ platform: hostPlatform(), config: {}, history: [], layers, created })
  store.refs.set('demo:latest', image.descriptor)
  return { image, names: ['demo:latest'] }
}

function tarOf(members: Readonly<Record<string, Uint8Array | string>>): Buffer {
  const parts: Uint8Array[] = []
  for (const [name, body] of Object.entries(members)) {
    const bytes = Buffer.from(body)
    parts.push(tarHeader(name, bytes.length), bytes, tarPadding(bytes.length))
  }
  return Buffer.concat([...parts, tarEnd])
}

async function* once(bytes: Uint8Array) {
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000)
}

describe('saving and loading', () => {
  for (const format of ['docker-archive', 'oci-archive', 'oci-dir'] as const)
    test(`${format} comes back as the same image, twice the same bytes`, async (t) => {
      const directory = temporary(t)
      using store = openStore(path.join(directory, 'one'))
      const saved = await makeImage(store)
      const [output, second] = [path.join(directory, 'out'), path.join(directory, 'out2')]
      await saveArchive(store, [saved], { format, output }, silent)
      await saveArchive(store, [saved], { format, output: second }, silent)
      if (format !== 'oci-dir') assert(fs.readFileSync(output).equals(fs.readFileSync(second)))
      using other = openStore(path.join(directory, 'two'))
      const [loaded] = await loadArchive(other, output, silent)
      assert.deepEqual(loaded!.names, ['demo:latest'])
      assert.equal(loaded!.image.digest, saved.image.digest)
      assert.equal(other.refs.find('demo:latest')?.digest, saved.image.digest)
      assert.deepEqual((await other.verify(silent)).problems, [])
    })

  test('an archive does not take the place of what is no file', async (t) => {
    const directory = temporary(t)
    using store = openStore(path.join(directory, 'one'))
    const saved = await makeImage(store)
    const output = path.join(directory, 'pipe')
    execFileSync('mkfifo', [output])
    for (const at of [directory, output])
      await assert.rejects(
        saveArchive(store, [saved], { format: 'docker-archive', output: at }, silent),
        /cannot be written: it is/,
      )
    assert.ok(fs.statSync(output).isFIFO())
  })

  test('a compressed archive from a stream', async (t) => {
    using store = openStore(temporary(t))
    const saved = await makeImage(store)
    const output = new PassThrough()
    const chunks: Buffer[] = []
    output.on('data', (chunk: Buffer) => chunks.push(chunk))
    await saveArchive(store, [saved], { format: 'docker-archive', output }, silent)
    using other = openStore(temporary(t))
    const [loaded] = await loadArchive(other, once(zlib.gzipSync(Buffer.concat(chunks))), silent)
    assert.deepEqual(loaded!.image.layers, saved.image.layers)
  })

  test('the layout of old docker versions', async (t) => {
    using store = openStore(temporary(t))
    const { image } = await makeImage(store)
    const [lower, upper] = image.layers.map((id) => fs.readFileSync(store.tarPath(id)))
    const manifest = [{ Config: 'c.json', RepoTags: ['old:1'], Layers: ['x/layer.tar', './y/layer.tar'] }]
    const members = {
      'x/VERSION': '1.0',
      'x/layer.tar': lower!,
      'y/layer.tar': upper!,
      'c.json': image.configBytes,
    }
    using other = openStore(temporary(t))
    const [loaded] = await loadArchive(
      other,
      once(tarOf({ ...members, 'manifest.json': JSON.stringify(manifest) })),
      silent,
    )
    assert.equal(loaded!.image.configDigest, image.configDigest)
    const swapped = [{ ...manifest[0], Layers: ['y/layer.tar', 'x/layer.tar'], RepoTags: ['bad:1'] }]
    const bad = [
      tarOf({ ...members, 'manifest.json': JSON.stringify(swapped) }),
      tarOf({ 'c.json': image.configBytes, 'manifest.json': JSON.stringify(manifest) }),
      tarOf({ ...members }),
      tarOf({ ...members, '../evil': 'x', 'manifest.json': JSON.stringify(manifest) }),
      tarOf({ ...members, 'manifest.json': '[' }),
      ...['[null]', '[{"Config":"c.json","Layers":[1,2]}]', '[{"Config":"c.json","Layers":"xy"}]'].map(
        (text) => tarOf({ ...members, 'manifest.json': text }),
      ),
      tarOf({ ...members, 'manifest.json': JSON.stringify([{ ...manifest[0], RepoTags: [7] }]) }),
      tarOf({ ...members, 'manifest.json': JSON.stringify(manifest) }).subarray(0, 3000),
    ]
    for (const bytes of bad)
      await assert.rejects(loadArchive(other, once(bytes), silent), { code: 'archive.invalid' })
    assert.deepEqual(
      other.refs.list().map((ref) => ref.name),
      ['old:1'],
    )
  })
})

describe('layouts that are not what they say', () => {
  const mediaType = 'application/vnd.oci.image.index.v1+json'
  const indexOf = (digest: string): string =>
    JSON.stringify({ schemaVersion: 2, mediaType, manifests: [{ mediaType, digest, size: 1 }] })
  const load = async (t: TestContext, members: Readonly<Record<string, string>>): Promise<unknown> => {
    const directory = temporary(t)
    for (const [name, text] of Object.entries(members)) {
      fs.mkdirSync(path.dirname(path.join(directory, name)), { recursive: true })
      fs.writeFileSync(path.join(directory, name), text)
    }
    using store = openStore(temporary(t))
    return await loadArchive(store, directory, silent)
  }

  test('a document under the digest of another one, an index that holds itself', async (t) => {
    for (const hex of ['a'.repeat(64), 'a'.repeat(128)]) {
      const algorithm = hex.length === 64 ? 'sha256' : 'sha512'
      const index = indexOf(`${algorithm}:${hex}`)
      await assert.rejects(load(t, { 'index.json': index, [`blobs/${algorithm}/${hex}`]: index }), {
        code: 'archive.invalid',
        message: /is damaged/,
      })
    }
  })

  test('charts and what nobody knows stand beside images, and alone they are no images', async (t) => {
    const members: Record<string, string> = {}
    const put = (mediaType: string, value: unknown) => {
      const text = JSON.stringify(value)
      members[`blobs/sha256/${sha256(text).slice(7)}`] = text
      return { mediaType, digest: sha256(text), size: text.length }
    }
    const manifestOf = (config: unknown) =>
      put('application/vnd.oci.image.manifest.v1+json', { schemaVersion: 2, config, layers: [] })
    const chart = manifestOf(put('application/vnd.cncf.helm.config.v1+json', {}))
    const rootfs = { type: 'layers', diff_ids: [] }
    const config = { architecture: 'amd64', os: 'linux', rootfs }
    const image = manifestOf(put('application/vnd.oci.image.config.v1+json', config))
    const cake = { ...chart, mediaType: 'x-cake' }
    const layout = (...manifests: unknown[]) => ({
      ...members,
      'index.json': JSON.stringify({ schemaVersion: 2, mediaType, manifests }),
    })
    const loaded = (await load(t, layout(cake, chart, image))) as { image: { digest: string } }[]
    assert.deepEqual(
      loaded.map((one) => one.image.digest),
      [image.digest],
    )
    await assert.rejects(load(t, layout(cake, chart)), { code: 'archive.invalid', message: /no images/ })
  })

  test('a config that is nested without end', async (t) => {
    const config = `{"architecture":"amd64","os":"linux","x":${'['.repeat(50_000)}${']'.repeat(50_000)}}`
    const put = (text: string) => [`blobs/sha256/${sha256(text).slice(7)}`, text] as const
    const descriptor = (type: string, text: string) => ({
      mediaType: `application/vnd.oci.image.${type}.v1+json`,
      digest: sha256(text),
      size: text.length,
    })
    const manifest = JSON.stringify({ schemaVersion: 2, config: descriptor('config', config), layers: [] })
    const index = { schemaVersion: 2, mediaType, manifests: [descriptor('manifest', manifest)] }
    const members = Object.fromEntries([put(config), put(manifest), ['index.json', JSON.stringify(index)]])
    await assert.rejects(load(t, members), { code: 'config.invalid', message: /nested without end/ })
  })

  test('indexes of indexes without end', async (t) => {
    const members: Record<string, string> = {}
    let text = indexOf(`sha256:${'a'.repeat(64)}`)
    for (let i = 0; i < 20; i++) {
      const digest = sha256(text)
      members[`blobs/sha256/${digest.slice(7)}`] = text
      text = indexOf(digest)
    }
    await assert.rejects(load(t, { ...members, 'index.json': text }), { message: /indexes in each other/ })
  })
})

test('export flattens, import makes one layer of it', async (t) => {
  const directory = temporary(t)
  using store = openStore(path.join(directory, 'store'))
  const { image } = await makeImage(store)
  const output = path.join(directory, 'flat.tar')
  await exportTar(store, [{ layers: image.layers, directory: '' }], output, silent)
  const request = { config: { Cmd: ['sh'] }, platform: hostPlatform(), created: '2020-01-01T00:00:00Z' }
  const flat = await importTar(store, output, request, silent)
  const stack = store.layers.stack(flat.layers)
  assert.deepEqual(stack.list(rootPath), ['b', 'c', 'd'])
  assert.equal(stack.lookup(toRootPath('/c'))?.inode, stack.lookup(toRootPath('/d'))?.inode)
  assert.deepEqual(flat.config.config?.Cmd, ['sh'])
  await assert.rejects(importTar(store, once(Buffer.from('\xfd7zXZ\0\0\0', 'latin1')), request, silent), {
    code: 'compression.unsupported',
  })
})
