// RUN --mount=type=cache between processes, and taken from one store to another.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { openStoreUnderTest, type StoreUnderTest, skipReason } from './store-under-test.ts'

describe('cache mounts', { skip: skipReason() }, () => {
  let store: StoreUnderTest
  before(async () => {
    store = await openStoreUnderTest()
  })
  after(() => store[Symbol.dispose]())

  let contexts = 0
  const context = (...runs: readonly string[]) =>
    store.context(`c${++contexts}`, {
      Dockerfile: `FROM base:1\n${runs.map((run) => `RUN ${run}\n`).join('')}`,
    })

  /** Two builds at once; each says who is there, stays a while and leaves. */
  const meet = async (sharing: string): Promise<readonly string[]> => {
    const mount = `--mount=type=cache,target=/c,id=${sharing},sharing=${sharing}`
    const visit = (me: string) =>
      `${mount} touch /c/${me}; for i in $(seq 1 200); do [ -e /c/go-${me} ] && break; sleep 0.05; done; ls /c | grep -v go | tr '\\n' ' ' | sed 's/^/saw: /'; rm /c/${me}`
    const started = ['one', 'two'].map((me) => store.start('build', '--progress=plain', context(visit(me))))
    // both may leave once each has come as far as it can
    const inside = () => fs.globSync('store/mounts/*/{one,two}', { cwd: store.folder }).length
    for (let i = 0; i < 400 && inside() < (sharing === 'locked' ? 1 : 2); i++) await delay(25)
    await delay(300)
    const alone = inside()
    assert.equal(alone, sharing === 'locked' ? 1 : 2)
    for (const directory of fs.globSync('store/mounts/*/', { cwd: store.folder }))
      for (const me of ['one', 'two']) fs.writeFileSync(path.join(store.folder, directory, `go-${me}`), '')
    const ended = await Promise.all(started.map(({ ended }) => ended))
    return ended.map(({ stderr }) => /^#\d+ [\d.]+ saw: ([\w ]*)/m.exec(stderr)?.[1]?.trim() ?? stderr)
  }

  test('locked: one at a time', async () => {
    assert.deepEqual(await meet('locked'), ['one', 'two'])
  })
  test('private: each its own', async () => {
    assert.deepEqual(await meet('private'), ['one', 'two'])
  })
  test('shared: both at once', async () => {
    const seen = await meet('shared')
    assert.ok(seen.includes('one two'), String(seen))
  })

  test('are listed, written out, brought into another store and removed', async () => {
    const mount = '--mount=type=cache,target=/root/.cache,id=pip'
    const owned = '--mount=type=cache,target=/n,id=npm,uid=7,gid=8,mode=0700'
    const fill = `mkdir /root/.cache/d; echo wheel > /root/.cache/d/w; chown 5:6 /root/.cache/d/w; chmod 4750 /root/.cache/d/w; ln -s d /root/.cache/l; ln /root/.cache/d/w /root/.cache/hard`
    await store.peel('build', context(`${mount} ${fill}`, `${owned} echo n > /n/n`))
    const listed = JSON.parse((await store.peel('cache', 'ls', '--json')).stdout) as {
      id: string
      size: number
    }[]
    assert.ok(listed.some(({ id, size }) => id === 'pip' && size > 0))
    const archive = path.join(store.folder, 'caches.tar')
    const layout = path.join(store.folder, 'caches')
    await store.peel('cache', 'export', '-o', archive, 'pip', 'npm 7:8 700')
    await store.peel('cache', 'export', '-o', `${layout}/`, 'pip', 'npm 7:8 700')
    execFileSync('gzip', ['-k', archive])
    assert.ok(fs.existsSync(path.join(layout, 'oci-layout')))
    for (const source of [archive, layout, `${archive}.gz`]) {
      using other = await openStoreUnderTest()
      const { stdout } = await other.peel('cache', 'import', source)
      assert.equal(stdout, 'Imported npm 7:8 700\nImported pip\n')
      const look = `${mount} --mount=type=cache,target=/n,id=npm,uid=7,gid=8,mode=0700 cat /root/.cache/l/w /n/n; stat -c '%a %u:%g %h %n' /root/.cache/d/w /n`
      const built = await other.start(
        'build',
        other.context('look', { Dockerfile: `FROM base:1\nRUN ${look}\n` }),
      ).ended
      assert.match(built.stderr, / wheel$[\s\S]* n$/m, built.stderr)
      assert.match(built.stderr, /4750 5:6 2 \/root\/\.cache\/d\/w$[\s\S]*700 7:8 \d \/n$/m)
    }
    await store.peel('cache', 'prune', 'pip')
    const left = (await store.peel('cache', 'ls', '--format', '{{.ID}}')).stdout.split('\n')
    assert.ok(!left.includes('pip') && left.includes('npm 7:8 700'))
    const wrong = await store.start('cache', 'export', '-o', archive, 'nothing').ended
    assert.match(wrong.stderr, /No such cache mount: nothing/)
    const image = path.join(store.folder, 'image.tar')
    await store.peel('save', '-o', image, 'base:1')
    assert.match((await store.start('cache', 'import', image).ended).stderr, /holds no cache mounts/)
  })
})
