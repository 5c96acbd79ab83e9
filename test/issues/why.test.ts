// One change at a time between two builds: `why` names that change and nothing else, after the fact.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { silent } from '../../src/core/index.ts'
import { type BuildOptions, type Engine, openEngine } from '../../src/engine/index.ts'
import { callCli } from '../../src/testing/shell.ts'
import { baseMissing, baseTar } from '../conformance/build-base.ts'

const dockerfile = `FROM base:1
ARG USED=1
COPY src /src
ENV E=1
RUN --mount=type=cache,target=/c,id=one : $USED
ARG LATE=1
ARG TOKEN=1
`

interface Change {
  readonly name: string
  readonly change: (write: (file: string, text: string | undefined) => void, directory: string) => void
  readonly args?: Readonly<Record<string, string>>
  readonly secretArgs?: readonly string[]
  /** What `why` says: the reasons of COPY and of RUN. */
  readonly copy: readonly string[]
  readonly run: readonly string[]
}

const below = 'the layers below changed'
const edit =
  (from: string, to: string): Change['change'] =>
  (write) =>
    write('Dockerfile', dockerfile.replace(from, to))
const nothing: Change['change'] = () => {}

const changes: readonly Change[] = [
  {
    name: 'a byte of a file',
    change: (write) => write('src/a', 'B\n'),
    copy: ['src/a content changed'],
    run: [below],
  },
  {
    name: 'its mode',
    change: (_, directory) => fs.chmodSync(path.join(directory, 'src/a'), 0o755),
    copy: ['src/a mode changed from 644 to 755'],
    run: [below],
  },
  {
    name: 'its name',
    change: (_, directory) => fs.renameSync(path.join(directory, 'src/a'), path.join(directory, 'src/z')),
    copy: ['src/z was src/a before'],
    run: [below],
  },
  { name: 'a new file', change: (write) => write('src/c', 'c\n'), copy: ['src/c is new'], run: [below] },
  {
    name: 'a removed file',
    change: (write) => write('src/b', undefined),
    copy: ['src/b is gone'],
    run: [below],
  },
  {
    name: '.dockerignore that hides a file',
    change: (write) => write('.dockerignore', 'src/hidden\nsrc/b\n'),
    copy: ['src/b is gone (.dockerignore hides it now)'],
    run: [below],
  },
  {
    name: '.dockerignore that shows a file',
    change: (write) => write('.dockerignore', ''),
    copy: ['src/hidden is new (.dockerignore hid it before)'],
    run: [below],
  },
  {
    name: 'an ARG that is used',
    change: nothing,
    args: { USED: '2' },
    copy: [],
    run: ['ARG USED changed from "1" to "2"'],
  },
  { name: 'an ARG that is not used', change: nothing, args: { LATE: '2' }, copy: [], run: [] },
  { name: 'ENV', change: edit('ENV E=1', 'ENV E=2'), copy: [], run: ['ENV E changed from "1" to "2"'] },
  {
    name: 'the text of a RUN',
    change: edit(': $USED', ': "$USED"'),
    copy: [],
    run: ['command changed from ": $USED" to ": \\"$USED\\""'],
  },
  {
    name: 'a mount option',
    change: edit('id=one', 'id=two'),
    copy: [],
    run: ['--mount /c id changed from "one" to "two"'],
  },
  {
    name: 'a build argument that is secret by its name',
    change: edit('ARG USED=1', 'ARG USED=1\nARG API_TOKEN'),
    args: { API_TOKEN: 'planted-secret-1' },
    copy: [],
    run: ['ARG API_TOKEN is new'],
  },
  {
    name: 'a build argument marked secret',
    change: nothing,
    args: { USED: 'planted-secret-2' },
    secretArgs: ['USED'],
    copy: [],
    run: ['ARG USED changed'],
  },
  {
    name: 'mtime only',
    change: (_, directory) => fs.utimesSync(path.join(directory, 'src/a'), 1_000_000_000, 1_000_000_000),
    copy: [],
    run: [],
  },
]

const skip = process.getuid?.() !== 0 ? 'RUN needs root' : (baseMissing() ?? false)

