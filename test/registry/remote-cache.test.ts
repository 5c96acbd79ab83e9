// A cache that machines share: one fills it, another with an empty store builds from it and fetches only what its image needs.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { zstdDecompressSync } from 'node:zlib'
import { sha256, silent } from '../../src/core/index.ts'
import { type Machine, machinesMissing, openPlace, type Place } from './cache-machines.ts'

const secret = 'correct-horse-battery'
/** Bytes that the layers of the build stage have at least, compressed. */
const toolchain = 4_000_000

function filesOf({ host }: Place): Readonly<Record<string, string>> {
  return {
    Dockerfile: `FROM ${host}/base:1 AS build
ARG TOKEN
RUN head -c ${toolchain} /dev/urandom > /toolchain && test -n "$TOKEN"
WORKDIR /app
COPY src ./
RUN cat a.txt b.txt > out && head -c 100 /dev/urandom >> out
FROM ${host}/base:1
COPY --from=build /app/out /out
RUN --mount=from=build,source=/app,target=/b cat /b/a.txt > /a
COPY src/a.txt /
`,
    'src/a.txt': 'one\n',
    'src/b.txt': 'two\n',
  }
}

const hits = (count: number): readonly string[] => Array.from({ length: count }, () => 'hit')
const given = { buildArgs: { TOKEN: secret }, secretBuildArgs: ['TOKEN'] }

