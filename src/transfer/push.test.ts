// Pushing: what is sent, once, in which form, and how an upload goes on that broke off. Counted by the registry.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { mediaTypes, parseReference, silent } from '../core/index.ts'
import { Registry } from '../registry/index.ts'
import { type Image, openStore, type Store } from '../store/index.ts'
import { openTestRegistry, type TestRegistry } from '../testing/registry.ts'
import { noise, putImage } from '../testing/registry-image.ts'
import { file, tree } from '../testing/tree.ts'
import { type PushOptions, pullImage, pushImage } from './index.ts'

interface World {
  readonly registry: TestRegistry
  readonly client: Registry
  readonly store: Store
  readonly image: Image
  push(name: string, options?: PushOptions): Promise<string>
}

async function openWorld(t: TestContext): Promise<World> {
  const registry = await openTestRegistry()
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  const store = openStore(root)
  const client = new Registry({ patience: { tries: 4, pause: 5 } })
  t.after(async () => {
    client[Symbol.dispose]()
    store.close()
    await registry[Symbol.asyncDispose]()
    fs.rmSync(root, { recursive: true, force: true })
  })
  const layers = []
  for (const [i, size] of [3_000_000, 10].entries())
    layers.push((await store.layers.pack(tree(file(`/f${i}`, noise(size, i))), silent)).diffId)
  const image = store.images.create({
    platform: { os: 'linux', architecture: 'amd64' },
    created: '2020-01-01T00:00:00Z',
    config: {},
    history: layers.map(() => ({ created_by: 'x' })),
    layers,
  })
  const push = async (name: string, options: PushOptions = {}) => {
    using lease = store.lease()
    const references = name.split(' ').map((one) => parseReference(`${registry.host}/${one}`))
    const { descriptor } = await pushImage(
      { store, registry: client, lease },
      { image, references },
      options,
      silent,
    )
    return descriptor.digest
  }
  return { registry, client, store, image, push }
}

const uploads = ({ seen }: TestRegistry, method: string) =>
  seen.filter((one) => one.method === method && one.url.includes('/blobs/uploads/'))

test('layers are compressed and sent once, under all tags at once', async (t) => {
  const { registry, push, store, image } = await openWorld(t)
  const digest = await push('app:1 app:2')
  for (const tag of ['1', '2']) {
    const { bytes, mediaType } = registry.manifests.get(`app:${tag}`)!
    assert.equal(mediaType, mediaTypes.ociManifest)
    const { layers } = JSON.parse(bytes.toString())
    for (const [i, layer] of layers.entries()) {
      assert.equal(layer.mediaType, mediaTypes.ociLayerGzip)
      const tar = fs.readFileSync(store.tarPath(image.layers[i]!))
      assert.ok(gunzipSync(registry.blobs.get(layer.digest)!).equals(tar))
    }
  }
  registry.seen.length = 0
  const began = fs.readdirSync(path.join(store.root, 'blobs/sha256')).length
  assert.equal(await push('app:3'), digest)
  assert.deepEqual(uploads(registry, 'POST'), [])
  assert.equal(fs.readdirSync(path.join(store.root, 'blobs/sha256')).length, began)
})

test('what another repository of the registry has is mounted from there', async (t) => {
  const { registry, push } = await openWorld(t)
  const digest = await push('app:1')
  const one = registry.blobs
  // This registry has each blob for every repository; a real one says no.
  registry.misbehave = (request, response) => {
    if (request.method !== 'HEAD' || !(request.url ?? '').startsWith('/v2/other/blobs/')) return false
    response.writeHead(404).end()
    return true
  }
  registry.seen.length = 0
  assert.equal(await push('other:1'), digest)
  assert.equal(uploads(registry, 'PUT').length, 0)
  assert.equal(uploads(registry, 'POST').filter(({ url }) => /mount=sha256.*from=app/.test(url)).length, 3)
  assert.equal(registry.blobs, one)
})

