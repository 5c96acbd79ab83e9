// Copies between registries, layouts, archives and the store, indexes, tags and what refers to images, through the command line and
// a registry in memory that counts.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { mediaTypes } from '../../src/core/index.ts'
import { Registry } from '../../src/registry/index.ts'
import { openTestRegistry, type TestRegistry } from '../../src/testing/registry.ts'
import { putImage } from '../../src/testing/registry-image.ts'

const program = path.join(import.meta.dirname, '../../src/main.ts')

interface World {
  readonly registry: TestRegistry
  readonly directory: string
  /** Runs Peel in `directory`; its output, or a fault with what it said. */
  peel(...args: readonly string[]): Promise<string>
}

async function openWorld(t: TestContext): Promise<World> {
  const registry = await openTestRegistry()
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  t.after(async () => {
    await registry[Symbol.asyncDispose]()
    fs.rmSync(directory, { recursive: true, force: true })
  })
  const peel = (...args: readonly string[]) =>
    new Promise<string>((resolve, reject) => {
      const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args], {
        cwd: directory,
        env: { ...process.env, PEEL_ROOT: path.join(directory, 'store') },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      let [out, err] = ['', '']
      child.stdout.on('data', (chunk: Buffer) => {
        out += chunk.toString()
      })
      child.stderr.on('data', (chunk: Buffer) => {
        err += chunk.toString()
      })
      child.on('close', (status) => (status === 0 ? resolve(out) : reject(new Error(err))))
    })
  return { registry, directory, peel }
}

/** An image for each of two platforms. */
function putPair(registry: TestRegistry): readonly string[] {
  return ['amd64', 'arm64'].map(
    (architecture) =>
      putImage(registry, {
        repository: 'app',
        tag: architecture,
        architecture,
        layers: [
          [{ name: 'shared', type: 'file', content: 'both have it' }],
          [{ name: 'own', type: 'file', content: architecture }],
        ],
      }).digest,
  )
}

test('an index is created of images, pulled for one platform, and copied with all', async (t) => {
  const { registry, peel } = await openWorld(t)
  const { host } = registry
  const [amd, arm] = putPair(registry)
  const created = await peel(
    'manifest',
    'create',
    `${host}/app:all`,
    `${host}/app:amd64`,
    `${host}/app:arm64`,
  )
  const index = JSON.parse(await peel('manifest', 'inspect', `${host}/app:all`))
  assert.deepEqual(
    index.manifests.map((one: { digest: string; platform: object }) => [one.digest, one.platform]),
    [
      [amd, { os: 'linux', architecture: 'amd64' }],
      [arm, { os: 'linux', architecture: 'arm64' }],
    ],
  )
  assert.match(created, new RegExp(registry.manifests.has('app:all') ? 'Created manifest list' : 'x'))
  assert.deepEqual((await peel('tags', `${host}/app`)).split('\n').sort(), ['', 'all', 'amd64', 'arm64'])

  registry.seen.length = 0
  await peel('pull', '-q', '--platform', 'linux/arm64', `${host}/app:all`)
  assert.ok(!registry.seen.some(({ url }) => url.endsWith(amd!)), 'nothing of the other platform is fetched')
  assert.match(await peel('inspect', '-f', '{{.Architecture}}', `${host}/app:all`), /arm64/)
  assert.match(
    await peel('pull', '--platform', 'linux/amd64', `${host}/app:all`),
    /Already exists\n.*\n?.*Pull/,
  )
  await peel('tag', `${host}/app:all`, `${host}/app:again`)

  registry.seen.length = 0
  const digest = /sha256:\w+/.exec(await peel('copy', `${host}/app:all`, `${host}/other:1`))![0]
  const copied = registry.manifests.get('other:1')!
  assert.equal(JSON.parse(copied.bytes.toString()).manifests.length, 2)
  assert.ok(registry.manifests.has(`other@${arm}`) && registry.manifests.has(`other@${amd}`))
  assert.equal(digest, /sha256:\w+/.exec(created)![0])
})

