// The checks of the distribution specification's conformance program from the client's side: each is done by Peel with a registry that
// is known to conform, Debian's docker-registry, and what came of it is read back.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { type Digest, mediaTypes } from '../../src/core/index.ts'
import { printCanonical } from '../../src/image/index.ts'
import type { Registry } from '../../src/registry/index.ts'
import { openTestRegistry } from '../../src/testing/registry.ts'

interface Session {
  readonly client: Registry
  readonly host: string
}

/** By the name of the check. */
export const clientChecks: Readonly<Record<string, (session: Session) => Promise<void>>> = {
  ping: async ({ client, host }) => void (await client.login(host)),
  'blob-post-put': (session) => roundTrip(session, 'put', blob(100)),
  'blob-chunked': (session) => roundTrip(session, 'chunked', blob(100), { chunk: 40 }),
  'blob-empty': (session) => roundTrip(session, 'empty', blob(0)),
  'blob-sha512': (session) => roundTrip(session, 'sha512', blob(100, 'sha512')),
  /** What the server has is not what the client thinks: it asks and goes on from there. */
  async 'blob-chunk-out-of-order'({ client }) {
    await using registry = await openTestRegistry()
    let refused = false
    registry.misbehave = (request, response) => {
      if (refused || request.method !== 'PATCH') return false
      refused = true
      response.writeHead(416).end()
      return true
    }
    await roundTrip({ client, host: registry.host }, 'order', blob(100), { chunk: 40 })
    const methods = registry.seen.map(({ method }) => method)
    assert.deepEqual(methods.slice(0, 5), ['HEAD', 'POST', 'PATCH', 'GET', 'PATCH'])
  },
  async 'blob-mount'({ client, host }) {
    const source = blob(200)
    await client.putBlob(`${host}/mount/from`, source)
    assert.equal(await client.putBlob(`${host}/mount/to`, source, { mountFrom: 'mount/from' }), 'mounted')
    const other = blob(201)
    assert.equal(await client.putBlob(`${host}/mount/to`, other, { mountFrom: 'mount/from' }), 'uploaded')
    for (const one of [source, other]) await readBack({ client, host }, 'mount/to', one)
  },
  async 'manifest-by-digest / by-tag'(session) {
    const { client, host } = session
    const manifest = await putManifest(session, 'manifests', {}, '1')
    for (const name of [`${host}/manifests:1`, `${host}/manifests@${manifest.digest}`]) {
      const found = await client.manifest(name)
      assert.deepEqual(Buffer.from(found.bytes), Buffer.from(manifest.bytes))
      assert.deepEqual(await client.find(name), found.descriptor)
      assert.equal(found.descriptor.mediaType, mediaTypes.ociManifest)
    }
    assert.equal(await client.find(`${host}/manifests:none`), undefined)
  },
  async 'manifest-accepts'(session) {
    const { client, host } = session
    const image = await putManifest(session, 'accepts', {}, 'image')
    const rows: Readonly<Record<string, object>> = {
      empty: { layers: [] },
      fields: { 'com.example.field': [1], annotations: { a: 'b' } },
      artifact: { artifactType: 'application/vnd.example' },
      data: { config: { ...config(), data: Buffer.from('{}').toString('base64') } },
    }
    for (const [tag, fields] of Object.entries(rows)) await putManifest(session, 'accepts', fields, tag)
    const index = (child: { digest: Digest; bytes: Uint8Array }, mediaType: string) => ({
      schemaVersion: 2,
      mediaType: mediaTypes.ociIndex,
      manifests: [{ mediaType, digest: child.digest, size: child.bytes.length }],
    })
    const flat = await put(session, 'accepts:index', index(image, mediaTypes.ociManifest))
    const nested = await put(session, 'accepts:nested', index(flat, mediaTypes.ociIndex))
    for (const tag of ['image', ...Object.keys(rows), 'index', 'nested'])
      assert.ok((await client.find(`${host}/accepts:${tag}`)) !== undefined, tag)
    assert.equal((await client.manifest(`${host}/accepts:nested`)).descriptor.digest, nested.digest)
  },
  async referrers(session) {
    const { client, host } = session
    // one registry keeps the list itself, the other leaves it to clients
    await using keeper = await openTestRegistry()
    for (const at of [session, { client, host: keeper.host }]) {
      const { digest, bytes } = await putManifest(at, 'subject', {}, '1')
      const subject = { mediaType: mediaTypes.ociManifest, digest, size: bytes.length }
      for (const artifactType of ['a/b', 'c/d'])
        await putManifest(
          at,
          'subject',
          { subject, artifactType, annotations: { is: artifactType } },
          artifactType[0]!,
        )
      const all = await client.referrers(`${at.host}/subject@${digest}`)
      assert.deepEqual(all.map(({ artifactType }) => artifactType).sort(), ['a/b', 'c/d'])
      const [only, ...others] = await client.referrers(`${at.host}/subject:1`, { artifactType: 'c/d' })
      assert.deepEqual([only?.artifactType, only?.annotations, others], ['c/d', { is: 'c/d' }, []])
    }
    assert.deepEqual(await client.referrers(`${host}/subject@sha256:${'0'.repeat(64)}`), [])
  },
}

