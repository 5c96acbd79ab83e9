// What the client does when a registry misbehaves, as a table: what goes wrong, and how the pull ends. Whatever happens, nothing that
// is half written stays in the store, and no credentials go where they must not.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { isFault, mediaTypes, parseReference, silent } from '../core/index.ts'
import { Registry, type RegistryOptions } from '../registry/index.ts'
import { openStore } from '../store/index.ts'
import { type Misbehaviour, openTestRegistry, type TestRegistry } from '../testing/registry.ts'
import { type ImageThere, noise, putImage } from '../testing/registry-image.ts'
import { pullImage } from './index.ts'

interface World {
  readonly registry: TestRegistry
  readonly other: TestRegistry
  readonly image: ImageThere
}

interface Conversation {
  readonly name: string
  /** Sets the registry up; what it returns misbehaves. */
  readonly set: (world: World) => Misbehaviour | undefined
  /** How the pull ends: `pulled`, or the code of the fault and a part of its message. */
  readonly ends: 'pulled' | readonly [string, RegExp]
  readonly options?: RegistryOptions
  readonly check?: (world: World) => void
}

const isBlob = (url: string, { blobs, manifest }: ImageThere, layer = 0): boolean =>
  blobs.length > layer && url.endsWith(manifest.layers[layer]!.digest)
