// Dockerfiles with known traps: what is found must name the right lines, and `fix` must mend them to images that are the same and
// smaller, or refuse with the reason. A folder of `cases` is a case; `fixed.Dockerfile` in it is what must come out.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { silent } from '../../src/core/index.ts'
import { type Engine, type FixReport, openEngine } from '../../src/engine/index.ts'
import { secretMakers, seeded } from '../../src/testing/secrets.ts'
import { openStoreUnderTest, type StoreUnderTest, skipReason } from '../e2e/store-under-test.ts'

interface Case {
  readonly changeInputs?: boolean
  readonly archive?: boolean
  /** What the checks say: line and rule. */
  readonly checks: readonly string[]
  /** Of the waste that is found: class, path, the line that brought it, the line that hid it. */
  readonly waste: readonly string[]
  /** What `secrets` finds: rule and line. */
  readonly secrets?: readonly string[]
  /** What became of each change: outcome, kind and lines. */
  readonly changes: readonly string[]
  /** A part of the reason of one that was not made. */
  readonly reason?: string
  /** Bytes that the image has less. */
  readonly less: number
  /** Directories that are meant to go. */
  readonly meant?: readonly string[]
}

const cases = path.join(import.meta.dirname, 'cases')
const random = seeded(6)
const key = secretMakers['private-key']!(random)
const token = secretMakers['npm-token']!(random).value

