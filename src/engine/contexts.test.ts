// Build contexts on streams, at URLs and by name, with real servers and archives. FROM scratch throughout, so no root is needed.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import * as fs from 'node:fs'
import * as http from 'node:http'
import type { AddressInfo } from 'node:net'
import * as path from 'node:path'
import { Readable } from 'node:stream'
import { after, describe, test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { silent } from '../core/index.ts'
import { dockerfile, faults, openContextBench, serve } from '../testing/context-bench.ts'

const bench = openContextBench()
after(() => bench[Symbol.dispose]())
const { home, engine, store, directory, tarOf, build, named } = bench

const plain = { Dockerfile: 'FROM scratch\nCOPY a sub /\n', a: 'A', 'sub/b': 'B' }

describe('a context on a stream', () => {
  const compressions: Readonly<Record<string, (tar: Buffer) => Buffer | undefined>> = {
    plain: (tar) => tar,
    gzip: (tar) => gzipSync(tar),
    zstd: (tar) => zstdCompressSync(tar),
    xz: (tar) => spawnSync('xz', ['-c'], { input: tar }).stdout ?? undefined,
    bzip2: (tar) => spawnSync('bzip2', ['-c'], { input: tar }).stdout ?? undefined,
  }
  for (const [name, compress] of Object.entries(compressions))
    test(`a tar, ${name}`, async (t) => {
      const bytes = compress(tarOf(plain))
      if (bytes === undefined || bytes.length === 0) return t.skip(`there is no ${name}`)
      const seen = await build({ context: { kind: 'stream', stream: Readable.from([bytes]) } })
      assert.deepEqual([seen.text('/a'), seen.text('/b'), seen.owner('/a')], ['A', 'B', '12:34'])
    })
  test('a Dockerfile, which then has no context', async () => {
    const stream = (text: string) => ({ kind: 'stream', stream: Readable.from([Buffer.from(text)]) }) as const
    const seen = await build({ context: stream('FROM scratch\nCOPY <<x /\n1\nx\n') })
    assert.equal(seen.text('/x'), '1\n')
    await assert.rejects(
      build({ context: stream('FROM scratch\nCOPY a /\n') }),
      faults('context.missing', /no context/),
    )
  })
  test('a Dockerfile of another name in the tar', async () => {
    const stream = Readable.from([tarOf({ ...plain, 'sub/other': 'FROM scratch\nCOPY a /other\n' })])
    const seen = await build({
      context: { kind: 'stream', stream },
      dockerfile: { kind: 'path', path: 'sub/other' },
    })
    assert.equal(seen.text('/other'), 'A')
  })
  test('SOURCE_DATE_EPOCH=context is the time of the youngest file', async () => {
    const at = directory({ a: 'A' })
    fs.utimesSync(path.join(at, 'a'), 1_500_000_000, 1_500_000_000)
    const tar = execFileSync('tar', ['-C', at, '-c', 'a'])
    const make = (text: string, buildArgs: Record<string, string>) =>
      engine.build(
        { context: { kind: 'stream', stream: Readable.from([tar]) }, buildArgs, ...dockerfile(text) },
        silent,
      )
    const plainText = 'FROM scratch\nCOPY a /\n'
    for (const built of [
      await make(plainText, { SOURCE_DATE_EPOCH: 'context' }),
      await make(`ARG SOURCE_DATE_EPOCH=context\n${plainText}`, {}),
    ])
      assert.equal(store.images.get(built.manifest).config.created, '2017-07-14T02:40:00.000Z')
  })
  test('what is neither is refused', async () => {
    const stream = Readable.from([Buffer.from([1, 0, 2])])
    await assert.rejects(build({ context: { kind: 'stream', stream } }), faults('context.missing', /neither/))
  })
})

describe('a context from a URL', () => {
  test('an archive, a Dockerfile, and a Dockerfile for another context', async (t) => {
    const { url } = await serve(t, {
      '/c.tgz': gzipSync(tarOf(plain)),
      '/Dockerfile': 'FROM scratch\nCOPY <<x /\n1\nx\n',
      '/of-a': 'FROM scratch\nCOPY a /from-url\n',
    })
    const remote = (name: string) => ({ kind: 'remote', url: url + name }) as const
    assert.equal((await build({ context: remote('/c.tgz') })).text('/b'), 'B')
    assert.equal((await build({ context: remote('/Dockerfile') })).text('/x'), '1\n')
    const other = await build({
      context: { kind: 'directory', path: directory(plain) },
      dockerfile: { kind: 'url', url: `${url}/of-a` },
    })
    assert.equal(other.text('/from-url'), 'A')
    await assert.rejects(build({ context: remote('/gone') }), faults('download.failed', /404/))
  })
  test('a download that breaks off', async (t) => {
    const server = http.createServer((_request, response) => {
      response.writeHead(200, { 'content-length': 1000 }).write('some')
      setTimeout(() => response.destroy(), 20)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    t.after(() => server.close())
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/f`
    await assert.rejects(build(dockerfile(`FROM scratch\nADD ${url} /\n`)), faults('download.failed', /\/f/))
  })
  test('a text that is larger than any Dockerfile is not read to its end', async (t) => {
    let sent = 0
    const line = Buffer.alloc(1 << 20, '# words\n')
    const endless = http.createServer(async (_request, response) => {
      for (; !response.destroyed; sent += line.length)
        if (!response.write(line)) await once(response, 'drain').catch(() => {})
    })
    await new Promise<void>((resolve) => endless.listen(0, '127.0.0.1', resolve))
    t.after(() => endless.close())
    const url = `http://127.0.0.1:${(endless.address() as AddressInfo).port}/D`
    const refused = faults(
      'dockerfile.invalid',
      /(\/D|standard input|Dockerfile) is no Dockerfile: .* 16 MiB/,
    )
    await assert.rejects(build({ dockerfile: { kind: 'url', url } }), refused)
    assert.ok(sent < 64 << 20, `${sent} bytes were sent`)
    const stream = async function* () {
      for (;;) yield line
    }
    await assert.rejects(build({ context: { kind: 'stream', stream: stream() } }), refused)
    const at = directory({ Dockerfile: 'x' })
    fs.truncateSync(path.join(at, 'Dockerfile'), 17 << 20)
    await assert.rejects(build({ context: { kind: 'directory', path: at } }), refused)
  })
  test('secrets become headers', async (t) => {
    const { url, seen } = await serve(t, { '/f': 'x' })
    const text = `FROM scratch\nADD ${url}/f /\n`
    const secret = path.join(directory({ s: 'tok\n' }), 's')
    const secrets = (id: string) => [{ id, from: 'file', path: secret } as const]
    await build({ ...dockerfile(text), secrets: secrets('HTTP_AUTH_TOKEN_127.0.0.1') })
    await build({ ...dockerfile(text), secrets: secrets('HTTP_AUTH_HEADER_127.0.0.1') })
    await build(dockerfile(`FROM scratch\nADD ${url.replace('//', '//me:pw@')}/f /\n`))
    assert.deepEqual(
      seen.map(({ authorization }) => authorization),
      ['Bearer tok', 'tok', `Basic ${Buffer.from('me:pw').toString('base64')}`],
    )
  })
})

describe('named contexts', () => {
  test('a directory, for COPY, FROM and in place of a stage', async () => {
    const other = directory({ f: 'other', hidden: 'no', '.dockerignore': 'hidden' })
    const copied = await named({ other }, 'FROM scratch\nCOPY --from=other . /\n')
    assert.deepEqual([copied.text('/f'), copied.text('/hidden')], ['other', undefined])
    assert.equal((await named({ other }, 'FROM other\n')).text('/f'), 'other')
    const replaced = await named(
      { stage: other },
      'FROM nowhere AS stage\nRUN false\nFROM scratch\nCOPY --from=stage /f /\n',
    )
    assert.equal(replaced.text('/f'), 'other')
  })
  test('an archive, a URL and a stage', async (t) => {
    const file = path.join(home, 'named.tar.gz')
    fs.writeFileSync(file, gzipSync(tarOf({ f: 'in tar' })))
    const { url } = await serve(t, { '/t.tgz': fs.readFileSync(file), '/text': 'words' })
    const copy = 'FROM scratch\nCOPY --from=n . /\n'
    assert.equal((await named({ n: file }, copy)).text('/f'), 'in tar')
    assert.equal((await named({ n: `${url}/t.tgz` }, copy)).text('/f'), 'in tar')
    assert.equal((await named({ n: `${url}/text` }, copy)).text('/context'), 'words')
    const stages = 'FROM scratch AS one\nCOPY <<f /\nstaged\nf\nFROM scratch\nCOPY --from=n f /\n'
    assert.equal((await named({ n: 'target:one' }, stages)).text('/f'), 'staged\n')
    await assert.rejects(named({ n: 'target:two' }, stages), faults('stage.missing', /target:two/))
    await assert.rejects(
      named({ n: '/nowhere' }, copy),
      faults('context.missing', /no directory and no archive/),
    )
  })
  test('images of the store and of layouts, under any spelling of a name', async () => {
    await engine.build(
      {
        context: { kind: 'empty' },
        tags: ['made:1'],
        ...dockerfile('FROM scratch\nENV E=1\nCOPY <<f /\nimg\nf\n'),
      },
      silent,
    )
    const copy = 'FROM docker.io/library/alpine:latest\nCOPY <<g /$E\nx\ng\n'
    const seen = await named({ alpine: 'docker-image://made:1' }, copy)
    assert.deepEqual([seen.text('/f'), seen.text('/1')], ['img\n', 'x\n'])
    const layout = path.join(home, 'layout')
    await engine.save(['made:1'], { format: 'oci-dir', output: layout }, silent)
    const digest = JSON.parse(fs.readFileSync(path.join(layout, 'index.json'), 'utf8')).manifests[0].digest
    for (const value of [
      `oci-layout://${layout}`,
      `oci-layout://${layout}:1`,
      `oci-layout://${layout}@${digest}`,
    ])
      assert.equal((await named({ alpine: value }, copy)).text('/f'), 'img\n')
    await assert.rejects(
      named({ alpine: `oci-layout://${layout}:2` }, copy),
      faults('image.missing', /no image 2/),
    )
    const empty = await named({ alpine: 'docker-image://scratch' }, 'FROM alpine\nCOPY <<f /\ny\nf\n')
    assert.equal(empty.text('/f'), 'y\n')
  })
  test('one that nothing needs is not looked at', async () => {
    const text = 'FROM x AS unused\nFROM scratch\nCOPY <<f /\nz\nf\n'
    assert.equal((await named({ x: 'docker-image://nowhere', unused: '/nowhere' }, text)).text('/f'), 'z\n')
  })
})
