// A server that answers every request of a case as the case says, and the client that asks it.
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { Registry } from '../../src/registry/index.ts'

/** Runs `work` with a client and the host of a server whose answers come from `answer`. */
export async function withServer<Result>(
  answer: http.RequestListener,
  work: (host: string, client: Registry) => Promise<Result>,
): Promise<Result> {
  return withListener(http.createServer(answer), work)
}

/** As `withServer`; the answer is these very bytes. */
export async function withRawAnswer<Result>(
  bytes: string,
  work: (host: string, client: Registry) => Promise<Result>,
): Promise<Result> {
  const server = net.createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.end(bytes))
  })
  return withListener(server, work)
}

async function withListener<Result>(
  server: net.Server,
  work: (host: string, client: Registry) => Promise<Result>,
): Promise<Result> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = new Registry({
    credentials: { find: async () => undefined },
    patience: { tries: 1 },
    endpoints: () => [
      {
        host,
        schemes: ['http'],
        path: '/v2',
        capabilities: new Set(['pull', 'resolve', 'push']),
        tls: { ca: [], verify: true },
        headers: {},
        mirror: false,
      },
    ],
  })
  try {
    return await work(host, client)
  } finally {
    client[Symbol.dispose]()
    server.close()
  }
}
