// A cache that machines share: one fills it, another with an empty store builds from it and fetches only what its image needs.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { zstdDecompressSync } from 'node:zlib'
import { silent } from '../../src/core/index.ts'
import { machinesMissing, openPlace, type Place } from './cache-machines.ts'

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
})

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
