// One pull from a registry that misbehaves, and how it ends. Whatever happens, nothing that is half written stays in the store, and no
// credentials go where they must not.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { isFault, parseReference, silent } from '../core/index.ts'
import { Registry, type RegistryOptions } from '../registry/index.ts'
import { openStore } from '../store/index.ts'
import { pullImage } from '../transfer/index.ts'
import { type Misbehaviour, openTestRegistry, type TestRegistry } from './registry.ts'
import { type ImageThere, noise, putImage } from './registry-image.ts'

export interface World {
  readonly registry: TestRegistry
  readonly other: TestRegistry
  readonly image: ImageThere
}

export interface Conversation {
  readonly name: string
  /** Sets the registry up; what it returns misbehaves. */
  readonly set: (world: World) => Misbehaviour | undefined
  /** How the pull ends: `pulled`, or the code of the fault and a part of its message. */
  readonly ends: 'pulled' | readonly [string, RegExp]
  readonly options?: RegistryOptions
  readonly check?: (world: World) => void
}

/** Whether a URL is that of a layer. */
export const isBlob = (url: string, { blobs, manifest }: ImageThere, layer = 0): boolean =>
  blobs.length > layer && url.endsWith(manifest.layers[layer]!.digest)
export const credentials = {
  find: async () => ({ kind: 'password', username: 'me', password: 'hush-hush' }) as const,
}
/** Does something to the first `times` requests that fit. */
export const times = (
  count: number,
  fits: (url: string, method: string) => boolean,
  act: Misbehaviour,
): Misbehaviour => {
  let left = count
  return (request, response, seen) => {
    if (left === 0 || !fits(request.url ?? '', request.method ?? '')) return false
    left--
    return act(request, response, seen)
  }
}
export const answer =
  (status: number, headers: Record<string, string | number> = {}, body: string | Buffer = ''): Misbehaviour =>
  (_request, response) => {
    response.writeHead(status, headers)
    response.end(body)
    return true
  }

async function openWorld(t: TestContext): Promise<World & { readonly root: string }> {
  const [registry, other] = [await openTestRegistry(), await openTestRegistry()]
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  t.after(async () => {
    await registry[Symbol.asyncDispose]()
    await other[Symbol.asyncDispose]()
    fs.rmSync(root, { recursive: true, force: true })
  })
  const image = putImage(registry, {
    repository: 'app',
    tag: '1',
    layers: [
      [{ name: 'large', type: 'file', content: noise(400_000, 1) }],
      [{ name: 'small', type: 'file', content: 'x' }],
    ],
  })
  return { registry, other, image, root }
}

/** A test for each. */
export function converse(table: readonly Conversation[]): void {
  for (const { name, set, ends, options, check } of table)
    test(name, async (t) => {
      const world = await openWorld(t)
      const { registry, root, image } = world
      registry.misbehave = set(world) ?? registry.misbehave
      using store = openStore(root)
      using client = new Registry({ patience: { tries: 3, pause: 5, longest: 5000 }, ...options })
      const reference = parseReference(`${registry.host}/app:1`)
      const pull = pullImage(
        { store, registry: client },
        reference,
        { platform: { os: 'linux', architecture: 'amd64' } },
        silent,
      )
      const verified = async () => (await store.verify(silent)).problems
      if (ends === 'pulled') {
        await pull
        assert.equal(store.refs.list().length, 1)
        assert.deepEqual(await verified(), [])
      } else {
        const [code, message] = ends
        await assert.rejects(pull, (thrown) => {
          assert.ok(isFault(thrown), String(thrown))
          assert.equal(thrown.code, code, thrown.message)
          assert.match(thrown.message, message)
          assert.doesNotMatch(JSON.stringify([thrown.message, thrown.details.hint, thrown.stack]), /hush/)
          return true
        })
        assert.deepEqual(store.refs.list(), [])
        assert.deepEqual(store.images.list(), [])
        assert.deepEqual(await verified(), [])
        const kept = fs.existsSync(path.join(root, 'partial'))
          ? fs.readdirSync(path.join(root, 'partial'))
          : []
        const whole = image.blobs.map((blob) => blob.length)
        for (const file of kept)
          assert.ok(fs.statSync(path.join(root, 'partial', file)).size <= Math.max(...whole), file)
        if (code === 'blob.corrupt' && /layer|blob/.test(message.source)) assert.deepEqual(kept, [])
      }
      check?.(world)
    })
}