describe('fix', { skip: skipReason() }, () => {
  let store: StoreUnderTest
  let engine: Engine
  before(async () => {
    store = await openStoreUnderTest()
    await store.peel('build', '-t', 'toolbox', path.join(import.meta.dirname, 'toolbox'))
    engine = openEngine({ root: store.root })
  })
  after(() => {
    engine[Symbol.dispose]()
    store[Symbol.dispose]()
  })

  for (const name of fs.readdirSync(cases))
    test(name, async () => {
      const folder = path.join(cases, name)
      const wanted = JSON.parse(fs.readFileSync(path.join(folder, 'case.json'), 'utf8')) as Case
      const context = prepare(name, wanted.archive === true)
      const buildArgs = wanted.secrets?.some((one) => one.startsWith('npm-token')) ? { NPM_TOKEN: token } : {}
      const build = { context: { kind: 'directory', path: context }, buildArgs } as const

      const { warnings } = await engine.check(build, silent)
      assert.deepEqual(
        warnings.map(({ rule, place }) => `${place.line} ${rule}`),
        wanted.checks,
        'checks',
      )
      await engine.build({ ...build, tags: [`${name}:before`] }, silent)
      assert.deepEqual(await wasteOf(`${name}:before`), wanted.waste, 'waste')
      const secrets = await engine.secrets(`${name}:before`, {}, silent)
      assert.deepEqual(
        secrets.findings.filter(({ base }) => !base).map(({ rule, place }) => `${rule} ${place?.line}`),
        wanted.secrets ?? [],
        'secrets',
      )

      const report = await engine.fix({ build, changeInputs: wanted.changeInputs }, silent)
      assert.deepEqual(
        report.changes.map(({ outcome, kind, lines }) => `${outcome} ${kind} ${lines.join(',')}`),
        wanted.changes,
      )
      const reasons = report.changes.map(({ reason = '' }) => reason).join('\n')
      assert.ok(reasons.includes(wanted.reason ?? ''), reasons)
      assert.ok(!JSON.stringify(report).includes(token), 'no value of a secret is told')
      const golden = path.join(folder, report.diff === '' ? 'Dockerfile' : 'fixed.Dockerfile')
      assert.equal(report.text, fs.readFileSync(golden, 'utf8'))
      assert.equal(fs.existsSync(path.join(folder, 'fixed.Dockerfile')), report.diff !== '')
      assert.equal(report.before.bytes - (report.after?.bytes ?? report.before.bytes), wanted.less)
      if (report.diff === '') return
      assert.equal(report.proof?.same, true)
      assert.deepEqual(report.proof?.meant.paths, wanted.meant ?? [])
      applyDiff(folder, report)
      assert.deepEqual(
        await listImage(report.after!.image, wanted.meant ?? []),
        await listImage(report.before.image, wanted.meant ?? []),
        'the same by tar',
      )
    })

  /** The context of a case, with what must not or need not stand in the repository. */
  function prepare(name: string, archive: boolean): string {
    const context = path.join(store.folder, name)
    fs.mkdirSync(context)
    const files = path.join(cases, name, 'files')
    if (fs.existsSync(files)) fs.cpSync(files, context, { recursive: true })
    fs.copyFileSync(path.join(cases, name, 'Dockerfile'), path.join(context, 'Dockerfile'))
    if (name.includes('key')) fs.writeFileSync(path.join(context, 'deploy.key'), key.text)
    if (!archive) return context
    const inside = store.context(`${name}-archive`, {
      'bin/hammer': 'hammer\n'.repeat(20_000),
      'bin/saw': 'saw\n'.repeat(50_000),
    })
    execFileSync('tar', ['-C', inside, '-czf', path.join(context, 'tools.tar.gz'), '.'])
    return context
  }

  async function wasteOf(image: string): Promise<string[]> {
    using study = await engine.study(image, {}, silent)
    const { items, layers } = study.report
    const lineOf = (layer: number | undefined): string =>
      layer === undefined ? '' : layers[layer]!.base ? ' base' : ` ${layers[layer]!.place?.line}`
    return items
      .filter(({ broughtBy, hiddenBy }) => !layers[hiddenBy ?? broughtBy]!.base)
      .map((item) => `${item.class} ${item.path}${lineOf(item.broughtBy)}${lineOf(item.hiddenBy)}`)
      .sort()
  }

  /** All that tar shows of an image's files but their times, and a digest of each content. */
  async function listImage(image: string, without: readonly string[]): Promise<readonly string[]> {
    const tar = path.join(store.folder, 'listed.tar')
    await engine.export(image, tar, silent)
    const run = (...args: readonly string[]): readonly string[] =>
      execFileSync('tar', [...args, '-f', tar], { encoding: 'utf8' })
        .trimEnd()
        .split('\n')
    const rows = run('--numeric-owner', '--full-time', '-tv').map((line) => {
      const [mode, owner, size, , , ...rest] = line.split(/\s+/)
      return [rest.join(' '), mode, owner, size].join(' ')
    })
    const contents = run('-x', '--to-command=echo "$TAR_FILENAME $(sha256sum)"')
    const isKept = (row: string): boolean => {
      const [file = ''] = row.split(' ')
      // a directory that holds nothing but what is meant to go may go with it
      return !without.some((one) => `/${file}`.startsWith(one) || one.startsWith(`/${file}`))
    }
    return [...rows, ...contents].filter(isKept).sort()
  }

  function applyDiff(folder: string, { diff, text }: FixReport): void {
    const directory = fs.mkdtempSync(path.join(store.folder, 'patch-'))
    fs.copyFileSync(path.join(folder, 'Dockerfile'), path.join(directory, 'Dockerfile'))
    execFileSync('git', ['apply', '-'], { cwd: directory, input: diff })
    assert.equal(fs.readFileSync(path.join(directory, 'Dockerfile'), 'utf8'), text, 'git applies the diff')
  }

  test('why names the order that wastes the cache, and is silent about the mended one', async () => {
    const context = path.join(store.folder, 'order')
    fs.cpSync(path.join(cases, 'copy-before-install/files'), context, { recursive: true })
    const build = async (dockerfile: string): Promise<readonly string[]> => {
      const text = fs.readFileSync(path.join(cases, 'copy-before-install', dockerfile), 'utf8')
      fs.writeFileSync(path.join(context, 'Dockerfile'), text)
      const options = { context: { kind: 'directory', path: context } } as const
      await engine.build(options, silent)
      fs.appendFileSync(path.join(context, 'src/index.js'), '// more\n')
      await engine.build(options, silent)
      const { steps } = await engine.why()
      return steps
        .filter(({ outcome }) => outcome === 'done')
        .map(({ place, reasons }) => `${place.line}: ${reasons}`)
    }
    assert.deepEqual(await build('Dockerfile'), [
      '5: src/index.js content changed',
      '7: the layers below changed',
    ])
    assert.deepEqual(await build('fixed.Dockerfile'), ['8: src/index.js content changed'])
  })

  test('what two builds of the same text do not have alike is named, and proves nothing', async () => {
    const context = store.context('unsteady', {
      Dockerfile:
        'FROM toolbox\nRUN cat /proc/sys/kernel/random/uuid > /etc/built && mkdir /b && yes x | head -c 5000 > /b/x\nRUN rm -r /b\n',
    })
    const report = await engine.fix({ build: { context: { kind: 'directory', path: context } } }, silent)
    assert.deepEqual(report.proof?.unsteady, ['/etc/built'])
    assert.equal(report.proof?.same, true)
  })

  test('the builds that it tries are in no list, and lead nobody away from the last build', async () => {
    const text = 'FROM toolbox\nCOPY . /home/\nRUN chown -R 1000:1000 /home\n'
    const directory = store.context('listed', { Dockerfile: text })
    const context = { kind: 'directory', path: directory } as const
    const built = await engine.build({ context }, silent)
    const [before] = await engine.builds()
    const first = await engine.fix({ build: { context } }, silent)
    assert.equal(first.before.image, built.id)
    assert.deepEqual((await engine.builds())[0], before)
    for (const which of [undefined, built.id, String(before?.number)])
      assert.equal((await engine.why(which)).number, before?.number)
    fs.writeFileSync(path.join(directory, 'more'), '')
    const again = await engine.fix({ build: { context } }, silent)
    assert.equal((await engine.why()).number, before?.number)
    // what an image of a trial came from is still told
    const trial = await engine.why(again.before.image)
    assert.equal(trial.number, 0)
    assert.deepEqual(
      trial.steps.map(({ place }) => place.line),
      [2, 3],
    )
    assert.match((await store.peel('why', again.before.image)).stdout, /^Trial of peel fix \(/)
    await engine.build({ context }, silent)
    assert.equal((await engine.why()).number, (before?.number ?? 0) + 1)
  })

  test('the ignore file of the Dockerfile holds; what is forced says what differs; text is for people', async () => {
    const context = store.context('forced', {
      'app.Dockerfile': 'FROM toolbox\nCOPY . /home/\nRUN chown -R 1000:1000 /home\n',
      'app.Dockerfile.dockerignore': '*.Dockerfile*\nsecret\n',
      secret: 'not to be copied',
      app: 'app\n',
    })
    const file = path.join(context, 'app.Dockerfile')
    const plain = await store.peel('fix', file)
    assert.match(plain.stdout, /nothing was changed\n\nDROPPED[\s\S]*\/home differs in owner/)
    const forced = await store.peel('fix', '--force', '--write', file)
    assert.match(
      forced.stdout,
      /1 change made and written[\s\S]*NOT the same: 1 paths[\s\S]*\/home +owner 1000:1000 -> 0:0/,
    )
    assert.equal(fs.readFileSync(file, 'utf8'), 'FROM toolbox\nCOPY --chown=1000:1000 . /home/\n')
  })
})
