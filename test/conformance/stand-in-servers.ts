// What a Dockerfile fetches from servers elsewhere comes from one here instead: of the same name, with made-up bytes.
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { rawTar } from '../../src/testing/raw-tar.ts'

export interface StandInServers extends AsyncDisposable {
  /** The Dockerfile with the URLs of ADD turned to the server here. Repositories stay what they are. */
  turned(dockerfile: string): string
}

/** Answers every path: archives by the ending of their names, errors where the last part is the number of one, else text. */
export async function openStandInServers(): Promise<StandInServers> {
  const server = http.createServer(({ url = '' }, response) => {
    const status = /\/([45]\d\d)$/.exec(url)?.[1]
    response.writeHead(status === undefined ? 200 : Number(status)).end(bodyOf(url))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    turned: (dockerfile) =>
      dockerfile.replace(/^ADD\b.*$/gm, (line) =>
        /\.git\b/.test(line) ? line : line.replace(/https?:\/\//g, `http://127.0.0.1:${port}/`),
      ),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

function bodyOf(url: string): Buffer {
  if (!/\.(?:tar|tgz|tar\.gz)$/.test(url)) return Buffer.from(`what ${url} holds\n`)
  const tar = rawTar([
    { name: 'release/', type: 'dir' },
    { name: 'release/file', type: 'file', content: url },
  ])
  return url.endsWith('.tar') ? tar : gzipSync(tar)
}
