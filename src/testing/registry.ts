// A registry in memory that keeps a record of every request and misbehaves on request. It speaks as much of the distribution
// specification as clients need: blobs with ranges, uploads in one piece and in chunks, mounts, manifests, tags, referrers.
import { createHash, randomUUID } from 'node:crypto'
import http from 'node:http'
import type { AddressInfo } from 'node:net'

export interface SeenRequest {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: http.IncomingHttpHeaders
  /** Status of the answer. */
  status: number
  /** Bytes of the answer's body that were handed to the connection. */
  sent: number
  /** Bytes of the request's body. */
  received: number
}

/** Called for each request before the registry answers; `true` says that it has answered, or broken the connection. */
export type Misbehaviour = (
  request: http.IncomingMessage,
  response: http.ServerResponse,
  seen: SeenRequest,
) => boolean

export interface TestRegistry extends AsyncDisposable {
  /** `127.0.0.1:port`. */
  readonly host: string
  readonly seen: SeenRequest[]
  readonly blobs: Map<string, Buffer>
  /** By `repository@digest` and `repository:tag`. */
  readonly manifests: Map<string, { readonly bytes: Buffer; readonly mediaType: string }>
  misbehave: Misbehaviour
  /** Keeps lists of referrers itself (default true). */
  keepsReferrers: boolean
  /** Stores a blob for every repository; returns its digest. */
  addBlob(bytes: Uint8Array): string
  /** Stores a manifest under its digest and a tag; returns the digest. */
  addManifest(repository: string, tag: string, manifest: object | Buffer, mediaType: string): string
}

interface Upload {
  bytes: Buffer
}

