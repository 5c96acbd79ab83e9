// ADD of archives, URLs and repositories: what of them is in the key, and what not.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { after, test } from 'node:test'
import { silent } from '../../src/core/index.ts'
import type { BuildOptions } from '../../src/engine/index.ts'
import { makeRepository, serveGit } from '../../src/testing/git-server.ts'
import { rawTar } from '../../src/testing/raw-tar.ts'
import { swap, testChanges } from './key-change.ts'

const archive = rawTar([{ name: 'in', type: 'file', content: 'in\n' }]).toString('latin1')
const files = { 't.tar': archive, 'n.tar': archive }

/** One file behind HTTP whose bytes, time and permission the test sets. */
const served = { body: 'one', modified: 'Thu, 02 Jan 2020 03:04:05 GMT', asked: '' }
const server = http.createServer((request, response) => {
  served.asked = request.headers.authorization ?? ''
  response.writeHead(200, { 'Last-Modified': served.modified, ETag: String(Math.random()) }).end(served.body)
})

testChanges(
  'ADD',
  [
    swap('runs again for --unpack', ['ADD t.tar /x/', 'ADD --unpack=false t.tar /x/'], ['*'], { files }),
    swap('runs again for --chown of what it unpacks', ['ADD t.tar /x/', 'ADD --chown=5 t.tar /x/'], ['*'], {
      files,
    }),
    swap(
      'does not run again for the same archive by another path',
      ['ADD t.tar /x/', 'ADD ./t.tar /x/'],
      ['hit'],
      { files },
    ),
  ],
  ({ engine, folder }) => {
    after(() => {
      server.closeAllConnections()
      server.close()
    })

    const builds = async (text: string, more: Partial<BuildOptions> = {}): Promise<'hit' | 'miss'> => {
      const directory = path.join(folder, 'remote')
      fs.mkdirSync(directory, { recursive: true })
      fs.writeFileSync(path.join(directory, 'Dockerfile'), `FROM base:1\n${text}\n`)
      const { steps } = await engine().build(
        { context: { kind: 'directory', path: directory }, ...more },
        silent,
      )
      return steps.at(-1)?.outcome === 'reused' ? 'hit' : 'miss'
    }

    test('of a URL: its bytes, Last-Modified, name and owner count, the answer’s other headers and tokens do not', async () => {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const add = `ADD ${url}/f /x/`
      const secret = (value: string): Partial<BuildOptions> => {
        const file = path.join(folder, 'token')
        fs.writeFileSync(file, value)
        return { secrets: [{ id: 'HTTP_AUTH_TOKEN_127.0.0.1', from: 'file', path: file }] }
      }
      assert.equal(await builds(add), 'miss')
      assert.equal(await builds(add), 'hit')
      assert.equal(await builds(`ADD ${url}/f?query /x/`), 'hit', 'the query')
      assert.equal(await builds(add, secret('a')), 'hit', 'a token')
      assert.match(served.asked, /^Bearer a$/)
      assert.equal(await builds(add, secret('b')), 'hit', 'another token')
      assert.equal(await builds(`ADD ${url}/g /x/`), 'miss', 'the name')
      assert.equal(await builds(`ADD --chown=3 ${url}/f /x/`), 'miss', 'the owner')
      assert.equal(await builds(`ADD --chmod=755 ${url}/f /x/`), 'miss', 'the mode')
      served.modified = 'Fri, 03 Jan 2020 03:04:05 GMT'
      assert.equal(await builds(add), 'miss', 'Last-Modified')
      served.body = 'two'
      assert.equal(await builds(add), 'miss', 'the bytes')
    })

    test('of a repository: what is checked out counts, the name of the ref does not', async () => {
      const repository = makeRepository(path.join(folder, 'git', 'r'))
      const first = repository.commit({ f: '1\n', 'd/g': 'g\n' })
      repository.git('tag', 'v1')
      await using git = await serveGit(path.join(folder, 'git'), { kind: 'smart' })
      const url = `${git.url}/r/.git`
      assert.equal(await builds(`ADD ${url}#main /x/`), 'miss')
      assert.equal(await builds(`ADD ${url}#v1 /x/`), 'hit', 'a tag of the same commit')
      assert.equal(await builds(`ADD ${url}#${first} /x/`), 'hit', 'the commit')
      assert.equal(await builds(`ADD ${url}#main:d /x/`), 'miss', 'a directory')
      assert.equal(await builds(`ADD --keep-git-dir ${url}#main /x/`), 'miss', '.git')
      repository.commit({ f: '2\n' })
      assert.equal(await builds(`ADD ${url}#main /x/`), 'miss', 'another commit')
      assert.equal(await builds(`ADD ${url}#v1 /x/`), 'hit', 'the tag stayed')
    })
  },
)
