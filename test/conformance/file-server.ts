// A web server on the loopback address for cases that download: bodies by path, with a fixed Last-Modified.
import http from 'node:http'
import type { AddressInfo } from 'node:net'

export interface FileServer {
  /** Without a slash at the end. */
  readonly url: string
  close(): Promise<void>
}

/** What `Last-Modified` says. */
export const servedTime = new Date('2020-01-02T03:04:05Z')

/** Serves until closed; paths begin with a slash, others are 404. */
export async function serveFiles(files: ReadonlyMap<string, Buffer>): Promise<FileServer> {
  const server = http.createServer((request, response) => {
    const body = files.get((request.url ?? '').split('?')[0] ?? '')
    if (body === undefined) response.writeHead(404).end()
    else response.writeHead(200, { 'Last-Modified': servedTime.toUTCString() }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
