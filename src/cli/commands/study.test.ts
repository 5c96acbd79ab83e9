// The commands that look into images: what they print, and the statuses they exit with.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Engine, openEngine } from '../../engine/index.ts'
import { type Called, callCli } from '../../testing/shell.ts'
import { storeImage } from '../../testing/stored-image.ts'
import { dir, file, gone, tree } from '../../testing/tree.ts'

describe('the commands that look into images', () => {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  const write = (name: string, text: string): string => {
    fs.writeFileSync(path.join(root, name), text)
    return path.join(root, name)
  }
  let engine: Engine
  const call = (argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Called> =>
    callCli(argv, { engine, env })
  before(async () => {
    await storeImage(path.join(root, 'store'), {
      name: 'app',
      dockerfile: 'FROM base\nCOPY . /app\nRUN rm -rf /app/build\nRUN chmod 600 /app/main\n',
      layers: [
        { createdBy: 'base', entries: tree(dir('/etc'), file('/etc/hosts', 'x'.repeat(1000))) },
        {
          createdBy: 'COPY . /app',
          line: 2,
          entries: tree(
            dir('/app'),
            file('/app/main', 'm'.repeat(300)),
            dir('/app/build'),
            file('/app/build/one', '1'.repeat(2000)),
            file('/app/build/two', '2'.repeat(3000)),
          ),
        },
        { createdBy: 'RUN rm -rf /app/build', line: 3, entries: tree(gone('/app/build')) },
        {
          createdBy: 'RUN chmod 600 /app/main',
          line: 4,
          entries: tree(file('/app/main', 'm'.repeat(300), { mode: 0o600 })),
        },
      ],
    })
    engine = openEngine({ root: path.join(root, 'store'), env: {} })
  })
  after(() => {
    engine[Symbol.dispose]()
    fs.rmSync(root, { recursive: true, force: true })
  })

  test('waste names lines, bytes and what to do, largest first', async () => {
    const { status, out } = await call(['waste', 'app'])
    assert.equal(status, 0)
    assert.match(out, /^app: 6\.6kB shipped, 1\.3kB to be seen, 5\.3kB reclaimable \(80\.3 %\)\n/)
    assert.match(
      out,
      /5kB {2}\/app\/build\/ \(2 files\) {2}deleted later\n +brought by {2}Dockerfile:2 {2}COPY \. \/app\n +hidden by {3}Dockerfile:3/,
    )
    assert.ok(out.indexOf('/app/build') < out.indexOf('/app/main'))
  })

  test('nothing that an image says is obeyed by a terminal', async () => {
    const order = '\x1b]0;title\x07\x1b[2J'
    await storeImage(path.join(root, 'hostile'), {
      name: 'hostile',
      layers: [
        {
          createdBy: `RUN ${order}\necho`,
          entries: tree(file(`/a${order}\n  9GB  /forged`, 'x'.repeat(2000)), file(`/b${order}`, '1')),
        },
        { createdBy: `RUN rm${order}`, entries: tree(gone(`/a${order}\n  9GB  /forged`)) },
      ],
    })
    using other = openEngine({ root: path.join(root, 'hostile'), env: {} })
    for (const argv of [
      ['waste', 'hostile'],
      ['waste', '--json', 'hostile'],
      ['history', '--no-trunc', 'hostile'],
      ['history', '--format', '{{.CreatedBy}}', 'hostile'],
      ['diff', 'hostile@layer0', 'hostile'],
      ['dive', '--ci', '--ci-config', '/dev/null', 'hostile'],
      ['waste', `hostile${order}`],
    ]) {
      const { out, err } = await callCli(argv, { engine: other })
      assert.match(`${out}${err}`, /\\u001b/, argv.join(' '))
      assert.doesNotMatch(`${out}${err}`, /(?![\n\t])\p{Cc}|^ +9GB/mu, argv.join(' '))
    }
  })

  test('waste --json has the fields that scripts read', async () => {
    const document = JSON.parse((await call(['waste', '--json', 'app'])).out)
    assert.deepEqual(Object.keys(document), [
      'shippedBytes',
      'visibleBytes',
      'reclaimableBytes',
      'classes',
      'dive',
      'items',
    ])
    assert.deepEqual(document.classes, {
      deleted: 5000,
      overwritten: 0,
      metadataOnly: 300,
      duplicate: 0,
      caches: 0,
    })
    assert.deepEqual(Object.keys(document.dive), ['efficiency', 'wastedBytes'])
    assert.deepEqual(document.items[0].broughtBy, {
      layer: 1,
      createdBy: 'COPY . /app',
      file: 'Dockerfile',
      line: 2,
    })
  })

  test('dive --ci judges by the defaults of dive, in its words', async () => {
    const { status, out } = await call(['dive', '--ci', 'app'])
    assert.equal(status, 1)
    assert.equal(
      out,
      `Analysis:
  efficiency:        97.41 %
  wastedBytes:       600 bytes (600 B)
  userWastedPercent: 10.71 %

Inefficient Files:
  Count  Wasted Space  File Path
  2      600 B         /app/main

Evaluation:
  FAIL  highestUserWastedPercent (too many bytes wasted, relative to the user bytes added (%-user-wasted-bytes=0.11 > threshold=0.1))
  SKIP  highestWastedBytes (disabled)
  PASS  lowestEfficiency (0.9)

FAIL [pass:1 fail:1 skip:1]
`,
    )
  })

  test('rules come from a file in both spellings, flags win over it, and unknown ones are told of', async () => {
    const legacy = write(
      'legacy.yaml',
      'plugins: [x]\nrules:\n  lowestEfficiency: 0.5\n  highestUserWastedPercent: 0.5\n  plugin1/rule1: error\n',
    )
    const passed = await call(['dive', '--ci-config', legacy, 'app'], { CI: 'true' })
    assert.equal(passed.status, 0, passed.out)
    assert.match(passed.err, /WARNING: .*there is no rule plugin1\/rule1/)
    const ours = write('ours.yaml', 'rules:\n  highest-layers: 3\n  highest-user-wasted-percent: "off"\n')
    const failed = await call(['dive', '--ci', '--ci-config', ours, 'app'])
    assert.match(failed.out, /FAIL {2}highestLayers \(too many layers \(layers=4 > threshold=3\)\)/)
    assert.match(failed.out, /SKIP {2}highestUserWastedPercent \(disabled\)/)
    assert.equal(failed.status, 1)
    const flag = await call(['dive', '--ci', '--ci-config', ours, '--highestLayers', '4', 'app'])
    assert.equal(flag.status, 0)
  })

  test('bad rules are wrong usage', async () => {
    assert.equal((await call(['dive', '--ci', '--lowestEfficiency', '1.1', 'app'])).status, 125)
    const broken = write('broken.yaml', 'rules:\n  lowestEfficiency: [0.5\n')
    const { status, err } = await call(['dive', '--ci', '--ci-config', broken, 'app'])
    assert.equal(status, 1)
    assert.match(err, /broken\.yaml:\d/)
    assert.equal((await call(['dive', '--ci', '--ci-config', '/nowhere', 'app'])).status, 125)
  })

  test('what is left out: the base, paths, little waste', async () => {
    assert.equal((await call(['dive', '--ci', '--ignore', '/app/main', 'app'])).status, 0)
    assert.equal((await call(['dive', '--ci', '--floor', '1kB', 'app'])).status, 0)
    const base = await call(['dive', '--ci', '--exclude-base', '--format', 'json', 'app'])
    assert.equal(JSON.parse(base.out).dive.userSizeBytes, 5600)
  })

  test('as JUnit, SARIF and annotations', async () => {
    const junit = (await call(['dive', '--ci', '--format', 'junit', 'app'])).out
    assert.match(junit, /<testsuite name="app" tests="3" failures="1" skipped="1">/)
    assert.match(junit, /<failure message="too many bytes wasted.*&gt; threshold=0\.1/)
    const sarif = JSON.parse((await call(['dive', '--ci', '--format', 'sarif', 'app'])).out)
    const [rule, item] = sarif.runs[0].results
    assert.equal(rule.ruleId, 'highestUserWastedPercent')
    assert.deepEqual(item.locations[0].physicalLocation, {
      artifactLocation: { uri: 'Dockerfile' },
      region: { startLine: 3 },
    })
    const github = (await call(['dive', '--ci', '--format', 'github', 'app'])).out
    assert.match(github, /^::error file=Dockerfile,title=highestUserWastedPercent::.*%25-user-wasted/m)
    assert.match(github, /^::warning file=Dockerfile,line=3,title=5\.0 kB deleted::/m)
  })

  test('dive --json FILE writes what dive writes', async () => {
    const output = path.join(root, 'dive.json')
    assert.equal((await call(['dive', '--json', output, 'app'])).status, 0)
    const document = JSON.parse(fs.readFileSync(output, 'utf8'))
    assert.deepEqual(Object.keys(document), ['layer', 'image'])
    assert.deepEqual(
      document.layer[2].fileList.map(({ path }: { path: string }) => path),
      ['app/.wh.build'],
    )
    assert.deepEqual(document.image.fileReference, [{ count: 2, sizeBytes: 600, file: '/app/main' }])
    assert.equal((await call(['dive', '--json', '/nowhere/x.json', 'app'])).status, 125)
  })

  test('dive without a terminal says what to do instead', async () => {
    const { status, err } = await call(['dive', 'app'])
    assert.equal(status, 125)
    assert.match(err, /needs a terminal[\s\S]*peel waste/)
  })

  test('diff folds what comes and goes as a whole', async () => {
    const { status, out } = await call(['diff', 'app@layer1', 'app'])
    assert.equal(status, 0)
    assert.equal(out, 'files:\n  D /app/build/ (2 paths, 5kB)\n  M /app/main [mode 0644 -> 0600]\n')
    assert.equal((await call(['diff', '--exit-code', 'app', 'app'])).status, 0)
    assert.equal((await call(['diff', '--exit-code', 'app@layer0', 'app'])).status, 1)
    const document = JSON.parse((await call(['diff', '--json', 'app@layer1', 'app'])).out)
    assert.equal(document.paths.length, 4)
  })
})
