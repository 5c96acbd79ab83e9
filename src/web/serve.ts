// The pages of all images of the store, served to browsers of this machine. It only ever reads; what a page of another site, or a
// name that was made to point here, asks for is refused.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { asFault, type Context, Fault } from '../core/index.ts'
import type { Engine } from '../engine/index.ts'
import { printGallery } from './gallery.ts'
import { printPage } from './page.ts'
import { printTrouble } from './trouble.ts'

export interface ServeOptions {
  /** 0 or absent: one that is free. */
  readonly port?: number | undefined
  /** The text of an allow list for secrets. */
  readonly allow?: string | undefined
  /** Called once, when browsers can come. */
  readonly ready: (url: string) => void
}

const pagesKept = 6
const loopback = '127.0.0.1'

/** Serves until `ctx.signal` stops it. Faults with `page.port` where the port is not to be had. */
export async function servePages(
  engine: Engine,
  { port, allow, ready }: ServeOptions,
  ctx: Context,
): Promise<void> {
  const pages = pageMemory({ engine, allow }, ctx)
  const server = createServer((request, response) => {
    answer(request, response, { engine, pages }).catch((thrown: unknown) => {
      const fault = asFault(thrown)
      send(response, fault.kind === 'missing' ? 404 : 500, printTrouble(fault))
    })
  })
  await listen(server, port ?? 0)
  ready(`http://${loopback}:${(server.address() as AddressInfo).port}/`)
  await new Promise<void>((resolve) => {
    const close = (): void => {
      server.close(() => resolve())
      server.closeAllConnections()
    }
    if (ctx.signal.aborted) close()
    else ctx.signal.addEventListener('abort', close, { once: true })
  })
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new Fault('page.port', `cannot listen on port ${port}: ${cause.message}`, {
          hint: 'Choose another with --port, or none for one that is free.',
          cause,
        }),
      ),
    )
    server.listen(port, loopback, resolve)
  })
}

interface Desk {
  readonly engine: Engine
  readonly pages: (image: string, secrets: 'search' | 'offer') => Promise<string>
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { engine, pages }: Desk,
): Promise<void> {
  const refusal = refuse(request)
  if (refusal !== undefined) {
    send(response, refusal.status, printTrouble(refusal.fault))
    return
  }
  const address = request.url ?? '/'
  const [, image, secrets] = /^\/image\/([0-9a-f]{64})(\/secrets)?$/.exec(address) ?? []
  if (address === '/') send(response, 200, printGallery(engine))
  else if (image !== undefined)
    send(response, 200, await pages(image, secrets === undefined ? 'offer' : 'search'))
  else send(response, 404, printTrouble(new Fault('page.missing', `there is no page ${address}`)))
}

/** Who may ask, and what: only by our own address (a name that points here is another's), only to read. */
function refuse({ method, headers, socket }: IncomingMessage): { status: number; fault: Fault } | undefined {
  const port = socket.localPort
  const hosts = [`${loopback}:${port}`, `localhost:${port}`]
  if (!hosts.includes(headers.host ?? ''))
    return { status: 421, fault: new Fault('usage.invalid', 'this address is not served here') }
  const { origin } = headers
  if (origin !== undefined && !hosts.some((host) => origin === `http://${host}`))
    return { status: 403, fault: new Fault('usage.invalid', 'pages of other sites may not ask') }
  if (method !== 'GET' && method !== 'HEAD')
    return { status: 405, fault: new Fault('usage.invalid', 'there is nothing to change here') }
  return undefined
}

function send(response: ServerResponse, status: number, page: string): void {
  response.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Length': Buffer.byteLength(page),
    'Content-Security-Policy': "frame-ancestors 'none'",
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    ...(status === 405 && { Allow: 'GET, HEAD' }),
  })
  response.end(page)
}

/** Pages by image, made when first asked for; the last few are kept. An image never changes, but its names do. */
function pageMemory(
  { engine, allow }: { readonly engine: Engine; readonly allow: string | undefined },
  ctx: Context,
): Desk['pages'] {
  const kept = new Map<string, Promise<string>>()
  const make: Desk['pages'] = async (image, wanted) => {
    using study = await engine.study({ from: 'store', name: `sha256:${image}` }, {}, ctx)
    const secrets =
      wanted === 'search' ? await study.secrets({ allow }, ctx) : { search: `/image/${image}/secrets` }
    return printPage(study, { home: '/', secrets })
  }
  return (image, secrets) => {
    const named = engine.images({ all: true }).filter(({ id }) => id === `sha256:${image}`)
    const key = [image, secrets, ...named.map(({ repository, tag }) => `${repository}:${tag}`)].join(' ')
    const page = kept.get(key) ?? make(image, secrets)
    kept.delete(key)
    kept.set(key, page)
    page.catch(() => kept.delete(key))
    if (kept.size > pagesKept) kept.delete(kept.keys().next().value!)
    return page
  }
}