test('zstd means OCI types, none means plain tars, and each is pulled as it was', async (t) => {
  const { registry, push, client, image } = await openWorld(t)
  for (const [compression, type] of [
    ['zstd', mediaTypes.ociLayerZstd],
    ['none', mediaTypes.ociLayer],
  ] as const) {
    const digest = await push(`app:${compression}`, { compression })
    const manifest = JSON.parse(registry.manifests.get(`app:${compression}`)!.bytes.toString())
    assert.equal(manifest.mediaType, mediaTypes.ociManifest)
    for (const layer of manifest.layers) assert.equal(layer.mediaType, type)
    const root = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
    t.after(() => fs.rmSync(root, { recursive: true, force: true }))
    using store = openStore(root)
    const reference = parseReference(`${registry.host}/app:${compression}`)
    const pulled = await pullImage({ store, registry: client }, reference, {}, silent)
    assert.equal(pulled.image.digest, digest)
    assert.deepEqual(pulled.image.layers, image.layers)
    assert.deepEqual((await store.verify(silent)).problems, [])
  }
})

test('an upload that broke off goes on where the registry got to', async (t) => {
  const { registry, push } = await openWorld(t)
  let dropped = false
  registry.misbehave = (request, response) => {
    if (request.method !== 'PUT' || !(request.url ?? '').includes('/uploads/') || dropped) return false
    dropped = true
    request.once('data', () => response.destroy())
    return true
  }
  await push('app:1')
  assert.ok(dropped)
  assert.ok(registry.manifests.has('app:1'))
})

test('an upload is tried again when the registry says so, and not where nobody would wait that long', async (t) => {
  const { registry, push } = await openWorld(t)
  const times: number[] = []
  let retryAfter = 1
  registry.misbehave = (request, response) => {
    if (request.method !== 'PUT' || !(request.url ?? '').includes('/uploads/')) return false
    times.push(performance.now())
    if (times.length > 1 && retryAfter === 1) return false
    request.resume()
    request.on('end', () => response.writeHead(503, { 'retry-after': String(retryAfter) }).end())
    return true
  }
  await push('app:1')
  assert.ok(registry.manifests.has('app:1'))
  assert.ok(times.at(-1)! - times[0]! >= 1000, 'it came again after a second')
  retryAfter = 3600
  await assert.rejects(push('app:2', { compression: 'zstd' }), { code: 'registry.failed', message: /503/ })
})

test('a registry that takes nothing in one piece gets chunks', async (t) => {
  const { registry, push } = await openWorld(t)
  registry.misbehave = (request, response) => {
    if (request.method !== 'PUT' || !(request.url ?? '').includes('/uploads/')) return false
    if (Number(request.headers['content-length']) < 100_000) return false
    request.resume()
    request.on('end', () => response.writeHead(413).end())
    return true
  }
  const digest = await push('app:1')
  assert.ok(uploads(registry, 'PATCH').length > 0)
  assert.ok(registry.manifests.has(`app@${digest}`))
})

test('a registry that refuses is not asked again, and the reason is its own', async (t) => {
  const { registry, push } = await openWorld(t)
  registry.misbehave = (request, response) => {
    if (request.method !== 'POST') return false
    response.writeHead(403, { 'content-type': 'application/json' })
    response.end('{"errors":[{"code":"DENIED","message":"requested access is denied"}]}')
    return true
  }
  await assert.rejects(push('app:1'), {
    code: 'registry.denied',
    message: /DENIED: requested access is denied/,
  })
  assert.deepEqual([...registry.manifests.keys()], [])
})

test('a prune removes what broken downloads left', async (t) => {
  const { registry, store, client } = await openWorld(t)
  const { blobs, manifest } = putImage(registry, {
    repository: 'app',
    tag: '1',
    layers: [[{ name: 'f', type: 'file', content: noise(300_000, 1) }]],
  })
  registry.misbehave = (request, response) => {
    if (!(request.url ?? '').endsWith(manifest.layers[0]!.digest)) return false
    response.writeHead(200, { 'content-length': blobs[0]!.length })
    response.write(blobs[0]!.subarray(0, 100_000))
    setTimeout(() => response.destroy(), 50)
    return true
  }
  const platform = { os: 'linux', architecture: 'amd64' }
  const pull = pullImage(
    { store, registry: client },
    parseReference(`${registry.host}/app:1`),
    { platform },
    silent,
  )
  await assert.rejects(pull, { code: 'registry.dropped' })
  const partial = path.join(store.root, 'partial')
  assert.equal(fs.readdirSync(partial).length, 1)
  assert.ok((await store.collect({}, silent)).freedBytes >= 100_000)
  assert.deepEqual(fs.readdirSync(partial), [])
})
