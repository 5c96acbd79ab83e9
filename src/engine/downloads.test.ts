// What a build fetches goes through the proxies that the environment names, by the rules of docker and curl.
import assert from 'node:assert/strict'
import * as http from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { dockerfile, faults, openContextBench, serve } from '../testing/context-bench.ts'

interface Proxy {
  readonly url: string
  /** The request lines that came. */
  readonly asked: readonly string[]
}

/** A proxy that has the files of all hosts itself, and lets nobody through to another. */
async function openProxy(t: TestContext, files: Readonly<Record<string, string>>): Promise<Proxy> {
  const asked: string[] = []
  const proxy = http.createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    const { pathname } = new URL(request.url ?? '')
    if (pathname === '/moved') response.writeHead(302, { location: 'http://other.test/f' }).end()
    else response.writeHead(files[pathname] === undefined ? 404 : 200).end(files[pathname])
  })
  proxy.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url}`)
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  t.after(() => proxy.close())
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, asked }
}

const add = (url: string) => dockerfile(`FROM scratch\nADD ${url} /f\n`)

test('ADD, contexts and Dockerfiles come by the proxy, redirects too', async (t) => {
  const { url, asked } = await openProxy(t, { '/f': 'by proxy', '/D': 'FROM scratch\nCOPY <<f /\nof D\nf\n' })
  using bench = openContextBench({ HTTP_PROXY: url })
  assert.equal((await bench.build(add('http://files.test/f'))).text('/f'), 'by proxy')
  assert.equal((await bench.build(add('http://files.test/moved'))).text('/f'), 'by proxy')
  const context = { kind: 'remote', url: 'http://files.test/D' } as const
  assert.equal((await bench.build({ context })).text('/f'), 'of D\n')
  const fromUrl = await bench.build({ dockerfile: { kind: 'url', url: 'http://files.test/D' } })
  assert.equal(fromUrl.text('/f'), 'of D\n')
  assert.deepEqual(asked, [
    'GET http://files.test/f',
    'GET http://files.test/moved',
    'GET http://other.test/f',
    'GET http://files.test/D',
    'GET http://files.test/D',
  ])
})

test('what goes over TLS asks the proxy for a way through', async (t) => {
  const { url, asked } = await openProxy(t, {})
  using bench = openContextBench({ https_proxy: url })
  await assert.rejects(
    bench.build(add('https://files.test/f')),
    faults('download.failed', /^cannot fetch https:\/\/files\.test\/f: /),
  )
  assert.deepEqual(asked, ['CONNECT files.test:443'])
})

test('no proxy is asked for hosts of NO_PROXY and for this machine', async (t) => {
  const { url, asked } = await openProxy(t, { '/f': 'by proxy' })
  const server = await serve(t, { '/f': 'direct' })
  using bench = openContextBench({ HTTP_PROXY: url, NO_PROXY: 'files.invalid' })
  assert.equal((await bench.build(add(`${server.url}/f`))).text('/f'), 'direct')
  await assert.rejects(
    bench.build(add('http://files.invalid/f')),
    faults('download.failed', /files\.invalid/),
  )
  assert.deepEqual(asked, [])
})