describe('why names the change and nothing else', { skip }, () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  const root = path.join(folder, 'store')
  let engine: Engine

  before(async () => {
    fs.writeFileSync(path.join(folder, 'base.tar'), baseTar())
    engine = openEngine({ root })
    await engine.import({ source: path.join(folder, 'base.tar'), tag: 'base:1' }, silent)
  })

  after(() => {
    engine?.[Symbol.dispose]()
    fs.rmSync(folder, { recursive: true, force: true })
  })

  const place = (name: string) => {
    const directory = path.join(folder, name.replaceAll(/\W/g, '-'))
    const write = (file: string, text: string | undefined): void => {
      const full = path.join(directory, file)
      fs.mkdirSync(path.dirname(full), { recursive: true })
      if (text === undefined) fs.rmSync(full)
      else fs.writeFileSync(full, text)
    }
    // what this case alone has: no other case's records may answer for it
    write('Dockerfile', dockerfile)
    write('.dockerignore', 'src/hidden\n')
    for (const file of ['a', 'b', 'hidden']) write(`src/${file}`, `${file} of ${name}\n`)
    const build = (options: Partial<BuildOptions> = {}) =>
      engine.build({ context: { kind: 'directory', path: directory }, ...options }, silent)
    return { directory, write, build }
  }

  for (const { name, change, args, secretArgs, copy, run } of changes)
    test(name, async () => {
      const { directory, write, build } = place(name)
      await build()
      change(write, directory)
      await build({ buildArgs: args ?? {}, secretBuildArgs: secretArgs ?? [] })
      const report = await engine.why()
      assert.deepEqual(
        report.steps.map(({ reasons }) => reasons),
        [copy, run],
      )
      assert.deepEqual(
        report.steps.map(({ outcome }) => outcome),
        [copy, run].map((reasons) => (reasons.length === 0 ? 'reused' : 'done')),
      )
      assert.equal(report.steps[1]?.follows?.name, run[0] === below ? 'COPY src /src' : undefined)
    })

  test('the digest of the base', async () => {
    const { directory, build } = place('base')
    const on = (text: string, tag: string) =>
      engine.build(
        { context: { kind: 'empty' }, dockerfile: { kind: 'text', text, name: 'Dockerfile' }, tags: [tag] },
        silent,
      )
    await on('FROM base:1\nRUN echo 1 > /base\n', 'own:1')
    fs.writeFileSync(path.join(directory, 'Dockerfile'), 'FROM own:1\nRUN echo top > /top\n')
    await build()
    await on('FROM base:1\nRUN echo 2 > /base\n', 'own:1')
    await build()
    const { bases, steps } = await engine.why()
    assert.match(
      bases[0]?.reasons.join() ?? '',
      /^base digest changed from "sha256:\w+…?" to "sha256:\w+…?"$/,
    )
    assert.deepEqual(
      steps.map(({ reasons, follows }) => [reasons, follows?.name]),
      [[[below], 'FROM own:1']],
    )
  })

  test('a file of another stage', async () => {
    const { write, build } = place('stage')
    write('Dockerfile', 'FROM base:1 AS one\nCOPY src /src\nFROM base:1\nCOPY --from=one /src/a /a\n')
    await build()
    write('src/a', 'other\n')
    await build()
    assert.deepEqual(
      (await engine.why()).steps.map(({ reasons }) => reasons),
      [['src/a content changed'], ['/src/a content changed']],
    )
  })

  test('a step that nothing like it was built before, and a step put before others', async () => {
    const { write, build } = place('new')
    write('Dockerfile', 'FROM base:1\nRUN echo one of new\nRUN echo two of new\n')
    await build()
    assert.deepEqual((await engine.why()).steps[0]?.reasons, ['nothing like it was built before'])
    write('Dockerfile', 'FROM base:1\nCOPY src/a /a\nRUN echo one of new\nRUN echo two of new\n')
    await build()
    assert.deepEqual(
      (await engine.why()).steps.map(({ reasons }) => reasons),
      [['nothing like it was built before'], [below], [below]],
    )
  })

  test('--require-cached fails at the first miss with the reason, and leaves a record', async () => {
    const { write, build } = place('require')
    await build({ tags: ['required:1'] })
    await build({ requireCached: true })
    write('src/a', 'other\n')
    await assert.rejects(build({ requireCached: true }), {
      code: 'step.uncached',
      message: 'COPY src /src is not in the cache: src/a content changed',
    })
    const failed = await engine.why()
    assert.equal(failed.outcome, 'failed')
    assert.deepEqual(
      failed.steps.map(({ outcome, reasons }) => [outcome, reasons]),
      [['failed', ['src/a content changed']]],
    )
    const [last, before] = await engine.builds({ limit: 2 })
    assert.deepEqual([last?.number, before?.number], [failed.number, failed.number - 1])
    assert.equal((await engine.buildReport('^1')).number, before?.number)
    assert.equal((await engine.buildReport(String(before?.number))).outcome, 'done')
    // its last build found all in the cache
    assert.deepEqual(
      (await engine.why('required:1')).steps.flatMap(({ reasons }) => reasons),
      [],
    )
    await assert.rejects(engine.why('999999'), { code: 'build.missing' })
  })

  test('the command line draws it, and says no secret', async () => {
    const { write, build } = place('drawn')
    await build()
    write('src/a', 'other\n')
    await build({ buildArgs: { USED: 'planted-secret-3' }, secretBuildArgs: ['USED'], tags: ['drawn:1'] })
    const why = await callCli(['why'], { engine })
    assert.deepEqual(why.out.split('\n').slice(2), [
      'DONE    [stage-0 1/2] COPY src /src (line 3)',
      '          src/a content changed',
      'DONE    [stage-0 2/2] RUN --mount=type=cache,target=/c,id=one : $USED (line 5)',
      '          ARG USED changed',
      '          the layers below changed: [stage-0 1/2] COPY src /src',
      '',
    ])
    const table = await callCli(['builds', 'drawn:1'], { engine })
    assert.match(table.out, /\[stage-0 1\/2\] COPY src \/src +done +\d+\.\ds +\d+B +█/)
    const list = await callCli(
      ['builds', '-n1', '--format', '{{.Name}} {{.Status}} {{.Steps}} {{.Cached}}'],
      { engine },
    )
    assert.equal(list.out, 'drawn:1 done 2 0\n')
    assert.ok(!JSON.stringify(engine.history('drawn:1')).includes('planted'))
  })

  test('a build that failed before its first step says why, and where', async () => {
    const { write, build } = place('unplanned')
    write('Dockerfile', 'FROM base:1\nRUNN x\n')
    await assert.rejects(build(), { code: 'dockerfile.invalid' })
    const { out } = await callCli(['why'], { engine })
    assert.match(out, /^Build \d+ \(Dockerfile\), .*: failed in \d+\.\ds, before its first step\n/)
    assert.deepEqual(out.split('\n').slice(2, 6), [
      'FAILED  unknown instruction: RUNN (did you mean RUN?)',
      'Dockerfile:2:1',
      '2 | RUNN x',
      '  | ^^^^',
    ])
    assert.match(out, /\ninstructions are ADD, .*\n$/)
    write('Dockerfile', 'FROM base:1\nCOPY --from=127.0.0.1:1/no/such:1 x /\n')
    await assert.rejects(build())
    const { failure, steps } = await engine.why()
    assert.deepEqual([steps, failure?.place?.line], [[], 2])
    write('Dockerfile', 'FROM base:1\nLABEL a=b\n')
    await build()
    assert.match((await callCli(['why'], { engine })).out, /: done in \d+\.\ds, no steps\n/)
  })

  test('no marked value is in the store, and one that is secret by its name only in the history, as docker has it', () => {
    const found: string[] = []
    for (const name of fs.readdirSync(root, { recursive: true, encoding: 'utf8' })) {
      const file = path.join(root, name)
      if (!fs.statSync(file).isFile()) continue
      const planted = fs.readFileSync(file, 'latin1').match(/planted-secret-\d/g) ?? []
      if (planted.some((value) => !name.startsWith('blobs') || value !== 'planted-secret-1')) found.push(name)
    }
    assert.deepEqual(found, [])
  })

  test('pruning keeps the last build and those of images', async () => {
    const before = await engine.builds()
    await engine.prune({ all: true }, silent)
    const left = await engine.builds()
    assert.ok(left.length < before.length)
    assert.equal(left[0]?.number, before[0]?.number)
    assert.ok(left.some(({ image }) => image === engine.inspect(['required:1'])[0]?.Id))
    assert.ok(left.every(({ number, image }) => number === before[0]?.number || image !== undefined))
  })
})
