// Build contexts that are git repositories, with a real server. FROM scratch throughout, so no root is needed.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import * as http from 'node:http'
import type { AddressInfo } from 'node:net'
import * as path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { isFault } from '../core/index.ts'
import { dockerfile, faults, openContextBench } from '../testing/context-bench.ts'
import { makeRepository, type Repository, serveGit } from '../testing/git-server.ts'

const bench = openContextBench()
after(() => bench[Symbol.dispose]())
const { home, directory, build } = bench

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
