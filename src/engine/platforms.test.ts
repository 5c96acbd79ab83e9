// Builds for several platforms: an index of images, kept, listed, saved and written out.
import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import * as os from 'node:os'
import * as path from 'node:path'
import { after, before, test } from 'node:test'
import { silent } from '../core/index.ts'
import type { Engine } from './api/index.ts'
import { openEngine } from './engine.ts'

let home: string
let engine: Engine
before(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-platforms-'))
  engine = openEngine({ root: path.join(home, 'store'), env: {} })
})
after(() => {
  engine[Symbol.dispose]()
  fs.rmSync(home, { recursive: true, force: true })
})

const text = `FROM scratch AS from-linux
COPY <<by /
linux
by
FROM scratch AS from-windows
COPY <<by /
windows
by
FROM from-$TARGETOS
ARG TARGETPLATFORM TARGETARCH TARGETVARIANT
LABEL for=$TARGETPLATFORM
COPY <<me /$TARGETARCH$TARGETVARIANT
$TARGETPLATFORM
me
CMD run
`
const all = 'linux/amd64,linux/arm,windows/amd64'

function build(platform: string, tags: readonly string[] = []) {
  const dockerfile = { kind: 'text', text, name: 'Dockerfile' } as const
  return engine.build({ context: { kind: 'empty' }, dockerfile, platform, tags }, silent)
}

test('an index has an image for each platform', async () => {
  const built = await build(all, ['multi:1'])
  assert.equal(built.id, built.manifest)
  assert.deepEqual(
    built.platforms?.map(({ platform }) => platform),
    ['linux/amd64', 'linux/arm/v7', 'windows/amd64'],
  )
  const images = engine.inspect(built.platforms?.map(({ id }) => id) ?? []) as {
    Config: Record<string, unknown>
  }[]
  assert.deepEqual(
    images.map(({ Config }) => Config.Labels),
    [{ for: 'linux/amd64' }, { for: 'linux/arm/v7' }, { for: 'windows/amd64' }],
  )
  assert.deepEqual(
    images.map(({ Config }) => Config.Cmd),
    [
      ['/bin/sh', '-c', 'run'],
      ['/bin/sh', '-c', 'run'],
      ['cmd', '/S', '/C', 'run'],
    ],
  )
  assert.equal(engine.images({ filter: 'multi:1' }).length, 1)
  assert.equal((await build(all)).manifest, built.manifest, 'everything comes from the cache')
})

test('its files are written out side by side', async () => {
  const { id } = await build(all)
  const directory = path.join(home, 'out')
  fs.mkdirSync(directory)
  fs.symlinkSync('/nowhere', path.join(directory, 'linux_amd64'))
  await engine.exportDirectory(id, directory, silent)
  assert.deepEqual(fs.globSync('**/*', { cwd: directory }).sort(), [
    ...[
      'linux_amd64',
      'linux_amd64/amd64',
      'linux_amd64/by',
      'linux_arm_v7',
      'linux_arm_v7/armv7',
      'linux_arm_v7/by',
    ],
    ...['windows_amd64', 'windows_amd64/amd64', 'windows_amd64/by'],
  ])
  assert.equal(fs.readFileSync(path.join(directory, 'windows_amd64/by'), 'utf8'), 'windows\n')
  await engine.exportDirectory(id, directory, silent)
})

test('a layout keeps the index, and it comes back whole', async () => {
  const { manifest } = await build(all, ['multi:2'])
  engine.tag('multi:2', 'multi:3')
  const layout = path.join(home, 'layout')
  await engine.save(['multi:2', 'multi:3'], { format: 'oci-dir', output: layout }, silent)
  const index = JSON.parse(fs.readFileSync(path.join(layout, 'index.json'), 'utf8'))
  assert.deepEqual(
    index.manifests.map(({ digest }: { digest: string }) => digest),
    [manifest, manifest],
  )
  using other = openEngine({ root: path.join(home, 'other'), env: {} })
  await other.load(layout, silent)
  const again = path.join(home, 'again')
  await other.save(['multi:3'], { format: 'oci-dir', output: again }, silent)
  assert.deepEqual(
    fs.readdirSync(path.join(again, 'blobs/sha256')),
    fs.readdirSync(path.join(layout, 'blobs/sha256')),
  )
})

test('an image of none of this machine is still an image', async () => {
  const { id } = await build('linux/s390x,linux/riscv64', ['foreign'])
  assert.equal(engine.images({ filter: 'foreign' }).length, 1)
  assert.ok(engine.history('foreign').length > 0)
  assert.ok(engine.history(id).length > 0)
})

test('annotations go to the manifests and the index that they are for', async () => {
  const make = (platform: string, annotations: readonly string[]) =>
    engine.build(
      {
        context: { kind: 'empty' },
        dockerfile: { kind: 'text', text, name: 'Dockerfile' },
        platform,
        annotations,
        tags: ['noted'],
      },
      silent,
    )
  const built = await make('linux/amd64,linux/arm', [
    'a=1',
    'index:b=2',
    'manifest[linux/arm/v7],index:c=x=y',
  ])
  const layout = path.join(home, 'noted')
  await engine.save(['noted'], { format: 'oci-dir', output: layout }, silent)
  const read = (digest: string) =>
    JSON.parse(fs.readFileSync(path.join(layout, 'blobs', digest.replace(':', '/')), 'utf8')) as {
      annotations: unknown
    }
  assert.deepEqual(read(built.manifest).annotations, { b: '2', c: 'x=y' })
  const manifests = built.platforms?.map(({ manifest }) => read(manifest).annotations)
  assert.deepEqual(manifests, [{ a: '1' }, { a: '1', c: 'x=y' }])
  await assert.rejects(make('linux/amd64', ['index:a=1']), /makes none/)
  for (const wrong of ['a', 'manifest:a', 'index-descriptor:a=1'])
    await assert.rejects(make('linux/amd64', [wrong]), /invalid annotation/)
})
