import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, test } from 'node:test'
import type { Event } from '../../core/index.ts'
import { Fault, isFault, sha256 } from '../../core/index.ts'
import type { BuildOptions, BuildResult, Engine } from '../../engine/index.ts'
import type { ShellSetting } from '../../testing/shell.ts'
import { callCli } from '../../testing/shell.ts'
import { parseOutput, parseSecret } from './build-options.ts'

const id = sha256('image')
const result: BuildResult = { id, manifest: sha256('manifest'), tags: ['app:1'], steps: [], warnings: [] }
const events: readonly Event[] = [
  { type: 'began', task: 'a', name: 'FROM base', at: 0, stage: 'main', step: { number: 1, of: 2 } },
  { type: 'ended', task: 'a', outcome: 'reused', at: 0 },
  { type: 'began', task: 'b', name: 'RUN make', at: 0, stage: 'main', step: { number: 2, of: 2 } },
  { type: 'said', task: 'b', stream: 'stdout', text: 'hello\n' },
  { type: 'ended', task: 'b', outcome: 'done', at: 300 },
]

function builder(asked: BuildOptions[] = []): Partial<Engine> {
  return {
    build: async (options, ctx) => {
      asked.push(options)
      for (const event of events) ctx.emit(event)
      return result
    },
  }
}

async function optionsOf(args: readonly string[], setting: ShellSetting = {}): Promise<BuildOptions> {
  const asked: BuildOptions[] = []
  const { status, err } = await callCli(['build', ...args], { ...setting, engine: builder(asked) })
  assert.equal(status, 0, err)
  return asked[0]!
}

describe('the options of a build', () => {
  test('all flags', async () => {
    const env = { FROM_ENV: 'e', SOURCE_DATE_EPOCH: '12' }
    const line =
      '-t a:1 --tag=b -f d/Dockerfile --build-arg A=1=2 --build-arg FROM_ENV --build-arg UNSET --label k=v --label bare ' +
      '--target t --secret id=s,src=p --no-cache --no-cache-filter x,y --platform linux/arm64 --network none ' +
      '--secret-build-arg S=x --require-cached ' +
      '--add-host h=1.2.3.4 --add-host h6:[::1] --allow security.insecure --allow device=v.com/d=a,alias=b --cdi-spec-dir /cdi --annotation a.b=c --provenance=false --cache-from x,y --cache-from type=local,src=d,tag=t --cache-to type=registry,ref=r.io/c,mode=max,compression=zstd,compression-level=9,ignore-error=true --cache-to type=inline --cache-to z --builder y --ulimit nofile=1:2 --shm-size 1g --cgroup-parent /p --ssh default --ssh k=a,b --rm --force-rm --pull --parallel 3 .'
    assert.deepEqual(await optionsOf(line.split(' '), { env }), {
      context: { kind: 'directory', path: '.' },
      dockerfile: { kind: 'path', path: 'd/Dockerfile' },
      annotations: ['a.b=c'],
      contexts: {},
      tags: ['a:1', 'b'],
      target: 't',
      buildArgs: { A: '1=2', FROM_ENV: 'e', UNSET: undefined, S: 'x' },
      secretBuildArgs: ['S'],
      labels: { k: 'v', bare: '' },
      secrets: [{ id: 's', from: 'file', path: 'p' }],
      noCache: true,
      pull: true,
      requireCached: true,
      allowSecretLeak: false,
      noCacheFilter: ['x', 'y'],
      platform: 'linux/arm64',
      network: 'none',
      ulimits: ['nofile=1:2'],
      shmSize: '1g',
      cgroupParent: '/p',
      ssh: [
        { id: 'default', paths: [] },
        { id: 'k', paths: ['a', 'b'] },
      ],
      addHosts: ['h:1.2.3.4', 'h6:::1'],
      allow: ['security.insecure', 'device=v.com/d=a,alias=b'],
      cdiSpecDirs: ['/cdi'],
      sourceDateEpoch: 12,
      cacheFrom: [
        { kind: 'registry', ref: 'x' },
        { kind: 'registry', ref: 'y' },
        { kind: 'local', directory: 'd', tag: 't', digest: undefined },
      ],
      cacheTo: [
        { kind: 'registry', ref: 'r.io/c', mode: 'max', compression: 'zstd', level: 9, ignoreError: true },
        { kind: 'inline' },
        { kind: 'registry', ref: 'z' },
      ],
      parallel: 3,
    })
  })
  test('a Dockerfile on standard input, with and without a context', async () => {
    const dockerfile = { kind: 'text', text: 'FROM x', name: 'Dockerfile' }
    const both = await optionsOf(['-f-', 'dir'], { input: 'FROM x' })
    assert.deepEqual([both.context, both.dockerfile], [{ kind: 'directory', path: 'dir' }, dockerfile])
    const alone = await optionsOf(['-'], { input: 'FROM x' })
    assert.deepEqual([alone.context.kind, alone.dockerfile], ['stream', undefined])
    const named = await optionsOf(['-', '-f', 'sub/Dockerfile'], { input: 'tar' })
    assert.deepEqual(named.dockerfile, { kind: 'path', path: 'sub/Dockerfile' })
  })
  test('contexts and Dockerfiles from elsewhere', async () => {
    const options = await optionsOf([
      ...['--build-context', 'a=dir', '--build-context=b=docker-image://x:1'],
      ...['-f', 'https://example.com/Dockerfile', 'https://example.com/x.git#main'],
    ])
    assert.deepEqual(options.contexts, { a: 'dir', b: 'docker-image://x:1' })
    assert.deepEqual(options.context, { kind: 'remote', url: 'https://example.com/x.git#main' })
    assert.deepEqual(options.dockerfile, { kind: 'url', url: 'https://example.com/Dockerfile' })
  })
  test('a build argument for the epoch wins over the environment', async () => {
    const env = { SOURCE_DATE_EPOCH: '12' }
    const options = await optionsOf(['--build-arg', 'SOURCE_DATE_EPOCH=5', '.'], { env })
    assert.equal(options.sourceDateEpoch, undefined)
  })
  const wrong: readonly string[][] = [
    [],
    ['a', 'b'],
    ['--build-context', 'a', '.'],
    ['-m', '1g', '.'],
    ['--sbom', 'true', '.'],
    ['--attest', 'type=sbom', '.'],
    ['--cache-to', 'type=gha', '.'],
    ['--cache-to', 'mode=max', '.'],
    ['--cache-to', 'type=registry', '.'],
    ['--cache-to', 'type=local,src=x', '.'],
    ['--cache-to', 'type=local,dest=x,mode=most', '.'],
    ['--cache-to', 'type=local,dest=x,image-manifest=false', '.'],
    ['--cache-to', 'type=local,dest=x,compression=estargz', '.'],
    ['--cache-to', 'type=local,dest=x,compression-level=10', '.'],
    ['--cache-to', 'type=local,dest=x,ignore-error=perhaps', '.'],
    ['--cache-from', 'type=inline', '.'],
    ['--cache-from', 'type=local,dest=x', '.'],
    ['--cache-from', 'type=s3,bucket=x', '.'],
    ['--squash', '.'],
    ['--push', '.'],
    ['-f', '-', '-'],
    ['--network', 'bridge', '.'],
    ['--secret', 'src=', '.'],
    ['--secret', 'id=a,mode=1', '.'],
    ['--label', '=x', '.'],
    ['--add-host', 'x', '.'],
    ['--parallel', '0', '.'],
    ['-o', 'type=local', '.'],
    ['-o', 'type=local,dest=-', '.'],
    ['-o', 'type=nothing,dest=x', '.'],
  ]
  for (const args of wrong)
    test(`wrong: ${args.join(' ')}`, async () => {
      const { status, err } = await callCli(['build', ...args], { engine: builder() })
      assert.equal(status, 125)
      assert.match(err, /^ERROR: /)
    })
})

