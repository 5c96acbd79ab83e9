// SOURCE_DATE_EPOCH that names where files come from, with a real server. FROM scratch throughout, so no root is needed.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs'
import * as http from 'node:http'
import type { AddressInfo } from 'node:net'
import * as os from 'node:os'
import * as path from 'node:path'
import { test } from 'node:test'
import { silent } from '../core/index.ts'
import { openEngine } from './engine.ts'

test('SOURCE_DATE_EPOCH is the time of a named context or of what a stage adds', async (t) => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-epoch-'))
  const engine = openEngine({ root: path.join(home, 'store'), env: { PATH: process.env.PATH } })
  fs.mkdirSync(path.join(home, 'files'))
  fs.writeFileSync(path.join(home, 'files/a'), 'A')
  fs.utimesSync(path.join(home, 'files/a'), 1_500_000_000, 1_500_000_000)
  const tar = execFileSync('tar', ['-C', path.join(home, 'files'), '-c', 'a'])
  const server = http.createServer(({ url }, response) => {
    if (url === '/dated') response.setHeader('last-modified', 'Sun, 09 Sep 2001 01:46:40 GMT')
    response.end(url === '/a.tar' ? tar : 'text')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.close()
    engine[Symbol.dispose]()
    fs.rmSync(home, { recursive: true, force: true })
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const created = async (text: string, contexts: Record<string, string> = {}) => {
    const result = await engine.build(
      {
        context: { kind: 'empty' },
        dockerfile: { kind: 'text', name: 'Dockerfile', text: `ARG SOURCE_DATE_EPOCH=src\n${text}` },
        contexts,
      },
      silent,
    )
    return engine.inspect([result.id])[0]?.Created
  }

  const ofArchive = '2017-07-14T02:40:00.000Z'
  const ofHeader = '2001-09-09T01:46:40.000Z'
  const last = 'FROM scratch\nCOPY <<x /\nx\n'
  assert.equal(await created(last, { src: `${url}/a.tar` }), ofArchive)
  assert.equal(await created(last, { src: `${url}/dated` }), ofHeader)
  assert.equal(await created(`FROM scratch AS src\nADD ${url}/a.tar /\n${last}`), ofArchive)
  assert.equal(await created(`FROM scratch AS src\nADD ${url}/dated /\n${last}`), ofHeader)
  const before = Date.now()
  const undated = await created(`FROM scratch AS src\nADD ${url}/plain /\n${last}`)
  assert.ok(Date.parse(String(undated)) >= before, 'a file without a date gives none')
})
