// The three traps of the lesson, built for real: what history, waste, dive's JSON and the study say of them, by line and by byte.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { silent } from '../../src/core/index.ts'
import { type Engine, openEngine, type Study, type StudyItem, study } from '../../src/engine/index.ts'
import { baseMissing, baseTar } from '../conformance/build-base.ts'

const payload = 300_000

interface Trap {
  readonly name: string
  readonly dockerfile: string
  readonly files: Readonly<Record<string, number>>
  /** The piece of waste: its class, its path, its bytes, the lines that brought and hid it. */
  readonly waste: {
    readonly class: StudyItem['class']
    readonly path: string
    readonly bytes: number
    readonly brought: number
    readonly hidden: number
  }
  /** What dive's formula makes of it. */
  readonly diveWasted: number
}

const traps: readonly Trap[] = [
  {
    name: 'RUN rm -rf in a later layer',
    dockerfile: [
      'FROM base:1',
      '# a comment, so that lines and steps differ',
      'RUN mkdir /build && dd if=/dev/zero bs=1000 count=300 2>/dev/null | tr "\\0" x > /build/objects',
      'RUN echo done > /result',
      'RUN rm -rf /build',
    ].join('\n'),
    files: {},
    waste: { class: 'deleted', path: '/build/objects', bytes: payload, brought: 3, hidden: 5 },
    // The classic trap: dive does not see it.
    diveWasted: 0,
  },
  {
    name: 'chown -R after COPY',
    dockerfile: ['FROM base:1', 'WORKDIR /', 'COPY app /srv/app', 'RUN chown -R 1000:1000 /srv/app'].join(
      '\n',
    ),
    files: { 'app/one': 100_000, 'app/two': 200_000 },
    waste: { class: 'metadataOnly', path: '/srv/app', bytes: payload, brought: 3, hidden: 4 },
    // Counted twice.
    diveWasted: 2 * payload,
  },
  {
    name: 'a key copied and removed',
    dockerfile: [
      'FROM base:1',
      'COPY key /root/key',
      'RUN cat /root/key > /dev/null',
      'RUN rm /root/key',
    ].join('\n'),
    files: { key: 1_675 },
    waste: { class: 'deleted', path: '/root/key', bytes: 1_675, brought: 2, hidden: 4 },
    diveWasted: 1_675,
  },
]

describe('the traps of the lesson, built for real', { skip: baseMissing() ?? false }, () => {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  let engine: Engine
  before(async () => {
    engine = openEngine({ root: path.join(root, 'store') })
    await engine.import({ source: Readable.from([baseTar()]), tag: 'base:1' }, silent)
  })
  after(() => {
    engine[Symbol.dispose]()
    fs.rmSync(root, { recursive: true, force: true })
  })
  for (const [i, trap] of traps.entries())
    test(trap.name, async () => {
      const context = path.join(root, `context-${i}`)
      for (const [name, size] of Object.entries({ Dockerfile: 0, ...trap.files })) {
        const file = path.join(context, name)
        fs.mkdirSync(path.dirname(file), { recursive: true })
        fs.writeFileSync(file, name === 'Dockerfile' ? trap.dockerfile : name.padEnd(size, '.'))
      }
      const tag = `trap:${i}`
      await engine.build({ context: { kind: 'directory', path: context }, tags: [tag] }, silent)
      using stored = await engine.study(tag, {}, silent)
      check(trap, stored)

      // The same image as an archive knows no lines, and has the same bytes.
      const archive = path.join(root, `${i}.tar`)
      await engine.save([tag], { format: 'docker-archive', output: archive }, silent)
      using other = await study(archive, { root: path.join(root, 'elsewhere') })
      assert.deepEqual(other.report.totals, stored.report.totals)
      assert.deepEqual(other.report.classes, stored.report.classes)
      assert.deepEqual(other.report.dive, stored.report.dive)
      assert.ok(other.report.layers.every(({ place }) => place === undefined))
      using gzipped = await engine.study(gzip(archive), {}, silent)
      assert.deepEqual(gzipped.report.totals, stored.report.totals)

      const line = engine.history(tag).find(({ place }) => place?.line === trap.waste.brought)
      assert.ok((line?.size ?? 0) >= trap.waste.bytes, 'history shows the bytes beside the line')
    })
})

function check(trap: Trap, { report, tree, diveDocument }: Study): void {
  const { waste } = trap
  const [item] = report.items.filter(({ hiddenBy }) => hiddenBy !== undefined)
  assert.ok(item !== undefined)
  const lineOf = (layer: number | undefined): number | undefined => report.layers[layer!]?.place?.line
  assert.deepEqual(
    { class: item.class, path: item.path, bytes: item.bytes },
    { class: waste.class, path: waste.path, bytes: waste.bytes },
  )
  assert.equal(lineOf(item.broughtBy), waste.brought)
  assert.equal(lineOf(item.hiddenBy), waste.hidden)
  assert.match(item.advice, new RegExp(`Dockerfile:${waste.brought}\\b`))
  assert.equal(report.totals.reclaimableBytes, waste.bytes)
  assert.equal(report.image.dockerfile?.text, trap.dockerfile)
  assert.equal(report.image.baseLayers, 1)
  assert.equal(report.layers[item.broughtBy]!.wastedBytes, waste.bytes)
  assert.equal(report.layers[item.hiddenBy!]!.hidesBytes, waste.bytes)
  const document = diveDocument()
  assert.equal(document.image.inefficientBytes, trap.diveWasted)
  assert.equal(document.layer[item.broughtBy]!.sizeBytes, report.layers[item.broughtBy]!.size)
  const node = tree.view({ lower: item.hiddenBy!, upper: item.hiddenBy! + 1 }).find(waste.path)!
  const mark = tree.view({ lower: item.hiddenBy!, upper: item.hiddenBy! + 1 }).mark(node)
  assert.equal(mark, waste.class === 'deleted' ? 'removed' : 'attributesOnly')
}

function gzip(file: string): string {
  fs.writeFileSync(`${file}.gz`, gzipSync(fs.readFileSync(file), { level: 1 }))
  return `${file}.gz`
}
