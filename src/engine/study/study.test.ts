// Studies by every way an image can come, and what can be done with one: reading hidden files, extracting, comparing.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import http from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { sha256, silent } from '../../core/index.ts'
import { openTestRegistry } from '../../testing/registry.ts'
import { putImage } from '../../testing/registry-image.ts'
import { rpmHeader, rpmSqlite } from '../../testing/rpm-database.ts'
import { storeImage } from '../../testing/stored-image.ts'
import { dir, file, gone, symlink, tree } from '../../testing/tree.ts'
import { type Engine, openEngine, type Study, study } from '../index.ts'

const dpkg = (version: string): string =>
  `Package: tool\nStatus: install ok installed\nVersion: ${version}\n\n`

describe('a study', () => {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  const place = (name: string): string => path.join(root, name)
  let engine: Engine
  before(async () => {
    await storeImage(place('store'), {
      name: 'base',
      layers: [{ createdBy: 'base', entries: baseEntries }],
    })
    await storeImage(place('store'), {
      name: 'app',
      dockerfile: 'FROM base\nCOPY . /app\nENV A=b\nRUN rm /app/secret\n',
      layers: [
        { createdBy: 'base', entries: baseEntries },
        { createdBy: 'COPY . /app', line: 2, entries: appEntries },
        { createdBy: 'ENV A=b', line: 3 },
        { createdBy: 'RUN rm /app/secret', line: 4, entries: tree(gone('/app/secret')) },
      ],
    })
    await storeImage(place('store'), {
      name: 'newer',
      layers: [{ createdBy: 'all', entries: newerEntries }],
    })
    engine = openEngine({ root: place('store'), env: {} })
    const save = (format: 'docker-archive' | 'oci-archive' | 'oci-dir', output: string): Promise<void> =>
      engine.save(['app'], { format, output }, silent)
    await save('docker-archive', place('docker.tar'))
    await save('oci-archive', place('oci.tar'))
    await save('oci-dir', place('layout'))
    fs.writeFileSync(place('docker.tar.gz'), gzipSync(fs.readFileSync(place('docker.tar'))))
    compressLayers(place('layout'), place('layout-gzip'), gzipSync)
    compressLayers(place('layout'), place('layout-zstd'), zstdCompressSync)
  })
  after(() => {
    engine[Symbol.dispose]()
    fs.rmSync(root, { recursive: true, force: true })
  })

  test('of the store knows the lines, the base and the Dockerfile', async () => {
    using found = await engine.study('app', {}, silent)
    const { report } = found
    assert.deepEqual(
      report.layers.map(({ place, base }) => [place?.line, base]),
      [
        [undefined, true],
        [2, false],
        [4, false],
      ],
    )
    assert.equal(report.image.dockerfile?.text, 'FROM base\nCOPY . /app\nENV A=b\nRUN rm /app/secret\n')
    assert.deepEqual(
      report.image.dockerfile?.instructions.map(({ line, endLine }) => [line, endLine]),
      [
        [1, 1],
        [2, 2],
        [3, 3],
        [4, 4],
      ],
    )
    assert.deepEqual(
      report.history.map(({ layer }) => layer),
      [0, 1, undefined, 2],
    )
    assert.deepEqual(
      report.items.map((item) => [item.class, item.path, item.bytes, item.broughtBy, item.hiddenBy]),
      [['deleted', '/app/secret', 6, 1, 2]],
    )
    assert.match(report.items[0]!.advice, /Dockerfile:2.*Dockerfile:4/)
  })

  for (const name of ['docker.tar', 'docker.tar.gz', 'oci.tar', 'layout', 'layout-gzip', 'layout-zstd'])
    test(`of ${name} says the same, reads hidden files, and stores nothing`, async () => {
      const elsewhere = place(`no-store-${name}`)
      using stored = await engine.study('app', {}, silent)
      using found = await study({ from: 'archive', archive: place(name) }, { root: elsewhere })
      assert.deepEqual(found.report.totals, stored.report.totals)
      assert.deepEqual(found.report.dive, stored.report.dive)
      assert.equal(found.report.image.id, stored.report.image.id)
      assert.equal(await readSecret(found), 'hidden')
      assert.ok(!fs.existsSync(elsewhere))
    })

  test('of a stream that comes once reads no files later, and says why', async () => {
    using found = await engine.study(
      { from: 'archive', archive: fs.createReadStream(place('docker.tar')) },
      {},
      silent,
    )
    assert.equal(found.report.totals.reclaimableBytes, 6)
    await assert.rejects(readSecret(found), { code: 'archive.unread' })
  })

  test("of docker's engine comes through its socket", async () => {
    const asked: string[] = []
    const server = http.createServer((request, response) => {
      asked.push(request.url ?? '')
      if (request.url === '/images/app%3Alatest/get') fs.createReadStream(place('docker.tar')).pipe(response)
      else if (request.url === '/images/endless/get')
        response.writeHead(500).end(Buffer.alloc(1 << 20, 'no '))
      else response.writeHead(404).end('{"message":"no such image"}')
    })
    const socket = place('docker.sock')
    await new Promise<void>((resolve) => server.listen(socket, resolve))
    try {
      using dockers = openEngine({ root: place('store'), env: { DOCKER_HOST: `unix://${socket}` } })
      using found = await dockers.study('docker://app:latest', {}, silent)
      assert.equal(found.report.totals.reclaimableBytes, 6)
      assert.equal(await readSecret(found), 'hidden')
      await assert.rejects(dockers.study('docker://other', {}, silent), {
        code: 'image.missing',
        message: /no such image/,
      })
      await assert.rejects(dockers.study('docker://endless', {}, silent), {
        code: 'engine.refused',
        message: /does not give endless: it answers 500 and more than 64 KiB of words$/,
      })
      assert.deepEqual(asked.slice(0, 3), [
        '/images/app%3Alatest/get',
        '/images/app%3Alatest/get',
        '/images/other/get',
      ])
    } finally {
      server.close()
    }
  })

  test('of a registry streams by, and layers that the store has are not fetched', async () => {
    await using registry = await openTestRegistry()
    const layers = [
      [{ name: 'etc/hosts', type: 'file', content: 'localhost' }],
      [{ name: 'etc/hosts', type: 'file', content: 'other' }],
    ] as const
    const there = putImage(registry, { repository: 'app', tag: '1', layers })
    const blobs = (): string[] =>
      registry.seen
        .filter(({ method, url }) => method === 'GET' && url.includes('/blobs/'))
        .map(({ url }) => url.slice(url.lastIndexOf('/') + 1))
    const platform = 'linux/amd64'
    const name = `registry://${registry.host}/app:1`
    using found = await engine.study(name, { platform }, silent)
    assert.equal(found.report.totals.reclaimableBytes, 9)
    assert.equal(found.report.image.manifest, there.digest)
    assert.deepEqual(
      found.report.layers.map(({ digest, compressedSize }) => [digest, compressedSize]),
      there.manifest.layers.map(({ digest, size }) => [digest, size]),
    )
    const id = found.tree.view({ lower: 1, upper: 1 }).find('/etc/hosts')!
    assert.equal(Buffer.from(await found.tree.read(id, { layer: 0, limit: 99 })).toString(), 'localhost')
    assert.ok(blobs().includes(there.manifest.layers[1]!.digest))
    await engine.pull(`${registry.host}/app:1`, { platform }, silent)
    const before = blobs().length
    using again = await engine.study(name, { platform }, silent)
    assert.equal(again.report.totals.reclaimableBytes, 9)
    assert.ok(
      !blobs()
        .slice(before)
        .some((digest) => there.manifest.layers.some((one) => one.digest === digest)),
    )
  })

  test('of what is nowhere says where one could look', async () => {
    await assert.rejects(engine.study('nowhere', {}, silent), { code: 'image.missing' })
    await assert.rejects(engine.study('strange://x', {}, silent), { code: 'usage.invalid' })
    await assert.rejects(engine.study('docker-archive:///nowhere.tar', {}, silent), {
      code: 'archive.invalid',
    })
  })

  test('takes the base that it is told of, if it is below', async () => {
    using found = await engine.study(place('docker.tar'), { base: 'base' }, silent)
    assert.equal(found.report.image.baseLayers, 1)
    assert.equal(found.judge({ rules: {}, excludeBase: true }).dive.userSizeBytes, 6 + 4 + 6)
    await assert.rejects(engine.study('app', { base: 'newer' }, silent), { code: 'usage.invalid' })
  })

  test('two extractions at once do not mix their bytes', async () => {
    const sizes = [900, 2_000_000, 3_000_000]
    await storeImage(place('store'), {
      name: 'large',
      layers: [
        { createdBy: 'x', entries: tree(...sizes.map((size, i) => file(`/f${i}`, String(i).repeat(size)))) },
      ],
    })
    await engine.save(['large'], { format: 'docker-archive', output: place('large.tar') }, silent)
    for (const source of ['large', place('large.tar')]) {
      using found = await engine.study(source, {}, silent)
      const view = found.tree.view({ lower: 1, upper: 1 })
      const directory = fs.mkdtempSync(place('at-once-'))
      await Promise.all(
        sizes.map((_, i) => found.tree.extract([view.find(`/f${i}`)!], { height: 1, directory }, silent)),
      )
      for (const [i, size] of sizes.entries())
        assert.ok(
          fs.readFileSync(path.join(directory, `f${i}`), 'utf8') === String(i).repeat(size),
          `f${i} of ${source}`,
        )
    }
  })

  test('extracts below a directory, overwrites nothing and follows no link', async () => {
    using found = await engine.study('app', {}, silent)
    const view = found.tree.view({ lower: 2, upper: 2 })
    const out = place('out')
    const extract = (): Promise<unknown> =>
      found.tree.extract([view.find('/app')!], { height: 2, directory: out }, silent)
    assert.deepEqual(await extract(), { files: 4, bytes: 6 + 4 + 6, skipped: [] })
    assert.equal(fs.readFileSync(path.join(out, 'app/secret'), 'utf8'), 'hidden')
    assert.equal(fs.readFileSync(path.join(out, 'app/again'), 'utf8'), 'hidden')
    assert.equal(fs.readlinkSync(path.join(out, 'app/up')), '../../..')
    assert.equal(fs.statSync(path.join(out, 'app/main')).mode & 0o7777, 0o755)
    await assert.rejects(extract(), { code: 'extract.exists' })
    fs.symlinkSync(place('elsewhere'), path.join(out, 'main'))
    await assert.rejects(
      found.tree.extract([view.find('/app/main')!], { height: 2, directory: out }, silent),
      { code: 'extract.exists' },
    )
    assert.ok(!fs.existsSync(place('elsewhere')))
  })

  test('compares two images by files, configuration and packages', async () => {
    using found = await engine.compare({ before: { source: 'app' }, after: { source: 'newer' } }, {}, silent)
    assert.deepEqual(
      found.report.paths.map(({ path, change }) => `${change} ${path}`),
      [
        'removed /app',
        'removed /app/again',
        'removed /app/main',
        'removed /app/up',
        'attributesOnly /etc/hosts',
        'modified /var/lib/dpkg/status',
      ],
    )
    assert.deepEqual(found.report.paths[4]!.details, [{ name: 'mode', before: '0644', after: '0600' }])
    assert.deepEqual(found.report.packages, [{ system: 'dpkg', name: 'tool', before: '1.0', after: '2.0' }])
    assert.deepEqual(found.report.config, [])
    const view = found.tree.view({ lower: found.before, upper: found.after })
    assert.equal(view.mark(view.find('/app')!), 'removed')
    const hosts = view.get(view.find('/etc/hosts')!)
    const start = await found.tree.read(hosts.id, { layer: hosts.layer, limit: 2 })
    assert.equal(Buffer.from(start).toString(), 'lo')
  })

  test('compares packages of rpm, and runs nothing that their database says', async () => {
    const view = new DatabaseSync(':memory:')
    view.exec(
      'create view Packages as with recursive n(i) as (select 1 union all select i + 1 from n) select i as blob from n',
    )
    const databases = {
      old: rpmSqlite([rpmHeader('bash', '5.1-1'), rpmHeader('gone', '1-1')]),
      young: rpmSqlite([rpmHeader('bash', '5.2-1')]),
      hostile: Buffer.from(view.serialize()),
    }
    view.close()
    for (const [name, bytes] of Object.entries(databases))
      await storeImage(place('store'), {
        name,
        layers: [{ createdBy: name, entries: tree(file('/var/lib/rpm/rpmdb.sqlite', bytes)) }],
      })
    const compare = async (before: string, after: string) => {
      using found = await engine.compare({ before: { source: before }, after: { source: after } }, {}, silent)
      return found.report.packages.map(({ name, before: old, after: now }) => `${name} ${old} ${now}`)
    }
    assert.deepEqual(await compare('old', 'young'), ['bash 5.1-1 5.2-1', 'gone 1-1 undefined'])
    assert.deepEqual(await compare('hostile', 'young'), ['bash undefined 5.2-1'])
  })

  test('compares two states of one image', async () => {
    using found = await engine.compare(
      { before: { source: 'app', layer: 1 }, after: { source: 'app' } },
      {},
      silent,
    )
    assert.deepEqual(
      found.report.paths.map(({ path, change }) => `${change} ${path}`),
      ['removed /app/secret'],
    )
    await assert.rejects(
      engine.compare({ before: { source: 'app', layer: 9 }, after: { source: 'app' } }, {}, silent),
      { code: 'usage.invalid' },
    )
  })
})