describe('a shared cache', { skip: machinesMissing() ?? false }, () => {
  test('of all stages: every step hits on another machine, and no layer comes that the image does not need', async (t) => {
    const place = await openPlace(t)
    const [a, b] = [place.machine('a', filesOf(place)), place.machine('b', filesOf(place))]
    const ref = `${place.host}/app:cache`
    const made = await a.build({ ...given, cacheTo: [{ kind: 'registry', ref, mode: 'max' }] })
    const found = await b.build({ ...given, cacheFrom: [{ kind: 'registry', ref }] })
    assert.deepEqual(found.verdicts, hits(7))
    assert.equal(found.id, made.id)
    assert.ok(found.read < toolchain / 2, `${found.read} bytes came`)
    assert.deepEqual((await b.engine.doctor({ verify: true }, silent)).verified?.problems, [])
    // what came is the machine's own now, but for what nothing needed
  })

  test('a changed file is named on the other machine, and what it needs is fetched', async (t) => {
    const place = await openPlace(t)
    const [a, b] = [place.machine('a', filesOf(place)), place.machine('b', filesOf(place))]
    const ref = `${place.host}/app:cache`
    await a.build({ ...given, cacheTo: [{ kind: 'registry', ref, mode: 'max' }] })
    fs.writeFileSync(path.join(b.context, 'src/b.txt'), 'three\n')
    const found = await b.build({ ...given, cacheFrom: [{ kind: 'registry', ref }] })
    assert.deepEqual(found.verdicts.slice(0, 4), [
      'hit',
      'hit',
      'src/b.txt content changed',
      'the layers below changed',
    ])
    const why = await b.engine.why()
    const copy = why.steps.find(({ name }) => name === 'COPY src ./')
    assert.deepEqual(copy?.reasons, ['src/b.txt content changed'])
    fs.writeFileSync(
      path.join(b.context, 'Dockerfile'),
      filesOf(place).Dockerfile!.replace('cat a.txt b.txt', 'cat b.txt'),
    )
    fs.writeFileSync(path.join(b.context, 'src/b.txt'), 'two\n')
    const changed = await b.build({ ...given, cacheFrom: [{ kind: 'registry', ref }] })
    assert.deepEqual(changed.verdicts.slice(0, 3), hits(3))
    assert.match(changed.verdicts[3]!, /^command changed from "cat a.txt/)
  })

  test('secret arguments hit with the same value, and cannot be read in the cache', async (t) => {
    const place = await openPlace(t)
    const [a, b] = [place.machine('a', filesOf(place)), place.machine('b', filesOf(place))]
    const directory = path.join(place.folder, 'cache')
    await a.build({ ...given, cacheTo: [{ kind: 'local', directory, mode: 'max' }] })
    const blobs = path.join(directory, 'blobs/sha256')
    for (const name of fs.readdirSync(blobs))
      assert.ok(!readable(path.join(blobs, name)).includes(secret), name)
    const cacheFrom = [{ kind: 'local', directory } as const]
    const other = await b.build({ ...given, buildArgs: { TOKEN: 'another' }, cacheFrom })
    assert.equal(other.verdicts[0], 'ARG TOKEN changed')
    assert.deepEqual((await b.build({ ...given, cacheFrom })).verdicts, hits(7))
  })

  test('in the image: its own layers hit, and docker would see the same image', async (t) => {
    const place = await openPlace(t)
    const files = {
      ...filesOf(place),
      Dockerfile: `FROM ${place.host}/base:1\nRUN date +%N > /a\nCOPY src /src\n`,
    }
    const [a, b] = [place.machine('a', files), place.machine('b', files)]
    const tag = `${place.host}/app:1`
    const made = await a.build({ tags: [tag], cacheTo: [{ kind: 'inline' }] })
    await a.engine.push([tag], {}, silent)
    const found = await b.build({
      cacheFrom: [{ kind: 'registry', ref: tag }],
      cacheTo: [{ kind: 'inline' }],
    })
    assert.deepEqual(found.verdicts, hits(2))
    assert.equal(found.id, made.id)
    const plain = await b.build()
    const [with_, without] = [
      (await b.engine.inspect([made.id]))[0]!,
      (await b.engine.inspect([plain.id]))[0]!,
    ]
    for (const field of ['Config', 'RootFS', 'Created', 'Architecture', 'Size'])
      assert.deepEqual(with_[field], without[field], field)
    fs.appendFileSync(path.join(b.context, 'src/a.txt'), 'more')
    const changed = await place.machine('c', { ...files, 'src/a.txt': 'more' }).build({
      cacheFrom: [{ kind: 'registry', ref: tag }],
    })
    assert.deepEqual(changed.verdicts, ['hit', 'src/a.txt content changed'])
  })

  test('several at once: min has the layers of the image, and the same cache can be read and written without its layers', async (t) => {
    const place = await openPlace(t)
    const [a, b, c] = ['a', 'b', 'c'].map((name) => place.machine(name, filesOf(place))) as [
      Machine,
      Machine,
      Machine,
    ]
    const directory = path.join(place.folder, 'cache')
    const least = path.join(place.folder, 'least')
    const ref = `${place.host}/app:cache`
    const all = [
      { kind: 'registry', ref, mode: 'max' },
      { kind: 'local', directory, mode: 'max', compression: 'zstd' },
      { kind: 'local', directory: least, tag: 'x' },
    ] as const
    await a.build({ ...given, cacheTo: all })
    const before = fs.readFileSync(path.join(directory, 'index.json'), 'utf8')
    await a.build({ ...given, cacheTo: all })
    assert.equal(fs.readFileSync(path.join(directory, 'index.json'), 'utf8'), before)
    const found = await b.build({
      ...given,
      cacheFrom: [
        { kind: 'local', directory: least, tag: 'x' },
        { kind: 'registry', ref },
      ],
      cacheTo: [
        { kind: 'registry', ref, mode: 'max' },
        { kind: 'registry', ref: `${place.host}/copy:cache`, mode: 'max' },
      ],
    })
    assert.deepEqual([found.verdicts, found.told], [hits(7), []])
    assert.ok(found.read < toolchain / 2, `${found.read} bytes came`)
    // what was copied from registry to registry is whole
    const copied = await c.build({
      ...given,
      cacheFrom: [{ kind: 'registry', ref: `${place.host}/copy:cache` }],
      target: 'build',
    })
    assert.deepEqual(copied.verdicts, hits(4))
    assert.ok(copied.read > toolchain)
    const few = await place
      .machine('d', filesOf(place))
      .build({ ...given, cacheFrom: [{ kind: 'local', directory: least, tag: 'x' }] })
    assert.deepEqual([few.verdicts, few.told], [hits(7), []])
    const e = place.machine('e', { ...filesOf(place), 'src/b.txt': 'three\n' })
    const redone = await e.build({ ...given, cacheFrom: [{ kind: 'local', directory: least, tag: 'x' }] })
    assert.match(redone.told[0]!, /has only the layers of its image/)
    assert.equal(redone.told.length, 1)
    assert.deepEqual(redone.verdicts.slice(0, 4), [
      'its layer is no longer stored',
      'the layers below changed',
      'src/b.txt content changed',
      'the layers below changed',
    ])
  })

  test('a cache that is not there, is none, or has lost or forged layers, is a warning', async (t) => {
    const place = await openPlace(t)
    const [a, b] = [place.machine('a', filesOf(place)), place.machine('b', filesOf(place))]
    const directory = path.join(place.folder, 'cache')
    await a.build({ ...given, cacheTo: [{ kind: 'local', directory, mode: 'max' }] })
    const nothing = await b.build({
      ...given,
      target: 'build',
      cacheFrom: [
        { kind: 'registry', ref: `${place.host}/none:1` },
        { kind: 'registry', ref: `${place.host}/base:1` },
        { kind: 'local', directory: path.join(place.folder, 'none') },
      ],
    })
    const expected = [/is not in the registry$/, /an image without an inline cache$/, /has no image latest$/]
    for (const [i, pattern] of expected.entries()) assert.match(nothing.told[i]!, pattern)

    const blobs = path.join(directory, 'blobs/sha256')
    const sizes = fs
      .readdirSync(blobs)
      .map((name) => [name, fs.statSync(path.join(blobs, name)).size] as const)
    for (const [name, size] of sizes) if (size < 300) forge(path.join(blobs, name))
    const damaged = await place
      .machine('c', filesOf(place))
      .build({ ...given, cacheFrom: [{ kind: 'local', directory }] })
    assert.match(damaged.told[0]!, /does not give what it lists/)
    assert.equal(damaged.steps.at(-1)?.outcome, 'done')

    // a list that says of a step that it gave another layer
    const forged = path.join(place.folder, 'forged')
    await a.build({ ...given, cacheTo: [{ kind: 'local', directory: forged, mode: 'max' }] })
    relabel(forged)
    const misled = await place
      .machine('d', filesOf(place))
      .build({ ...given, cacheFrom: [{ kind: 'local', directory: forged }] })
    assert.match(misled.told[0]!, /diff id sha256:0{60}\d+ was expected/)
    assert.equal(misled.steps.at(-1)?.outcome, 'done')
  })

  test('a cache that cannot be written fails the build when the image is stored, unless that does not matter', async (t) => {
    const place = await openPlace(t)
    const a = place.machine('a', { Dockerfile: 'FROM scratch\nCOPY Dockerfile /\n' })
    const cacheTo = { kind: 'registry', ref: '127.0.0.1:1/app:cache' } as const
    await assert.rejects(a.build({ tags: ['app:1'], cacheTo: [cacheTo] }), { code: 'cache.failed' })
    const { told } = await a.build({ cacheTo: [{ ...cacheTo, ignoreError: true }] })
    assert.match(told[0]!, /cannot be exported to 127\.0\.0\.1:1\/app:cache/)
  })
})

/** Makes the list of a cache in a layout name another layer instead of each. */
function relabel(directory: string): void {
  const blob = (digest: string): string => path.join(directory, 'blobs/sha256', digest.slice(7))
  const put = (value: object): { digest: string; size: number } => {
    const bytes = Buffer.from(JSON.stringify(value))
    const digest = sha256(bytes)
    fs.writeFileSync(blob(digest), bytes)
    return { digest, size: bytes.length }
  }
  const read = (file: string) => JSON.parse(fs.readFileSync(file, 'utf8'))
  const index = read(path.join(directory, 'index.json'))
  const manifest = read(blob(index.manifests[0].digest))
  const document = read(blob(manifest.config.digest))
  for (const [i, layer] of document.layers.entries()) layer.diffId = `sha256:${String(i).padStart(64, '0')}`
  Object.assign(manifest.config, put(document))
  Object.assign(index.manifests[0], put(manifest))
  fs.writeFileSync(path.join(directory, 'index.json'), JSON.stringify(index))
}

/** Turns a byte of a layer; other files stay. */
function forge(file: string): void {
  const bytes = fs.readFileSync(file)
  if (bytes[0] !== 0x1f) return
  bytes[bytes.length - 9]! ^= 1
  fs.writeFileSync(file, bytes)
}

/** A blob's text, with what is compressed in it taken apart: recipes are pieces of zstd behind their lengths. */
function readable(file: string): string {
  const bytes = fs.readFileSync(file)
  let text = bytes.toString('latin1')
  try {
    for (let at = 0; at < bytes.length; ) {
      const end = at + 4 + bytes.readUInt32LE(at)
      text += zstdDecompressSync(bytes.subarray(at + 4, end)).toString('latin1')
      at = end
    }
  } catch {
    // no recipes
  }
  return text
}
