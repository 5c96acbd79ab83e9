// The distribution specification from the client's side: one session that uses all that Peel uses, held against the table of end-points.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mediaTypes, parseReference } from '../../../src/core/index.ts'
import { type Digest, Registry } from '../../../src/registry/index.ts'
import { parseErrors } from '../../../src/registry/refusal.ts'
import { openRealRegistry, realRegistryMissing } from '../../../src/testing/real-registry.ts'
import { openTestRegistry, type SeenRequest } from '../../../src/testing/registry.ts'
import { putImage } from '../../../src/testing/registry-image.ts'
import { clientChecks } from '../client-checks.ts'
import { type Case, type Result, skip, verdict } from '../suite.ts'

export async function* run(cases: readonly Case[]): AsyncGenerator<Result> {
  const session = await useEverything()
  for (const one of cases)
    if (one.op !== 'conformanceCheck') yield await verdict(one.id, () => check(one, session))
  const missing = realRegistryMissing()
  await using registry = missing === undefined ? await openRealRegistry() : undefined
  using client = new Registry({ credentials: { find: async () => undefined } })
  for (const one of cases) {
    if (one.op !== 'conformanceCheck') continue
    const name = String(one.name)
    yield await verdict(one.id, () => {
      if (registry === undefined) return skip(missing ?? '')
      const done = Object.hasOwn(clientChecks, name) ? clientChecks[name] : undefined
      return done === undefined
        ? skip('a check of servers that Peel has no counterpart to')
        : done({ client, host: registry.host })
    })
  }
}

function check(one: Case, session: readonly SeenRequest[]): void {
  switch (one.op) {
    case 'endpoint': {
      const seen = session.filter(
        (request) => isAt(String(one.path), request) && (one.methods as string[]).includes(request.method),
      )
      if (seen.length === 0) skip('Peel does not use this end-point')
      const success = [...(one.success as number[]), 204, 206]
      assert.ok(
        seen.some(({ status }) => success.includes(status)),
        seen.map(({ status }) => status).join(),
      )
      return
    }
    case 'errorCode': {
      const body = JSON.stringify({ errors: [{ code: one.code, message: one.description }] })
      assert.deepEqual(parseErrors(body), [{ code: one.code, message: one.description, detail: '' }])
      return
    }
    case 'grammar': {
      const name = new RegExp(`^(?:${one.name})$`)
      const tag = new RegExp(`^(?:${one.tag})$`)
      for (const text of ['a', 'a/b', 'a__b', 'a--b.c/d', 'a_b', '-a', 'a..b', 'A', 'a___b', 'a/'])
        assert.equal(reads(`r.io/${text}`), name.test(text), text)
      for (const text of ['1', 'A.b-c_d', '.a', '-a', 'x'.repeat(128), 'x'.repeat(129)])
        assert.equal(reads(`r.io/a:${text}`), tag.test(text), text)
      return
    }
    default:
      return skip(`operation ${one.op} is not known here`)
  }
}

function reads(text: string): boolean {
  try {
    parseReference(text)
    return true
  } catch {
    return false
  }
}

/** Whether a request is at a path of the table: `<…>` stands for anything, a query must have the names that the table has. */
function isAt(wanted: string, { url }: SeenRequest): boolean {
  const found = new URL(url, 'http://x')
  if (wanted.startsWith('<blob-push-location>'))
    return (
      /\/blobs\/uploads\/[^/]+$/.test(found.pathname) &&
      found.searchParams.has('digest') === wanted.includes('digest')
    )
  const [pathname = '', query = ''] = wanted.split('?')
  const pattern = pathname.replace(/<name>/g, '.+').replace(/<[^>]+>/g, '[^/]+')
  const names = [...new URLSearchParams(query).keys()]
  return (
    new RegExp(`^${pattern}$`).test(found.pathname) &&
    names.every((name) => found.searchParams.has(name)) &&
    (names.length > 0 || found.searchParams.size === 0)
  )
}

/** Everything that Peel asks of registries, once. */
async function useEverything(): Promise<readonly SeenRequest[]> {
  await using registry = await openTestRegistry()
  using client = new Registry({
    credentials: { find: async () => undefined },
    patience: { tries: 3, pause: 1 },
  })
  const name = `${registry.host}/app`
  const { manifest, digest } = putImage(registry, { repository: 'app', tag: '1', layers: [[]] })
  await client.login(registry.host)
  await client.find(`${name}:1`)
  const image = await client.image(`${name}:1`, { platform: { os: 'linux', architecture: 'amd64' } })
  for await (const _ of client.blob(name, image.manifest.layers[0]!));
  await client.hasBlob(name, manifest.layers[0]!.digest as Digest)
  const bytes = Buffer.alloc(100, 1)
  const source = {
    digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}` as Digest,
    size: bytes.length,
    open: (from: number, to: number) => [bytes.subarray(from, to)],
  }
  await client.putBlob(name, source)
  await client.putBlob(name, source, { chunk: 40 })
  await client.putBlob(`${registry.host}/other`, source, { mountFrom: 'app' })
  let broken = false
  registry.misbehave = (request, response) => {
    if (broken || request.method !== 'PUT') return false
    broken = true
    response.destroy()
    return true
  }
  await client.putBlob(name, source)
  const subject = { mediaType: mediaTypes.ociManifest, digest, size: 1 }
  const note = {
    ...manifest,
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    artifactType: 'a/b',
    subject,
  }
  await client.putManifest(`${name}:note`, {
    bytes: Buffer.from(JSON.stringify(note)),
    mediaType: mediaTypes.ociManifest,
  })
  await client.referrers(`${name}:1`)
  await client.referrers(`${name}:1`, { artifactType: 'a/b' })
  // A list in pages: the next is where the registry says.
  registry.misbehave = (request, response) => {
    if (request.url !== '/v2/app/tags/list') return false
    response.writeHead(200, { link: '</v2/app/tags/list?n=1&last=1>; rel="next"' }).end('{"tags":["1"]}')
    return true
  }
  for await (const _ of client.tags(name));
  await client.delete(`${name}:1`)
  return registry.seen
}
