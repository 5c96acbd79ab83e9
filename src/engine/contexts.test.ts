// Build contexts of every kind, with real servers, archives and repositories. FROM scratch throughout, so no root is needed.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import * as http from 'node:http'
import type { AddressInfo } from 'node:net'
import * as os from 'node:os'
import * as path from 'node:path'
import { Readable } from 'node:stream'
import { after, before, describe, type TestContext, test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { isFault, silent, toRootPath } from '../core/index.ts'
import { resolvePath } from '../layer/index.ts'
import { openStore, type Store } from '../store/index.ts'
import { makeRepository, type Repository, serveGit } from '../testing/git-server.ts'
import type { BuildOptions, Engine } from './api/index.ts'
import { openEngine } from './engine.ts'

let home: string
let engine: Engine
let store: Store

before(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-contexts-'))
  engine = openEngine({ root: path.join(home, 'store'), env: { PATH: process.env.PATH } })
  store = openStore(path.join(home, 'store'))
})
after(() => {
  store.close()
  engine[Symbol.dispose]()
  fs.rmSync(home, { recursive: true, force: true })
})

let made = 0
function directory(files: Readonly<Record<string, string>>): string {
  const at = path.join(home, `d${++made}`)
  fs.mkdirSync(at)
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(at, name)), { recursive: true })
    fs.writeFileSync(path.join(at, name), text)
  }
  return at
}

interface Seen {
  text(name: string): string | undefined
  mode(name: string): string | undefined
  owner(name: string): string | undefined
}

async function build(options: Partial<BuildOptions>): Promise<Seen> {
  const result = await engine.build({ context: { kind: 'empty' }, ...options }, silent)
  const stack = store.layers.stack(store.images.get(result.manifest).layers)
  const find = (name: string) => stack.lookup(resolvePath(stack, toRootPath(name), 'all'))?.node
  return {
    text(name) {
      const node = find(name)
      return node?.kind === 'file' ? Buffer.from(stack.read(node, 1 << 20)).toString() : undefined
    },
    mode: (name) => find(name)?.meta.mode.toString(8),
    owner: (name) => {
      const meta = find(name)?.meta
      return meta === undefined ? undefined : `${meta.uid}:${meta.gid}`
    },
  }
}

const dockerfile = (text: string) => ({ dockerfile: { kind: 'text', text, name: 'Dockerfile' } as const })
const named = (contexts: Record<string, string>, text: string) => build({ ...dockerfile(text), contexts })
const faults = (code: string, message: RegExp) => (thrown: unknown) => {
  assert.ok(isFault(thrown), String(thrown))
  assert.equal(thrown.code, code, thrown.message)
  assert.match(thrown.message, message)
  return true
}

function tarOf(files: Readonly<Record<string, string>>, owner = '12:34'): Buffer {
  const [uid, gid] = owner.split(':')
  const at = directory(files)
  return execFileSync('tar', ['-C', at, `--owner=u:${uid}`, `--group=g:${gid}`, '-c', '.'], {
    maxBuffer: 1 << 24,
  })
}