const credentials = {
  find: async () => ({ kind: 'password', username: 'me', password: 'hush-hush' }) as const,
}
/** Does something to the first `times` requests that fit. */
const times = (
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
const answer =
  (status: number, headers: Record<string, string | number> = {}, body: string | Buffer = ''): Misbehaviour =>
  (_request, response) => {
    response.writeHead(status, headers)
    response.end(body)
    return true
  }

const table: readonly Conversation[] = [
  { name: 'nothing is wrong', set: () => undefined, ends: 'pulled' },
  {
    name: 'the connection drops at byte N, twice',
    set: ({ image }) =>
      times(
        2,
        (url) => isBlob(url, image),
        (request, response, seen) => {
          const from = Number(/=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
          const blob = image.blobs[0]!
          response.writeHead(from > 0 ? 206 : 200, {
            'content-length': blob.length - from,
            'content-range': `bytes ${from}-${blob.length - 1}/${blob.length}`,
          })
          response.write(blob.subarray(from, from + 70_000))
          seen.sent = 70_000
          setTimeout(() => response.destroy(), 100)
          return true
        },
      ),
    ends: 'pulled',
    check: ({ registry, image }) => {
      const sent = registry.seen
        .filter(({ url }) => isBlob(url, image))
        .reduce((sum, one) => sum + one.sent, 0)
      assert.equal(sent, image.blobs[0]!.length, 'each byte was sent once')
    },
  },
  {
    name: 'the connection drops each time',
    set:
      ({ image }) =>
      (request, response) => {
        if (!isBlob(request.url ?? '', image)) return false
        response.destroy()
        return true
      },
    ends: ['registry.dropped', /broke off|socket hang up|ECONNRESET/],
  },
  {
    name: 'a blob has the wrong digest',
    set: ({ registry, image }) => {
      const { digest } = image.manifest.layers[1]!
      const wrong = Buffer.from(image.blobs[1]!)
      wrong[wrong.length - 9]! ^= 1
      registry.blobs.set(digest, wrong)
      return undefined
    },
    ends: ['blob.corrupt', /layer 2 of 2.*sha256/],
  },
  {
    name: 'a blob is shorter than the manifest says',
    set: ({ registry, image }) => {
      registry.blobs.set(image.manifest.layers[0]!.digest, image.blobs[0]!.subarray(0, 1000))
      return undefined
    },
    ends: ['blob.corrupt', /ended after 1000 of \d+ bytes/],
  },
  {
    name: 'a blob is longer than the manifest says',
    set: ({ registry, image }) => {
      registry.blobs.set(
        image.manifest.layers[0]!.digest,
        Buffer.concat([image.blobs[0]!, Buffer.from('more')]),
      )
      return undefined
    },
    ends: ['blob.corrupt', /longer than/],
  },
  {
    name: 'Content-Length promises more than comes',
    set:
      ({ image }) =>
      (request, response) => {
        if (!isBlob(request.url ?? '', image) || request.headers.range !== undefined) return false
        response.writeHead(200, { 'content-length': image.blobs[0]!.length })
        response.write(image.blobs[0]!.subarray(0, 5000))
        setTimeout(() => response.destroy(), 20)
        return true
      },
    ends: 'pulled',
  },
  {
    name: 'Content-Length lies: it says 10 bytes',
    set:
      ({ image }) =>
      (request, response) => {
        if (!isBlob(request.url ?? '', image)) return false
        response.writeHead(200, { 'content-length': 10 })
        response.end(image.blobs[0]!.subarray(0, 10))
        return true
      },
    ends: ['blob.corrupt', /ended after 10 of/],
  },
  {
    name: 'the body has no end',
    set:
      ({ image }) =>
      (request, response) => {
        if (!isBlob(request.url ?? '', image)) return false
        response.writeHead(200)
        const timer = setInterval(() => response.write(Buffer.alloc(256 << 10)), 1)
        response.on('close', () => clearInterval(timer))
        return true
      },
    ends: ['blob.corrupt', /longer than|cannot be used/],
  },
  {
    name: 'the body is slow, and comes',
    set:
      ({ image }) =>
      (request, response) => {
        if (!isBlob(request.url ?? '', image)) return false
        response.writeHead(200, { 'content-length': image.blobs[0]!.length })
        let at = 0
        const timer = setInterval(() => {
          response.write(image.blobs[0]!.subarray(at, at + 30_000))
          at += 30_000
          if (at < image.blobs[0]!.length) return
          clearInterval(timer)
          response.end()
        }, 30)
        return true
      },
    ends: 'pulled',
  },
  {
    name: 'the body stops, and the connection stays',
    options: { idle: 300 },
    set:
      ({ image }) =>
      (request, response) => {
        if (!isBlob(request.url ?? '', image)) return false
        response.writeHead(200, { 'content-length': image.blobs[0]!.length })
        response.write(image.blobs[0]!.subarray(0, 100))
        return true
      },
    ends: ['registry.dropped', /nothing came for 0.3 seconds/],
  },
  {
    name: '429 with Retry-After',
    set: ({ image }) => times(1, (url) => isBlob(url, image), answer(429, { 'retry-after': 1 })),
    ends: 'pulled',
    check: ({ registry, image }) =>
      assert.equal(registry.seen.filter(({ url }) => isBlob(url, image)).length, 2),
  },
  {
    name: '429 with a Retry-After of an hour',
    set: ({ image }) => times(1, (url) => isBlob(url, image), answer(429, { 'retry-after': 3600 })),
    ends: ['registry.failed', /429 Too Many Requests/],
  },
  {
    name: '500 twice',
    set: ({ image }) => times(2, (url) => isBlob(url, image), answer(500, {}, 'oh')),
    ends: 'pulled',
  },
  {
    name: '500 each time',
    set: () => times(99, (url) => url.includes('/manifests/'), answer(503, {}, 'oh')),
    ends: ['registry.failed', /503 Service Unavailable/],
  },
  {
    name: 'a 4xx is not tried again',
    set: ({ image }) => times(9, (url) => isBlob(url, image), answer(418)),
    ends: ['registry.refused', /418/],
    check: ({ registry, image }) =>
      assert.equal(registry.seen.filter(({ url }) => isBlob(url, image)).length, 1),
  },
  {
    name: '401 with Basic, then 200',
    options: { credentials },
    set: () => (request, response) => {
      if (request.headers.authorization === `Basic ${Buffer.from('me:hush-hush').toString('base64')}`)
        return false
      response.writeHead(401, { 'www-authenticate': 'Basic realm="here"' }).end()
      return true
    },
    ends: 'pulled',
  },
  {
    name: '401 with Basic, and no credentials',
    options: { credentials: { find: async () => undefined } },
    set: () => answer(401, { 'www-authenticate': 'Basic realm="here"' }),
    ends: ['registry.denied', /wants a user and a password/],
  },
  {
    name: '401 with Basic, and wrong credentials',
    options: { credentials },
    set: () => answer(401, { 'www-authenticate': 'Basic realm="here"' }),
    ends: ['registry.denied', /401 Unauthorized/],
  },
  {
    name: 'a token that the registry takes once: expired, it is fetched anew',
    options: { credentials },
    set: ({ registry }) => {
      let issued = 0
      let good = ''
      return (request, response) => {
        const url = request.url ?? ''
        if (url.startsWith('/token')) {
          assert.match(url, /scope=repository%3Aapp%3Apull/)
          good = `token-${issued++}`
          response.end(JSON.stringify({ token: good, expires_in: 300 }))
          return true
        }
        if (url.includes('/blobs/') && good === 'token-0') good = 'another'
        if (request.headers.authorization === `Bearer ${good}`) return false
        const realm = `http://${registry.host}/token`
        response
          .writeHead(401, {
            'www-authenticate': `Bearer realm="${realm}",service="s",scope="repository:app:pull"`,
          })
          .end()
        return true
      }
    },
    ends: 'pulled',
  },
  {
    name: 'a token server elsewhere on this network is not asked',
    options: { credentials },
    set: () => answer(401, { 'www-authenticate': 'Bearer realm="http://169.254.169.254/token"' }),
    ends: ['registry.redirect', /169\.254\.169\.254/],
  },
  {
    name: 'a redirect to another host, which learns no credentials',
    options: { credentials },
    set: ({ image, other, registry }) => {
      for (const [digest, bytes] of registry.blobs) other.blobs.set(digest, bytes)
      return (request, response) => {
        if (request.headers.authorization === undefined) {
          response.writeHead(401, { 'www-authenticate': 'Basic realm="here"' }).end()
          return true
        }
        if (!isBlob(request.url ?? '', image)) return false
        response.writeHead(307, { location: `http://${other.host}${request.url}` }).end()
        return true
      }
    },
    ends: 'pulled',
    check: ({ other }) => {
      assert.ok(other.seen.length > 0)
      for (const { headers } of other.seen) assert.equal(headers.authorization, undefined)
    },
  },
  {
    name: 'a redirect in a circle',
    set:
      ({ image }) =>
      (request, response) => {
        if (!isBlob(request.url ?? '', image)) return false
        response.writeHead(302, { location: request.url }).end()
        return true
      },
    ends: ['registry.redirect', /more than 10 times/],
  },
  {
    name: 'a redirect into the network of this machine',
    set: ({ image }) => times(1, (url) => isBlob(url, image), answer(302, { location: 'http://10.0.0.1/x' })),
    ends: ['registry.redirect', /10\.0\.0\.1/],
  },
  {
    name: 'a redirect to a file',
    set: ({ image }) =>
      times(1, (url) => isBlob(url, image), answer(302, { location: 'file:///etc/passwd' })),
    ends: ['registry.redirect', /no address of the web/],
  },
  {
    name: 'a layer of an unknown media type',
    set: ({ registry, image }) => {
      const layers = image.manifest.layers.map((layer) => ({ ...layer, mediaType: 'application/x-cake' }))
      registry.addManifest(
        'app',
        '1',
        { ...image.manifest, schemaVersion: 2, layers },
        mediaTypes.ociManifest,
      )
      return undefined
    },
    ends: ['manifest.invalid', /media type application\/x-cake/],
  },
  {
    name: 'a manifest of an unknown media type is taken for what it is',
    set: ({ registry, image }) => {
      registry.addManifest('app', '1', { ...image.manifest, schemaVersion: 2 }, 'application/x-strange')
      return undefined
    },
    ends: 'pulled',
  },
  {
    name: 'an index with no matching platform',
    set: ({ registry, image }) => {
      const manifests = [
        {
          mediaType: mediaTypes.ociManifest,
          digest: image.digest,
          size: image.size,
          platform: { os: 'linux', architecture: 's390x' },
        },
      ]
      registry.addManifest('app', '1', { schemaVersion: 2, manifests }, mediaTypes.ociIndex)
      return undefined
    },
    ends: ['image.platform', /nothing for linux/],
  },
  {
    name: 'a manifest of 100 MB',
    set: ({ registry }) => {
      registry.addManifest('app', '1', Buffer.alloc(100 << 20, 32), mediaTypes.ociManifest)
      return undefined
    },
    ends: ['registry.invalid', /more than 8388608 bytes/],
  },
  {
    name: 'a manifest without an end',
    set: () =>
      times(
        9,
        (url, method) => url.includes('/manifests/') && method === 'GET',
        (_request, response) => {
          response.writeHead(200, { 'content-type': mediaTypes.ociManifest })
          const timer = setInterval(() => response.write(Buffer.alloc(1 << 20, 32)), 1)
          response.on('close', () => clearInterval(timer))
          return true
        },
      ),
    ends: ['registry.invalid', /more than 8388608 bytes/],
  },
  {
    name: 'a manifest with another digest than was announced',
    set: ({ registry }) =>
      times(
        1,
        (url, method) => url.includes('/manifests/') && method === 'GET',
        (_request, response) => {
          const bytes = registry.manifests.get('app:1')!.bytes
          const digest = `sha256:${'0'.repeat(64)}`
          response.writeHead(200, { 'content-type': mediaTypes.ociManifest, 'docker-content-digest': digest })
          response.end(bytes)
          return true
        },
      ),
    ends: ['blob.corrupt', /has the digest/],
  },
  {
    name: 'a page of HTML in place of a manifest',
    set: () =>
      times(9, (url) => url.includes('/manifests/'), answer(200, { 'content-type': 'text/html' }, '<html>')),
    ends: ['manifest.invalid', /not JSON/],
  },
  {
    name: 'no such tag',
    set: ({ registry }) => {
      registry.manifests.delete('app:1')
      return undefined
    },
    ends: ['image.missing', /app:1 is not in the registry/],
  },
  {
    name: 'a manifest names a blob that is not there',
    set: ({ registry, image }) => {
      registry.blobs.delete(image.manifest.layers[1]!.digest)
      return undefined
    },
    ends: ['blob.missing', /has no blob/],
  },
  {
    name: 'a layer kept elsewhere, at an address that is none and in the network of this machine',
    set: ({ registry, image }) => {
      const urls = ['nowhere', 'https://10.0.0.1/layer']
      const layers = image.manifest.layers.map((layer) => ({ ...layer, urls }))
      for (const { digest } of layers) registry.blobs.delete(digest)
      registry.addManifest(
        'app',
        '1',
        { ...image.manifest, schemaVersion: 2, layers },
        mediaTypes.ociManifest,
      )
      return undefined
    },
    ends: ['registry.redirect', /10\.0\.0\.1/],
  },
  {
    name: 'a server that heeds no Range',
    set: ({ image }) => {
      let drops = 1
      return (request, response) => {
        if (!isBlob(request.url ?? '', image)) return false
        response.writeHead(200, { 'content-length': image.blobs[0]!.length })
        if (drops-- <= 0) response.end(image.blobs[0])
        else {
          response.write(image.blobs[0]!.subarray(0, 50_000))
          setTimeout(() => response.destroy(), 30)
        }
        return true
      }
    },
    ends: 'pulled',
  },
]

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
      const kept = fs.existsSync(path.join(root, 'partial')) ? fs.readdirSync(path.join(root, 'partial')) : []
      const whole = image.blobs.map((blob) => blob.length)
      for (const file of kept)
        assert.ok(fs.statSync(path.join(root, 'partial', file)).size <= Math.max(...whole), file)
      if (code === 'blob.corrupt' && /layer|blob/.test(message.source)) assert.deepEqual(kept, [])
    }
    check?.(world)
  })
