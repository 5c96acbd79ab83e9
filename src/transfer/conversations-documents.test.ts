// What the client does when manifests, indexes and what they name are not as they should be, as a table, with how the pull ends.
import { mediaTypes } from '../core/index.ts'
import { answer, converse, times } from '../testing/conversation.ts'

converse([
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
])