const baseEntries = tree(
  dir('/etc'),
  file('/etc/hosts', 'localhost'),
  dir('/var/lib/dpkg'),
  file('/var/lib/dpkg/status', dpkg('1.0')),
)
const appEntries = tree(
  dir('/app'),
  file('/app/again', 'hidden', { mode: 0o600 }),
  file('/app/main', 'main', { mode: 0o4755 }),
  file('/app/secret', 'hidden'),
  symlink('/app/up', '../../..'),
)
const newerEntries = tree(
  dir('/etc'),
  file('/etc/hosts', 'localhost', { mode: 0o600 }),
  dir('/var/lib/dpkg'),
  file('/var/lib/dpkg/status', dpkg('2.0')),
)

async function readSecret({ tree }: Study): Promise<string> {
  const id = tree.view({ lower: 2, upper: 2 }).find('/app/secret')!
  return Buffer.from(await tree.read(id, { layer: 1, limit: 100 })).toString()
}

/** A copy of a layout in which the layers are compressed. */
function compressLayers(from: string, to: string, compress: (bytes: Buffer) => Buffer): void {
  fs.cpSync(from, to, { recursive: true })
  const blob = (digest: string): string => path.join(to, 'blobs/sha256', digest.slice(7))
  const write = (bytes: Buffer): { digest: string; size: number } => {
    const digest = sha256(bytes)
    fs.writeFileSync(blob(digest), bytes)
    return { digest, size: bytes.length }
  }
  const index = JSON.parse(fs.readFileSync(path.join(to, 'index.json'), 'utf8'))
  const [entry] = index.manifests
  const manifest = JSON.parse(fs.readFileSync(blob(entry.digest), 'utf8'))
  for (const layer of manifest.layers)
    Object.assign(layer, write(compress(fs.readFileSync(blob(layer.digest)))))
  Object.assign(entry, write(Buffer.from(JSON.stringify(manifest))))
  fs.writeFileSync(path.join(to, 'index.json'), JSON.stringify(index))
}
