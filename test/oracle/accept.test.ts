// Images leave and come back: other tools read and run what Peel saves, Peel loads what they save, and the bytes are always the same.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { openStoreUnderTest, type StoreUnderTest, skipReason } from '../e2e/store-under-test.ts'
import { findDocker, has } from './peers.ts'
import { sha256 } from './tar.ts'

const docker = findDocker()
const dockerfile = `FROM base:1
RUN mkdir -p /data && echo one > /data/one && echo two > /data/two
RUN rm /data/one && ln /data/two /data/too
COPY hello.sh /hello.sh
ENTRYPOINT ["/bin/sh", "/hello.sh"]
CMD ["world"]
`
const expected = 'hello world, two\n'

async function built(store: StoreUnderTest): Promise<string> {
  const context = store.context('hello', {
    Dockerfile: dockerfile,
    'hello.sh': 'echo "hello $1, $(cat /data/too)"; ls /data/one 2>/dev/null\ntrue\n',
  })
  await store.peel('build', '-q', '-t', 'accept:1', context)
  return context
}

function call(program: string, ...args: readonly string[]): string {
  const result = spawnSync(program, args, { encoding: 'utf8' })
  assert.equal(result.status, 0, `${program} ${args.join(' ')}: ${result.error ?? result.stderr}`)
  return result.stdout
}

const diffIds = async (store: StoreUnderTest, name: string): Promise<readonly string[]> => {
  const [image] = JSON.parse((await store.peel('inspect', name)).stdout) as { RootFS: { Layers: string[] } }[]
  return image?.RootFS.Layers ?? []
}

/** The digest of each file of a directory. */
function filesOf(folder: string): Readonly<Record<string, string>> {
  const names = fs.globSync('**/*', { cwd: folder }).sort()
  return Object.fromEntries(
    names
      .filter((name) => fs.statSync(path.join(folder, name)).isFile())
      .map((name) => [name, sha256(fs.readFileSync(path.join(folder, name)))]),
  )
}