test('secrets', () => {
  const env = { TOKEN: 't' }
  const cases: readonly (readonly [string, unknown])[] = [
    ['id=a,src=p', { id: 'a', from: 'file', path: 'p' }],
    ['type=file,id=a,source=p', { id: 'a', from: 'file', path: 'p' }],
    ['"id=a","src=p,q"', { id: 'a', from: 'file', path: 'p,q' }],
    ['id=a,env=B', { id: 'a', from: 'env', variable: 'B' }],
    ['id=TOKEN', { id: 'TOKEN', from: 'env', variable: 'TOKEN' }],
    ['id=file', { id: 'file', from: 'file', path: 'file' }],
    ['id=B,type=env', { id: 'B', from: 'env', variable: 'B' }],
  ]
  for (const [text, secret] of cases) assert.deepEqual(parseSecret(text, env), secret)
})

test('outputs', () => {
  assert.deepEqual(parseOutput('type=docker,dest=a.tar'), { format: 'docker-archive', path: 'a.tar' })
  assert.deepEqual(parseOutput('type=oci,dest=d,tar=false'), { format: 'oci-dir', path: 'd' })
  assert.deepEqual(parseOutput('type=tar,dest=-'), { format: 'tar', path: '-' })
  assert.deepEqual(parseOutput('-'), { format: 'tar', path: '-' })
  for (const local of ['out', 'type=local,dest=out'])
    assert.deepEqual(parseOutput(local), { format: 'directory', path: 'out' })
  assert.equal(parseOutput('type=docker'), undefined)
  assert.throws(() => parseOutput('type=oci'), isFault)
})