test('a copy through every kind of place is the same image', async (t) => {
  const { registry, directory, peel } = await openWorld(t)
  const { host } = registry
  const [amd] = putPair(registry)
  const config = JSON.parse(registry.manifests.get('app:amd64')!.bytes.toString()).config.digest
  await peel('copy', `${host}/app:amd64`, 'oci://layout:one')
  await peel('copy', 'oci:layout:one', `${host}/back:1`)
  assert.equal((await peel('copy', '-q', `${host}/back:1`, 'store://mine:1')).trim(), amd)
  assert.equal((await peel('images', '-q', '--no-trunc', 'mine:1')).trim(), config)
  await peel('copy', 'store://mine:1', 'docker-archive://one.tar')
  await peel('copy', 'docker-archive://one.tar', 'oci-archive://two.tar:mine')
  await peel('copy', './two.tar', `${host}/last:1`)
  assert.equal(JSON.parse(registry.manifests.get('last:1')!.bytes.toString()).config.digest, config)
  assert.ok(fs.existsSync(path.join(directory, 'layout/oci-layout')))
  assert.equal((await peel('images')).match(/\n/g)?.length, 2, 'names of archives do not stay')
})

test('a remote image is looked at without being stored', async (t) => {
  const { registry, directory, peel } = await openWorld(t)
  putPair(registry)
  const name = `registry://${registry.host}/app:arm64`
  assert.match(await peel('history', '--platform', 'linux/arm64', name), /layer 1 .*\n.*layer 0/)
  const [details] = JSON.parse(await peel('inspect', '--platform', 'linux/arm64', name))
  assert.equal(details.Architecture, 'arm64')
  assert.equal(details.RootFS.Layers.length, 2)
  assert.ok(
    !registry.seen.some(({ url }) => /blobs/.test(url) && !url.endsWith(details.Id)),
    'no layer is fetched',
  )
  const blobs = path.join(directory, 'store/blobs/sha256')
  assert.deepEqual(fs.existsSync(blobs) ? fs.readdirSync(blobs) : [], [])
})

for (const keeps of [true, false])
  test(`referrers, with a registry that ${keeps ? 'lists them' : 'does not: the fallback tag'}`, async (t) => {
    const { registry, peel } = await openWorld(t)
    registry.keepsReferrers = keeps
    const [amd] = putPair(registry)
    using client = new Registry()
    const empty = { mediaType: mediaTypes.ociEmpty, digest: registry.addBlob(Buffer.from('{}')), size: 2 }
    const subject = {
      mediaType: mediaTypes.ociManifest,
      digest: amd,
      size: registry.manifests.get('app:amd64')!.bytes.length,
    }
    const manifest = {
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      artifactType: 'test/note',
      config: empty,
      layers: [empty],
      subject,
    }
    const bytes = Buffer.from(JSON.stringify(manifest))
    const digest = await client.putManifest(`${registry.host}/app:note`, {
      bytes,
      mediaType: mediaTypes.ociManifest,
    })
    assert.equal(registry.manifests.has(`app:${amd!.replace(':', '-')}`), !keeps)
    assert.match(await peel('referrers', `${registry.host}/app:amd64`), new RegExp(`${digest} +test/note`))
    assert.deepEqual(
      JSON.parse(await peel('referrers', '--json', '--artifact-type', 'x/y', `${registry.host}/app:amd64`)),
      [],
    )
  })

test('tags are deleted, and what is not there says so', async (t) => {
  const { registry, peel } = await openWorld(t)
  putPair(registry)
  assert.equal(await peel('delete', `${registry.host}/app:amd64`), `Deleted: ${registry.host}/app:amd64\n`)
  assert.ok(!registry.manifests.has('app:amd64') && registry.manifests.has('app:arm64'))
  await assert.rejects(peel('delete', `${registry.host}/app:amd64`), /is not in the registry/)
  await assert.rejects(peel('delete', `${registry.host}/app`), /says neither which tag/)
})

test('a damaged blob is copied from no layout', async (t) => {
  const { registry, directory, peel } = await openWorld(t)
  putPair(registry)
  await peel('copy', `${registry.host}/app:amd64`, 'oci://from:1')
  const blobs = path.join(directory, 'from/blobs/sha256')
  const { layers } = JSON.parse(registry.manifests.get('app:amd64')!.bytes.toString())
  const file = path.join(blobs, layers[1].digest.slice(7))
  const bytes = fs.readFileSync(file)
  bytes[bytes.length - 1]! ^= 1
  fs.writeFileSync(file, bytes)
  await assert.rejects(peel('copy', 'oci://from:1', 'oci://to:1'), /damaged/)
  assert.deepEqual(
    fs.readdirSync(path.join(directory, 'to/blobs/sha256')).filter((name) => layers[1].digest.endsWith(name)),
    [],
  )
})
