// distribution/distribution: what of it a client has to do with: the addresses that it asks at, and how it is asked who it is. The
// server's own headers and files have no counterpart here.
import assert from 'node:assert/strict'
import { type Digest, isFault, parseReference, type Reference } from '../../../src/core/index.ts'
import { parseChallenges } from '../../../src/registry/auth/challenge.ts'
import type { Registry } from '../../../src/registry/index.ts'
import { withServer } from '../registry-server.ts'
import { type Case, type Result, skip, verdict } from '../suite.ts'

export async function* run(cases: readonly Case[]): AsyncGenerator<Result> {
  for (const one of cases)
    yield await verdict(one.id, () => {
      if (one.op === 'route') return checkRoute(one)
      if (one.op !== 'wwwAuthenticate') skip('Peel is a client: it has no registry server')
      assert.deepEqual(parseChallenges(String(one.header)), one.expect)
    })
}

interface Route {
  readonly client: Registry
  readonly repository: Reference
  /** Of a manifest. */
  readonly reference: string
  readonly digest: Digest
}

const blob = { digest: `sha256:${'0'.repeat(64)}` as Digest, size: 1, open: () => [Buffer.from('x')] }

/** What Peel does that leads to each route. */
const calls: Readonly<Record<string, (route: Route) => Promise<unknown>>> = {
  base: ({ client, repository }) => client.login(repository.domain),
  manifest: ({ client, repository, reference }) =>
    client.find({
      ...repository,
      ...(reference.includes(':') ? { digest: reference as Digest } : { tag: reference }),
    }),
  tags: ({ client, repository }) => client.tags(repository)[Symbol.asyncIterator]().next(),
  blob: ({ client, repository, digest }) => client.hasBlob(repository, digest),
  'blob-upload': ({ client, repository }) => client.putBlob(repository, blob),
  'blob-upload-chunk': ({ client, repository }) => client.putBlob(repository, blob),
}

/** The router of the server takes an address apart; the client makes it of the same parts, or refuses names that no route has. */
async function checkRoute({ RequestURI, ExpectedURI, RouteName, Vars, StatusCode }: Case): Promise<void> {
  const uri = String(StatusCode === 404 ? RequestURI : (ExpectedURI ?? RequestURI))
  if (StatusCode === 404) {
    const name = /^\/v2\/(.+)\/(?:tags|blobs|manifests)\//.exec(uri)?.[1] ?? ''
    if (/^[a-z/]+$/.test(name)) skip('the id of an upload is whatever the registry says')
    return assert.throws(() => parseReference(`r.io/${name}`), isFault)
  }
  const { name = '', reference = '', digest = '' } = (Vars ?? {}) as Record<string, string>
  const asked: string[] = []
  await withServer(
    (request, response) => {
      asked.push((request.url ?? '').replace(/\?.*/, ''))
      request.resume()
      const location = RouteName === 'blob-upload-chunk' ? uri : '/v2/up/blobs/uploads/1'
      response.writeHead(request.method === 'POST' ? 202 : 404, { location }).end()
    },
    async (host, client) => {
      const repository = { domain: host, path: name }
      const call = calls[String(RouteName)] ?? skip(`${RouteName}: Peel asks for nothing there`)
      await call({ client, repository, reference, digest: digest as Digest }).catch((thrown: unknown) =>
        assert.ok(isFault(thrown)),
      )
    },
  )
  assert.ok(asked.includes(uri), `${uri} is not among ${asked.join(' ')}`)
}
