// Pulling by digest: the name that it gives, and that a registry which answers with another image is not believed.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { parseReference, silent } from '../core/index.ts'
import { Registry } from '../registry/index.ts'
import { openStore } from '../store/index.ts'
import { openTestRegistry } from '../testing/registry.ts'
import { putImage } from '../testing/registry-image.ts'
import { pullImage } from './index.ts'

async function openWorld(t: TestContext) {
  const registry = await openTestRegistry()
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  const store = openStore(root)
  const client = new Registry({ patience: { tries: 1 } })
  t.after(async () => {
    client[Symbol.dispose]()
    store.close()
    await registry[Symbol.asyncDispose]()
    fs.rmSync(root, { recursive: true, force: true })
  })
  const put = (tag: string) =>
    putImage(registry, {
      repository: 'app',
      tag,
      layers: [[{ name: tag, type: 'file', content: tag }]],
    })
  const pull = (name: string) =>
    pullImage(
      { store, registry: client },
      parseReference(`${registry.host}/${name}`),
      { platform: { os: 'linux', architecture: 'amd64' } },
      silent,
    )
  return { registry, store, put, pull }
}

test('a registry that announces another digest than was asked for is not believed', async (t) => {
  const { registry, put, pull } = await openWorld(t)
  const [here, pinned] = [put('here'), put('pinned')]
  await pull('app:here')
  registry.misbehave = (request, response) => {
    if (request.method !== 'HEAD' || !request.url?.includes('/manifests/')) return false
    response.writeHead(200, { 'docker-content-digest': here.digest, 'content-length': here.size }).end()
    return true
  }
  await assert.rejects(pull(`app@${pinned.digest}`), { code: 'blob.corrupt' })
})

test('an image that is pulled by digest keeps the name it was asked for by, and a prune leaves it', async (t) => {
  const { registry, store, put, pull } = await openWorld(t)
  const { digest } = put('1')
  assert.equal((await pull(`app:1@${digest}`)).outcome, 'new')
  assert.equal((await pull(`app@${digest}`)).outcome, 'same')
  await store.collect({}, silent)
  assert.deepEqual(
    store.refs.list().map(({ name }) => name),
    [`${registry.host}/app@${digest}`],
  )
  assert.equal(store.images.list().length, 1)
})