test('a file with the digests of the result', async (t) => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-metadata-'))
  t.after(() => fs.rmSync(directory, { recursive: true }))
  const file = path.join(directory, 'metadata.json')
  await callCli(['build', '--metadata-file', file, '.'], { engine: builder() })
  assert.deepEqual(JSON.parse(fs.readFileSync(file, 'utf8')), {
    'containerimage.config.digest': id,
    'containerimage.digest': sha256('manifest'),
    'image.name': 'app:1',
  })
})

describe('what a build prints', () => {
  test('plain lines on stderr', async () => {
    const { out, err } = await callCli(['build', '.'], { engine: builder() })
    assert.equal(out, '')
    assert.match(
      err,
      /^#1 \[main 1\/2\] FROM base\n#1 CACHED\n\n#2 \[main 2\/2\] RUN make\n#2 \d+\.\d{3} hello\n/,
    )
    assert.ok(err.endsWith(`writing image ${id}\nnaming to app:1\n2 steps, 1 cached, 0.0s\n`), err)
  })
  test('-q and --progress=quiet print the id', async () => {
    for (const flag of ['-q', '--progress=quiet'])
      assert.deepEqual(await callCli(['build', flag, '.'], { engine: builder() }), {
        status: 0,
        out: `${id}\n`,
        err: '',
        roots: [undefined],
      })
  })
  test('--progress=json prints the events as they are', async () => {
    const { out } = await callCli(['build', '--progress=json', '.'], { engine: builder() })
    assert.deepEqual(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
      events,
    )
  })
  test('--json prints the result', async () => {
    const { out } = await callCli(['build', '--json', '.'], { engine: builder() })
    assert.deepEqual(JSON.parse(out), result)
  })
  test('--iidfile', async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
    const file = path.join(directory, 'id')
    await callCli(['build', '--iidfile', file, '.'], { engine: builder() })
    assert.equal(fs.readFileSync(file, 'utf8'), id)
    fs.rmSync(directory, { recursive: true })
  })
  test('a terminal gets the live view', async () => {
    const { err } = await callCli(['build', '.'], { engine: builder(), terminals: ['err'] })
    assert.match(err, / => CACHED \[main 1\/2\] FROM base/)
    assert.ok(err.endsWith('\x1b[?25h'))
    const dumb = await callCli(['build', '.'], {
      engine: builder(),
      terminals: ['err'],
      env: { TERM: 'dumb' },
    })
    assert.ok(!dumb.err.includes('\x1b'))
  })
  test('-o saves what was built', async () => {
    const saved: unknown[] = []
    const engine: Partial<Engine> = {
      ...builder(),
      save: async (names, options) => {
        saved.push([names, options])
      },
    }
    await callCli(['build', '-o', 'type=oci,dest=x', '.'], { engine })
    assert.deepEqual(saved, [[['app:1'], { format: 'oci-archive', output: 'x' }]])
  })
})

describe('what a failed build prints', () => {
  const place = { file: 'Dockerfile', line: 2, column: 1, endLine: 2, endColumn: 9 }
  const engine: Partial<Engine> = {
    build: async (_options, ctx) => {
      ctx.emit(events[2]!)
      ctx.emit({ type: 'said', task: 'b', stream: 'stderr', text: 'no rule' })
      ctx.emit({ type: 'ended', task: 'b', outcome: 'failed', at: 100 })
      throw new Fault('step.failed', 'RUN make ended with exit status 2', {
        place,
        source: 'FROM base\nRUN make\n',
        hint: 'Its output is above.',
      })
    },
  }
  const error = `ERROR: RUN make ended with exit status 2
Dockerfile:2:1
2 | RUN make
  | ^^^^^^^^
Its output is above.
`
  test('plain', async () => {
    const { status, out, err } = await callCli(['build', '.'], { engine })
    assert.deepEqual([status, out], [1, ''])
    assert.match(
      err,
      /^#1 \[main 2\/2\] RUN make\n#1 \d+\.\d+ no rule\n#1 ERROR: failed after 0\.1s\n\nERROR/,
    )
    assert.ok(err.endsWith(error), err)
  })
  test('quiet shows the output of the step all the same', async () => {
    const { err } = await callCli(['build', '-q', '.'], { engine })
    assert.equal(err, `------\n > [main 2/2] RUN make:\nno rule\n------\n${error}`)
  })
  test('a signal', async () => {
    for (const [signal, status] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      const controller = new AbortController()
      const stopping: Partial<Engine> = {
        build: async (_options, ctx) => {
          controller.abort(new Fault('cancelled', `cancelled by ${signal}`, { data: { signal } }))
          ctx.signal.throwIfAborted()
          return result
        },
      }
      const called = await callCli(['build', '.'], { engine: stopping, signal: controller.signal })
      assert.equal(called.status, status)
      assert.ok(called.err.endsWith(`ERROR: cancelled by ${signal}\n`))
    }
  })
  test('an internal error says that it is one', async () => {
    const { status, err } = await callCli(['build', '.'], { engine: {} })
    assert.equal(status, 70)
    assert.match(err, /PEEL_DEBUG=1/)
  })
})