async function serve(
  t: TestContext,
  files: Readonly<Record<string, string | Buffer>>,
  headers: Record<string, string> = {},
): Promise<{ readonly url: string; readonly seen: http.IncomingHttpHeaders[] }> {
  const seen: http.IncomingHttpHeaders[] = []
  const server = http.createServer((request, response) => {
    seen.push(request.headers)
    const body = files[request.url ?? '']
    if (body === undefined) response.writeHead(404).end()
    else response.writeHead(200, headers).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

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

describe('git', () => {
  const hasGit = spawnSync('git', ['--version']).status === 0
  const skip = hasGit ? false : 'there is no git'
  let root: string
  let repository: Repository
  let [first, second, tagObject] = ['', '', '']

  before(() => {
    if (!hasGit) return
    root = path.join(home, 'repositories')
    const sub = makeRepository(path.join(root, 'sub'))
    sub.commit({ inner: 'of the submodule' })
    repository = makeRepository(path.join(root, 'repo'))
    first = repository.commit({
      Dockerfile: 'FROM scratch\nCOPY f dir /\n',
      f: 'first',
      'dir/d': 'D',
      'dir/run': '#!x',
    })
    repository.git('tag', 'light')
    repository.git('tag', '-a', '-m', 'words', 'v1')
    tagObject = repository.git('rev-parse', 'v1')
    fs.chmodSync(path.join(repository.directory, 'dir/run'), 0o700)
    second = repository.commit({ f: 'second' })
    repository.git('branch', 'other', first)
    repository.git('checkout', '--quiet', '-b', 'modules')
    repository.git('submodule', '--quiet', 'add', '../sub/.git', 'mod')
    // relative to the address that the repository is fetched from
    repository.git('config', '-f', '.gitmodules', 'submodule.mod.url', '../../sub/.git')
    repository.git('commit', '--quiet', '-a', '-m', 'submodule')
    repository.git('checkout', '--quiet', 'main')
    repository.git('update-server-info')
    sub.git('update-server-info')
  })

  for (const kind of ['smart', 'dumb'] as const)
    test(`contexts and ADD from a ${kind} server`, { skip }, async () => {
      await using server = await serveGit(root, { kind })
      const url = `${server.url}/repo/.git`
      const context = async (suffix: string) => build({ context: { kind: 'remote', url: url + suffix } })
      const main = await context('')
      assert.deepEqual(
        [main.text('/f'), main.text('/d'), main.mode('/d'), main.mode('/run')],
        ['second', 'D', '644', '755'],
      )
      assert.equal(main.owner('/f'), '0:0')
      for (const [suffix, text] of [
        ['#other', 'first'],
        ['#light', 'first'],
        ['#refs/tags/v1', 'first'],
        [`#${first}`, 'first'],
        ['?branch=other', 'first'],
        ['?tag=v1', 'first'],
        [`?ref=main&checksum=${second.slice(0, 10)}`, 'second'],
        [`?tag=v1&checksum=${first}`, 'first'],
        [`?tag=v1&checksum=${tagObject}`, 'first'],
      ] as const)
        assert.equal((await context(suffix)).text('/f'), text, suffix)
      const added = await build(
        dockerfile(`FROM scratch\nADD ${url}#:dir /at\nADD ${url}?subdir=dir&ref=v1 /old/\n`),
      )
      assert.deepEqual(
        [added.text('/at/d'), added.mode('/at/run'), added.mode('/old/run')],
        ['D', '755', '644'],
      )
    })

  test('what is not in the repository, or another commit', { skip }, async () => {
    await using server = await serveGit(root, { kind: 'smart' })
    const add = (suffix: string, flags = '') =>
      build(dockerfile(`FROM scratch\nADD ${flags} ${server.url}/repo/.git${suffix} /\n`))
    await assert.rejects(add('#nothing'), faults('git.ref', /does not contain ref nothing/))
    await assert.rejects(add('?branch=v1'), faults('git.ref', /does not contain ref refs\/heads\/v1/))
    await assert.rejects(add('#:nowhere'), faults('git.ref', /no directory nowhere/))
    await assert.rejects(add('#:.git'), faults('git.ref', /no directory .git/))
    await assert.rejects(add(`?checksum=${first}`), faults('git.checksum', /expected checksum to match/))
    await assert.rejects(add('', `--checksum=${first}`), faults('git.checksum', /expected checksum to match/))
    await assert.rejects(
      add('', '--checksum=sha256:00'),
      faults('dockerfile.invalid', /expected hex commit hash/),
    )
    assert.equal((await add('', `--checksum=${second}`)).text('/f'), 'second')
    await assert.rejects(add('/gone.git'), faults('git.failed', /./))
    const option = '?commit=--upload-pack=touch&fetch-by-commit=1'
    const context = (suffix: string) =>
      build({ context: { kind: 'remote', url: `${server.url}/repo/.git${suffix}` } })
    await assert.rejects(context(option), faults('git.ref', /requires a checksum or a commit/))
    await assert.rejects(context('#--upload-pack=touch'), faults('git.ref', /not a name of a ref/))
  })

  test('.git and submodules as asked', { skip }, async () => {
    await using server = await serveGit(root, { kind: 'smart' })
    const url = `${server.url}/repo/.git`
    const add = (suffix: string, flag = '') =>
      build(dockerfile(`FROM scratch\nADD ${flag} ${url}${suffix} /\n`))
    assert.equal((await add('')).text('/.git/HEAD'), undefined)
    assert.equal((await add('', '--keep-git-dir=true')).text('/.git/HEAD'), `${second}\n`)
    const kept = await add('?tag=v1&keep-git-dir=1')
    assert.equal(kept.text('/.git/HEAD'), `${first}\n`)
    assert.equal(kept.text('/.git/refs/tags/v1'), `${tagObject}\n`)
    await assert.rejects(
      add('?keep-git-dir=0', '--keep-git-dir'),
      faults('dockerfile.invalid', /inconsistent/),
    )
    const context = { kind: 'remote', url } as const
    const text = 'FROM scratch\nCOPY .git/HEAD /\n'
    const kept2 = await build({
      context,
      ...dockerfile(text),
      buildArgs: { BUILDKIT_CONTEXT_KEEP_GIT_DIR: '1' },
    })
    assert.equal(kept2.text('/HEAD'), `${second}\n`)
    assert.equal((await add('#modules')).text('/mod/inner'), 'of the submodule')
    assert.equal((await add('?ref=modules&submodules=0')).text('/mod/inner'), undefined)
  })

  test('a commit that is here is not fetched again, and tokens reach only their server', {
    skip,
  }, async () => {
    const secret = `basic ${Buffer.from('x-access-token:tok').toString('base64')}`
    await using server = await serveGit(root, { kind: 'smart', secret })
    const text = `FROM scratch\nADD ${server.url}/repo/.git#light /\n`
    await assert.rejects(build(dockerfile(text)), faults('git.failed', /./))
    const file = path.join(directory({ t: 'tok' }), 't')
    const secrets = [{ id: 'GIT_AUTH_TOKEN.127.0.0.1', from: 'file', path: file } as const]
    assert.equal((await build({ ...dockerfile(text), secrets })).text('/f'), 'first')
    const before = server.authorizations.length
    assert.equal((await build({ ...dockerfile(`${text}ENV A=1\n`), secrets })).text('/f'), 'first')
    assert.ok(server.authorizations.length - before < before, 'only the ref was asked for')
  })

  test('a login in the address reaches the server and nobody else', { skip }, async () => {
    const secret = `basic ${Buffer.from('me:hush@').toString('base64')}`
    await using server = await serveGit(root, { kind: 'smart', secret })
    const address = `${server.url.replace('//', '//me:hush%40@')}/repo/.git`
    const add = (url: string) => build(dockerfile(`FROM scratch\nADD --keep-git-dir=true ${url} /\n`))
    const kept = await add(`${address}#modules`)
    assert.equal(kept.text('/mod/inner'), 'of the submodule')
    for (const file of ['/.git/config', '/.git/modules/mod/config'])
      assert.doesNotMatch(kept.text(file) ?? assert.fail(file), /hush/)
    const other = http.createServer((request, response) => {
      assert.equal(request.headers.authorization, undefined)
      response.writeHead(404).end()
    })
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const to = `http://localhost:${(other.address() as AddressInfo).port}`
    const moved = http.createServer((request, response) =>
      response.writeHead(302, { location: to + request.url }).end(),
    )
    await new Promise<void>((resolve) => moved.listen(0, '127.0.0.1', resolve))
    try {
      const url = `http://me:hush@127.0.0.1:${(moved.address() as AddressInfo).port}/r.git`
      await assert.rejects(add(url), (thrown) => {
        assert.ok(isFault(thrown))
        assert.match(thrown.details.hint ?? '', /has moved/)
        assert.doesNotMatch(thrown.message, /hush/)
        return true
      })
    } finally {
      other.close()
      moved.close()
    }
  })

  test('hooks and filters of a repository do not run', { skip }, async () => {
    const marker = path.join(home, 'ran')
    const evil = makeRepository(path.join(root, 'evil'))
    evil.commit({ f: 'x', '.gitattributes': '* filter=run\n' })
    evil.git('config', 'filter.run.smudge', `touch ${marker}`)
    fs.writeFileSync(path.join(evil.directory, '.git/hooks/post-checkout'), `#!/bin/sh\ntouch ${marker}\n`, {
      mode: 0o755,
    })
    await using server = await serveGit(root, { kind: 'smart' })
    assert.equal((await build(dockerfile(`FROM scratch\nADD ${server.url}/evil/.git /\n`))).text('/f'), 'x')
    assert.ok(!fs.existsSync(marker))
  })
})

describe('what a context holds', () => {
  const files = {
    '.dockerignore': '# built things\nbuild\n*.log\n!keep.log\nsub/*\n!sub/in\n',
    Dockerfile: 'FROM scratch\n',
    'keep.log': '12345',
    'a.log': 'x',
    'build/out': 'x',
    'sub/in': '123',
    'sub/out': 'x',
  }
  const options = (at: string) => ({ context: { kind: 'directory', path: at } as const })

  test('is listed with sizes', async () => {
    const listing = await engine.contextFiles(options(directory(files)), silent)
    const rows = listing.files.map(({ path: name, size }) => `${name} ${size}`)
    assert.deepEqual(rows, ['.dockerignore 51', 'Dockerfile 13', 'keep.log 5', 'sub 0', 'sub/in 3'])
    assert.deepEqual([listing.ignoreFile, listing.size], ['.dockerignore', 72])
    const other = directory({ ...files, 'Dockerfile.dockerignore': '*\n!keep.log\n' })
    assert.deepEqual(
      (await engine.contextFiles(options(other), silent)).files.map((file) => file.path),
      ['keep.log'],
    )
    const stream = Readable.from([tarOf(plain)])
    const tar = await engine.contextFiles({ context: { kind: 'stream', stream } }, silent)
    assert.equal(tar.size, plain.Dockerfile.length + 2)
    assert.equal((await engine.contextFiles(options(directory({ only: 'x' })), silent)).files.length, 1)
  })

  test('names the rule for a path', async () => {
    const at = directory(files)
    const why = async (name: string) => {
      const { included, exists, rule } = await engine.contextRule(options(at), name, silent)
      return [included, exists, rule === undefined ? undefined : `${rule.file}:${rule.line} ${rule.pattern}`]
    }
    assert.deepEqual(await why('a.log'), [false, true, '.dockerignore:3 *.log'])
    assert.deepEqual(await why('./keep.log'), [true, true, '.dockerignore:4 !keep.log'])
    assert.deepEqual(await why(path.join(at, 'build/out')), [false, true, '.dockerignore:2 build'])
    assert.deepEqual(await why('Dockerfile'), [true, true, undefined])
    assert.deepEqual(await why('other.log'), [false, false, '.dockerignore:3 *.log'])
    assert.deepEqual(await why('sub/in'), [true, true, '.dockerignore:6 !sub/in'])
  })
})