const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** Starts one on a free port of 127.0.0.1. */
export async function openTestRegistry(): Promise<TestRegistry> {
  const uploads = new Map<string, Upload>()
  const owners = new Map<string, Set<string>>()
  const seen: SeenRequest[] = []
  const sockets = new Set<import('node:net').Socket>()
  const server = http.createServer(async (request, response) => {
    const record: SeenRequest = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      status: 0,
      sent: 0,
      received: 0,
    }
    seen.push(record)
    response.on('close', () => {
      record.status = response.statusCode
    })
    const end = response.end.bind(response)
    response.end = ((chunk?: Buffer | string) => {
      if (chunk !== undefined && typeof chunk !== 'function') record.sent += chunk.length
      return end(chunk)
    }) as typeof response.end
    if (registry.misbehave(request, response, record)) return
    const chunks: Buffer[] = []
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer)
    } catch {
      return
    }
    const body = Buffer.concat(chunks)
    record.received = body.length
    answer(request, response, body)
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const registry: TestRegistry = {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    blobs: new Map(),
    manifests: new Map(),
    misbehave: () => false,
    keepsReferrers: true,
    addBlob(bytes) {
      const digest = digestOf(bytes)
      registry.blobs.set(digest, Buffer.from(bytes))
      return digest
    },
    addManifest(repository, tag, manifest, mediaType) {
      const bytes = Buffer.isBuffer(manifest) ? manifest : Buffer.from(JSON.stringify(manifest))
      const digest = digestOf(bytes)
      for (const name of [`${repository}@${digest}`, `${repository}:${tag}`])
        registry.manifests.set(name, { bytes, mediaType })
      return digest
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }

  const refuse = (response: http.ServerResponse, status: number, code: string) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ errors: [{ code, message: code.toLowerCase().replaceAll('_', ' ') }] }))
  }
  function answer(request: http.IncomingMessage, response: http.ServerResponse, body: Buffer): void {
    const url = new URL(request.url ?? '', `http://${registry.host}`)
    const head = request.method === 'HEAD'
    if (url.pathname === '/v2/') return void response.writeHead(200).end('{}')
    const route = /^\/v2\/(.+)\/(blobs\/uploads|blobs|manifests|tags|referrers)\/([^/]*)$/.exec(url.pathname)
    if (route === null) return refuse(response, 404, 'NAME_UNKNOWN')
    const [, repository = '', kind, name = ''] = route
    if (kind === 'blobs') return sendBlob(request, response, name)
    if (kind === 'blobs/uploads') return takeUpload({ request, response, body, url, repository, id: name })
    if (kind === 'tags') {
      const tags = [...registry.manifests.keys()].flatMap((key) =>
        key.startsWith(`${repository}:`) ? [key.slice(repository.length + 1)] : [],
      )
      return void response.end(JSON.stringify({ name: repository, tags }))
    }
    if (kind === 'referrers') {
      if (!registry.keepsReferrers) return refuse(response, 404, 'UNSUPPORTED')
      return void response.end(JSON.stringify(referrersOf(name)))
    }
    const key = name.includes(':') ? `${repository}@${name}` : `${repository}:${name}`
    if (request.method === 'PUT') {
      const mediaType = request.headers['content-type'] ?? ''
      const digest = digestOf(body)
      if (name.includes(':') && name !== digest) return refuse(response, 400, 'DIGEST_INVALID')
      for (const one of [key, `${repository}@${digest}`])
        registry.manifests.set(one, { bytes: body, mediaType })
      const { subject } = JSON.parse(body.toString()) as { subject?: { digest: string } }
      const headers = { location: url.pathname, 'docker-content-digest': digest }
      const told = subject !== undefined && registry.keepsReferrers ? { 'oci-subject': subject.digest } : {}
      return void response.writeHead(201, { ...headers, ...told }).end()
    }
    if (request.method === 'DELETE')
      return registry.manifests.delete(key)
        ? void response.writeHead(202).end()
        : refuse(response, 404, 'MANIFEST_UNKNOWN')
    const manifest = registry.manifests.get(key)
    if (manifest === undefined) return refuse(response, 404, 'MANIFEST_UNKNOWN')
    response.writeHead(200, {
      'content-type': manifest.mediaType,
      'content-length': manifest.bytes.length,
      'docker-content-digest': digestOf(manifest.bytes),
    })
    response.end(head ? undefined : manifest.bytes)
  }
  function referrersOf(digest: string): object {
    const manifests = [...registry.manifests].flatMap(([key, { bytes, mediaType }]) => {
      if (!key.includes('@')) return []
      const { subject, artifactType, annotations } = JSON.parse(bytes.toString()) as Record<string, unknown>
      if ((subject as { digest?: string } | undefined)?.digest !== digest) return []
      return [{ mediaType, digest: digestOf(bytes), size: bytes.length, artifactType, annotations }]
    })
    return { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests }
  }
  function sendBlob(request: http.IncomingMessage, response: http.ServerResponse, digest: string): void {
    const blob = registry.blobs.get(digest)
    if (blob === undefined) return refuse(response, 404, 'BLOB_UNKNOWN')
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
    const part = blob.subarray(from)
    const headers = { 'content-length': part.length, 'docker-content-digest': digest }
    if (from > 0)
      response.writeHead(206, {
        ...headers,
        'content-range': `bytes ${from}-${blob.length - 1}/${blob.length}`,
      })
    else response.writeHead(200, headers)
    response.end(request.method === 'HEAD' ? undefined : part)
  }
  function takeUpload(call: {
    readonly request: http.IncomingMessage
    readonly response: http.ServerResponse
    readonly body: Buffer
    readonly url: URL
    readonly repository: string
    readonly id: string
  }): void {
    const { request, response, body, url, repository, id } = call
    const { searchParams } = url
    if (request.method === 'POST') {
      const mounted = searchParams.get('mount')
      const from = searchParams.get('from')
      if (mounted !== null && from !== null && owners.get(mounted)?.has(from) === true) {
        owners.get(mounted)!.add(repository)
        return void response.writeHead(201, { location: `/v2/${repository}/blobs/${mounted}` }).end()
      }
      const fresh = randomUUID()
      uploads.set(fresh, { bytes: Buffer.alloc(0) })
      return void response
        .writeHead(202, { location: `/v2/${repository}/blobs/uploads/${fresh}`, range: '0-0' })
        .end()
    }
    const upload = uploads.get(id)
    if (upload === undefined) return refuse(response, 404, 'BLOB_UPLOAD_UNKNOWN')
    const state = () => ({ location: url.pathname, range: `0-${Math.max(0, upload.bytes.length - 1)}` })
    if (request.method === 'GET') return void response.writeHead(204, state()).end()
    if (request.method === 'PATCH') {
      const start = Number(/^(\d+)-/.exec(request.headers['content-range'] ?? '')?.[1] ?? upload.bytes.length)
      if (start !== upload.bytes.length) return void response.writeHead(416, state()).end()
      upload.bytes = Buffer.concat([upload.bytes, body])
      return void response.writeHead(202, state()).end()
    }
    const bytes = Buffer.concat([upload.bytes, body])
    const digest = searchParams.get('digest') ?? ''
    if (digestOf(bytes) !== digest) return refuse(response, 400, 'DIGEST_INVALID')
    uploads.delete(id)
    registry.blobs.set(digest, bytes)
    owners.set(digest, (owners.get(digest) ?? new Set()).add(repository))
    response.writeHead(201, { location: `/v2/${repository}/blobs/${digest}` }).end()
  }
  return registry
}