interface Bytes {
  readonly digest: Digest
  readonly size: number
  open(from: number, to: number): readonly Uint8Array[]
}

function digestOf(bytes: Uint8Array, algorithm = 'sha256'): Digest {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}` as Digest
}

function blob(size: number, algorithm = 'sha256'): Bytes {
  const bytes = Buffer.alloc(size, `${size}`)
  return { digest: digestOf(bytes, algorithm), size, open: (from, to) => [bytes.subarray(from, to)] }
}

async function roundTrip(
  session: Session,
  repository: string,
  source: Bytes,
  options: { readonly chunk?: number } = {},
): Promise<void> {
  const { client, host } = session
  assert.equal(await client.hasBlob(`${host}/${repository}`, source.digest), false)
  await client.putBlob(`${host}/${repository}`, source, options)
  assert.equal(await client.hasBlob(`${host}/${repository}`, source.digest), true)
  await readBack(session, repository, source)
}

async function readBack(
  { client, host }: Session,
  repository: string,
  { digest, size, open }: Bytes,
): Promise<void> {
  const chunks: Uint8Array[] = []
  const descriptor = { mediaType: mediaTypes.ociLayer, digest, size }
  for await (const chunk of client.blob(`${host}/${repository}`, descriptor)) chunks.push(chunk)
  assert.deepEqual(Buffer.concat(chunks), Buffer.concat(open(0, size)))
}

const configBytes = Buffer.from('{}')

function config(): object {
  return { mediaType: mediaTypes.ociConfig, digest: digestOf(configBytes), size: configBytes.length }
}

/** An image of one layer; `fields` add to the manifest or stand in place of its own. */
async function putManifest(
  session: Session,
  repository: string,
  fields: object,
  tag: string,
): Promise<{ readonly digest: Digest; readonly bytes: Uint8Array }> {
  const { client, host } = session
  const layer = blob(50)
  await client.putBlob(`${host}/${repository}`, layer)
  await client.putBlob(`${host}/${repository}`, {
    digest: digestOf(configBytes),
    size: configBytes.length,
    open: () => [configBytes],
  })
  return put(session, `${repository}:${tag}`, {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: config(),
    layers: [{ mediaType: mediaTypes.ociLayer, digest: layer.digest, size: layer.size }],
    ...fields,
  })
}

async function put(
  { client, host }: Session,
  name: string,
  document: Readonly<Record<string, unknown>> & { readonly mediaType: string },
): Promise<{ readonly digest: Digest; readonly bytes: Uint8Array }> {
  const bytes = printCanonical(document)
  const digest = await client.putManifest(`${host}/${name}`, { bytes, mediaType: document.mediaType })
  return { digest, bytes }
}