describe('what Peel saves and loads', { skip: skipReason() }, () => {
  test('docker loads and runs it, and what docker saves comes back with the same layers', {
    skip: typeof docker === 'string' ? docker : false,
  }, async () => {
    if (typeof docker === 'string') return
    using store = await openStoreUnderTest()
    await built(store)
    const archive = path.join(store.folder, 'accept.tar')
    await store.peel('save', '-o', archive, 'accept:1')
    const layers = await diffIds(store, 'accept:1')
    try {
      await docker('load', '-q', '-i', archive)
      assert.equal(await docker('run', '--rm', '--network=host', 'accept:1'), expected)
      const theirs = path.join(store.folder, 'theirs.tar')
      await docker('save', '-o', theirs, 'accept:1')
      await store.peel('rmi', 'accept:1')
      await store.peel('prune', '--all')
      await store.peel('load', '-q', '-i', theirs)
    } finally {
      await docker('rmi', '-f', 'accept:1').catch(() => {})
    }
    assert.deepEqual(await diffIds(store, 'accept:1'), layers)
    assert.equal((await store.peel('run', '--rm', 'accept:1')).stdout, expected)
  })

  test('podman loads and runs it', { skip: has('podman') ? false : 'needs podman' }, async () => {
    using store = await openStoreUnderTest()
    await built(store)
    const archive = path.join(store.folder, 'accept.tar')
    await store.peel('save', '-o', archive, 'accept:1')
    const place = ['--root', `${store.folder}/podman`, '--runroot', `${store.folder}/podman-run`]
    const manner = ['--runtime', 'runc', '--cgroup-manager', 'cgroupfs', '--events-backend', 'none']
    const podman = (...args: readonly string[]): string => call('podman', ...place, ...manner, ...args)
    podman('load', '-q', '-i', archive)
    try {
      assert.equal(
        podman(
          'run',
          '--rm',
          '--network=host',
          '--ulimit=nofile=1024:1024',
          '--ulimit=nproc=1024:1024',
          'accept:1',
        ),
        expected,
      )
    } finally {
      podman('rmi', '-f', 'accept:1')
      spawnSync('umount', ['-l', `${store.folder}/podman/overlay`])
    }
  })

  test('umoci unpacks it', { skip: has('umoci') ? false : 'needs umoci' }, async () => {
    using store = await openStoreUnderTest()
    await built(store)
    const layout = path.join(store.folder, 'layout')
    await store.peel('save', '--format', 'oci-dir', '-o', layout, 'accept:1')
    const index = JSON.parse(fs.readFileSync(path.join(layout, 'index.json'), 'utf8')) as {
      manifests: { annotations: Record<string, string> }[]
    }
    const name = index.manifests[0]?.annotations['org.opencontainers.image.ref.name']
    // umoci cuts an image's name at the first colon, so it is given one of its own
    index.manifests.forEach(({ annotations }) => {
      annotations['org.opencontainers.image.ref.name'] = 'x'
    })
    assert.equal(name, 'accept:1')
    fs.writeFileSync(path.join(layout, 'index.json'), JSON.stringify(index))
    call('umoci', 'unpack', '--image', `${layout}:x`, path.join(store.folder, 'bundle'))
    const rootfs = path.join(store.folder, 'bundle/rootfs')
    assert.equal(fs.readFileSync(path.join(rootfs, 'data/too'), 'utf8'), 'two\n')
    assert.equal(
      fs.statSync(path.join(rootfs, 'data/too')).ino,
      fs.statSync(path.join(rootfs, 'data/two')).ino,
    )
    assert.ok(!fs.existsSync(path.join(rootfs, 'data/one')))
  })

  test('skopeo reads the store as it is', { skip: has('skopeo') ? false : 'needs skopeo' }, async () => {
    using store = await openStoreUnderTest()
    await built(store)
    const seen = JSON.parse(call('skopeo', 'inspect', `oci:${store.root}:accept:1`)) as { Layers: string[] }
    assert.deepEqual(seen.Layers, await diffIds(store, 'accept:1'))
    call(
      'skopeo',
      '--insecure-policy',
      'copy',
      '-q',
      `oci:${store.root}:accept:1`,
      `docker-archive:${store.folder}/s.tar:c:1`,
    )
    await store.peel('load', '-q', '-i', `${store.folder}/s.tar`)
    assert.deepEqual(await diffIds(store, 'c:1'), await diffIds(store, 'accept:1'))
  })

  for (const format of ['docker-archive', 'oci-archive'])
    test(`${format}: saved twice, the same bytes; loaded elsewhere, the same image`, async () => {
      using store = await openStoreUnderTest()
      using other = await openStoreUnderTest()
      await built(store)
      const files = ['a', 'b', 'c'].map((name) => path.join(store.folder, `${name}.tar`))
      for (const file of files.slice(0, 2))
        await store.peel('save', '--format', format, '-o', file, 'accept:1')
      await other.peel('load', '-q', '-i', files[0]!)
      await other.peel('save', '--format', format, '-o', files[2]!, 'accept:1')
      const [a, b, c] = files.map((file) => sha256(fs.readFileSync(file)))
      assert.equal(a, b)
      assert.equal(a, c)
      assert.equal((await other.peel('run', '--rm', 'accept:1', 'there')).stdout, 'hello there, two\n')
    })

  test('oci-dir: saved twice, the same files; loaded elsewhere, the same image', async () => {
    using store = await openStoreUnderTest()
    using other = await openStoreUnderTest()
    await built(store)
    const [a, b, c] = ['a', 'b', 'c'].map((name) => path.join(store.folder, name)) as [string, string, string]
    for (const layout of [a, b]) await store.peel('save', '--format', 'oci-dir', '-o', layout, 'accept:1')
    await other.peel('load', '-q', '-i', a)
    await other.peel('save', '--format', 'oci-dir', '-o', c, 'accept:1')
    assert.ok(Object.keys(filesOf(a)).length > 4)
    assert.deepEqual(filesOf(a), filesOf(b))
    assert.deepEqual(filesOf(a), filesOf(c))
  })

  test('the same SOURCE_DATE_EPOCH, the same digest, whatever the clock and the context say', async () => {
    const digests: string[] = []
    process.env.SOURCE_DATE_EPOCH = '1700000000'
    try {
      for (const mtime of [1_000_000_000, 1_800_000_000]) {
        using store = await openStoreUnderTest()
        const context = store.context('epoch', { Dockerfile: dockerfile, 'hello.sh': 'echo hi\n' })
        fs.utimesSync(path.join(context, 'hello.sh'), mtime, mtime)
        await store.peel('build', '-q', '-t', 'epoch:1', context)
        const [row] = JSON.parse((await store.peel('images', '--json', 'epoch:1')).stdout) as {
          manifest: string
        }[]
        digests.push(row?.manifest ?? 'none')
      }
    } finally {
      delete process.env.SOURCE_DATE_EPOCH
    }
    assert.match(digests[0] ?? '', /^sha256:/)
    assert.equal(digests[0], digests[1])
  })
})
