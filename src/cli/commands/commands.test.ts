import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, test } from 'node:test'
import { asDiffId, Fault, sha256 } from '../../core/index.ts'
import type { Engine, HistoryRow, ImageRow } from '../../engine/index.ts'
import { callCli } from '../../testing/shell.ts'

const id = sha256('one')
const short = id.slice(7, 19)
const manifest = sha256('manifest')
const missing = (name: string): Fault => new Fault('image.missing', `there is no image ${name}`)

const image = (over: Partial<ImageRow> = {}): ImageRow => ({
  id,
  manifest,
  repository: 'app',
  tag: '1',
  created: '2025-12-31T22:00:00Z',
  size: 1_982_358,
  platform: 'linux/amd64',
  ...over,
})

describe('images', () => {
  const rows = [image(), image({ repository: undefined, tag: undefined, created: undefined })]
  const asked: unknown[] = []
  const engine: Partial<Engine> = {
    images: (options) => {
      asked.push(options)
      return options?.all === true ? rows : rows.slice(0, 1)
    },
  }
  test('as docker shows them', async () => {
    const { out, status } = await callCli(['images', '-a'], { engine })
    assert.equal(status, 0)
    assert.equal(
      out,
      `REPOSITORY   TAG       IMAGE ID       CREATED       SIZE
app          1         ${short}   2 hours ago   1.98MB
<none>       <none>    ${short}   N/A           1.98MB
`,
    )
  })
  test('-q names each id once', async () => {
    assert.equal((await callCli(['image', 'ls', '-aq'], { engine })).out, `${short}\n`)
    assert.equal((await callCli(['images', '-q', '--no-trunc'], { engine })).out, `${id}\n`)
  })
  test('--digests, --json, formats', async () => {
    assert.match(
      (await callCli(['images', '--digests'], { engine })).out,
      new RegExp(`DIGEST +IMAGE.*\n.*${manifest}`),
    )
    assert.deepEqual(JSON.parse((await callCli(['images', '--json'], { engine })).out), rows.slice(0, 1))
    const object = JSON.parse((await callCli(['images', '--format', 'json'], { engine })).out)
    assert.equal(object.CreatedAt, '2025-12-31 22:00:00 +0000 UTC')
    assert.equal(object.VirtualSize, '1.982MB')
    assert.equal(
      (await callCli(['images', '--format={{.ID}} {{.Repository}}'], { engine })).out,
      `${short} app\n`,
    )
    assert.equal(
      (await callCli(['images', '--format', 'table {{.ID}}\\t{{.CreatedSince}}'], { engine })).out,
      `IMAGE ID       CREATED\n${short}   2 hours ago\n`,
    )
  })
  test('filters', async () => {
    asked.length = 0
    await callCli(['images', 'a/*', '--filter', 'reference=b:1'], { engine })
    assert.deepEqual(asked, [
      { filter: 'a/*', all: false },
      { filter: 'b:1', all: false },
    ])
    assert.equal((await callCli(['images', '-q', '-f', 'dangling=true'], { engine })).out, `${short}\n`)
    const wrong = await callCli(['images', '--filter', 'size=3'], { engine })
    assert.equal(wrong.status, 125)
    assert.match(wrong.err, /^ERROR: invalid filter "size=3"\n/)
  })
  test('--root before and after the command', async () => {
    assert.deepEqual((await callCli(['--root', '/a', 'images'], { engine })).roots, ['/a'])
    assert.deepEqual((await callCli(['images', '--root=/b'], { engine })).roots, ['/b'])
    assert.deepEqual((await callCli(['images'], { engine })).roots, [undefined])
  })
})

describe('history', () => {
  const row = (over: Partial<HistoryRow>): HistoryRow => ({
    id: undefined,
    created: '2025-12-31T23:59:00Z',
    createdBy: 'CMD ["sh"]',
    size: 0,
    comment: '',
    empty: true,
    diffId: undefined,
    place: undefined,
    ...over,
  })
  const rows = [
    row({ id, place: { file: 'Dockerfile', line: 7 } }),
    row({ createdBy: `RUN ${'x'.repeat(50)}`, size: 12_345, comment: 'c', diffId: asDiffId(sha256('d')) }),
  ]
  test('with the lines of the Dockerfile', async () => {
    const { out } = await callCli(['history', 'app'], { engine: { history: () => rows } })
    assert.equal(
      out,
      `IMAGE          CREATED              CREATED BY                                      SIZE      LINE           COMMENT
${short}   About a minute ago   CMD ["sh"]                                      0B        Dockerfile:7   
<missing>      About a minute ago   RUN ${'x'.repeat(40)}…   12.3kB                   c
`,
    )
  })
  test('without lines, with exact numbers', async () => {
    const engine = { history: () => [{ ...rows[1]!, createdBy: 'RUN x' }] }
    assert.equal(
      (await callCli(['history', '-H=false', '--no-trunc', 'app'], { engine })).out,
      `IMAGE       CREATED AT             CREATED BY   SIZE      COMMENT
<missing>   2025-12-31T23:59:00Z   RUN x        12345     c
`,
    )
    assert.equal((await callCli(['history', '-q', 'app'], { engine })).out, '<missing>\n')
  })
  test('a name that is not there', async () => {
    const engine = {
      history: (name: string) => {
        throw missing(name)
      },
    }
    assert.deepEqual(await callCli(['history', 'nope'], { engine }), {
      status: 1,
      out: '',
      err: 'ERROR: there is no image nope\n',
      roots: [undefined],
    })
  })
})

describe('commands over several names', () => {
  const engine: Partial<Engine> = {
    inspect: ([name]) => {
      if (name === 'nope') throw missing(name)
      return [{ Id: id, Config: { Cmd: ['sh'] } }]
    },
    remove: async ([name]) => {
      if (name === 'nope') throw missing(name)
      return [
        { kind: 'untagged', name: `${name}:latest` },
        { kind: 'deleted', name: id },
      ]
    },
  }
  test('inspect goes on after one that is missing', async () => {
    const { status, out, err } = await callCli(['inspect', 'nope', 'app'], { engine })
    assert.equal(status, 1)
    assert.equal(out, `${JSON.stringify([{ Id: id, Config: { Cmd: ['sh'] } }], undefined, 4)}\n`)
    assert.equal(err, 'ERROR: there is no image nope\n')
  })
  test('inspect by template', async () => {
    const { out } = await callCli(['inspect', '-f', '{{.Config.Cmd}} {{json .Config.Cmd}}', 'app'], {
      engine,
    })
    assert.equal(out, '[sh] ["sh"]\n')
  })
  test('rmi', async () => {
    const { status, out } = await callCli(['rmi', 'app', 'nope'], { engine })
    assert.equal(status, 1)
    assert.equal(out, `Untagged: app:latest\nDeleted: ${id}\n`)
    assert.equal((await callCli(['rmi', '-f', 'nope'], { engine })).status, 0)
  })
})

describe('archives', () => {
  test('save goes to standard output, but to no terminal', async () => {
    const engine: Partial<Engine> = {
      save: async (names, { format, output }) => {
        if (typeof output !== 'string') output.write(`${names} ${format}`)
      },
    }
    assert.equal((await callCli(['save', 'a', 'b'], { engine })).out, 'a,b docker-archive')
    const refused = await callCli(['save', 'a'], { engine, terminals: ['out'] })
    assert.equal(refused.status, 125)
    assert.match(refused.err, /terminal\nUse the -o flag or redirect\.\n$/)
    assert.equal((await callCli(['save', '--format', 'oci-dir', 'a'], { engine })).status, 125)
  })
  test('load', async () => {
    const engine: Partial<Engine> = {
      load: async () => [
        { id, tags: ['a:1', 'a:2'] },
        { id, tags: [] },
      ],
    }
    assert.equal(
      (await callCli(['load', '-i', 'x.tar'], { engine })).out,
      `Loaded image: a:1\nLoaded image: a:2\nLoaded image ID: ${id}\n`,
    )
    assert.equal((await callCli(['load'], { engine, terminals: ['in'] })).status, 125)
  })
  test('import and export', async () => {
    const asked: unknown[] = []
    const engine: Partial<Engine> = {
      import: async (options) => {
        asked.push({ ...options, source: typeof options.source })
        return { id, tags: [] }
      },
      export: async (name, output) => {
        asked.push([name, output])
      },
    }
    const args = ['import', '-c', 'CMD x', '--change=ENV a=b', '-m', 'note', '-', 'flat:1']
    assert.equal((await callCli(args, { engine })).out, `${id}\n`)
    await callCli(['export', '-o', 'f.tar', 'app'], { engine })
    assert.deepEqual(asked, [
      {
        source: 'object',
        tag: 'flat:1',
        changes: ['CMD x', 'ENV a=b'],
        message: 'note',
        platform: undefined,
      },
      ['app', 'f.tar'],
    ])
  })
})

describe('run', () => {
  test('hands everything to the engine and passes the status on', async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
    const envFile = path.join(directory, 'env')
    fs.writeFileSync(envFile, '# no\n\n A=1 2\nB\n')
    let asked: unknown
    const engine: Partial<Engine> = {
      obtain: async (name) => name,
      run: async (options) => {
        asked = options
        return { status: 7 }
      },
    }
    const args = ['run', '--rm', '-i', '-eC=3', '--env-file', envFile, '-v/a:/b:ro', '-w', '/w', '-u', '1:2']
    const { status } = await callCli([...args, '--network=none', 'app', 'sh', '-c', 'exit 7'], { engine })
    fs.rmSync(directory, { recursive: true })
    assert.equal(status, 7)
    assert.deepEqual(asked, {
      image: 'app',
      platform: undefined,
      command: ['sh', '-c', 'exit 7'],
      entrypoint: undefined,
      env: ['A=1 2', 'B', 'C=3'],
      volumes: ['/a:/b:ro'],
      workdir: '/w',
      user: '1:2',
      hostname: undefined,
      network: 'none',
      interactive: true,
      terminal: false,
      readonlyRoot: false,
    })
  })
  test('its own errors are 125, or what the fault says', async () => {
    const failing = (fault: Fault): Partial<Engine> => ({
      obtain: async (name) => name,
      run: () => Promise.reject(fault),
    })
    assert.equal((await callCli(['run', 'nope'], { engine: failing(missing('nope')) })).status, 125)
    const unstartable = new Fault('runtime.failed', 'no such program', { data: { status: 127 } })
    assert.equal((await callCli(['run', 'a', 'b'], { engine: failing(unstartable) })).status, 127)
    assert.equal((await callCli(['run'])).status, 125)
    assert.equal((await callCli(['run', '-it', 'a'])).status, 125)
  })
})

describe('housekeeping', () => {
  test('prune', async () => {
    const engine: Partial<Engine> = {
      prune: async (options) => ({
        images: options.all === true ? [id] : [],
        layers: [],
        records: 3,
        builds: 2,
        cacheMounts: [],
        freedBytes: 1_234_567,
      }),
    }
    assert.equal(
      (await callCli(['system', 'prune', '-af'], { engine })).out,
      `Deleted images:\n${id}\n\nDeleted cache records: 3\nDeleted builds: 2\nTotal reclaimed space: 1.235MB\n`,
    )
    assert.match((await callCli(['prune', '--dry-run'], { engine })).out, /Total reclaimable space: 1.235MB/)
  })
  test('du', async () => {
    const engine: Partial<Engine> = {
      usage: () => ({
        images: [{ id, names: ['a:1', 'b:1'], shared: 1000, unique: 2_000_000, size: 2_001_000 }],
        layers: 2_001_000,
        indexes: 500,
        cacheOnly: 0,
        cacheMounts: 0,
        reclaimable: 0,
        total: 2_001_500,
      }),
    }
    const { out } = await callCli(['system', 'df'], { engine })
    assert.match(out, new RegExp(`^IMAGE ID .*\n${short} +a:1, b:1 +2\\.001MB +1kB +2MB\n\nON DISK`))
  })
  test('doctor', async () => {
    const report = {
      version: '0.1.0',
      root: '/r',
      checks: [
        { name: 'erofs', ok: true, detail: 'mounts files' },
        { name: 'runtime', ok: false, detail: 'none found', hint: 'Install crun.' },
      ],
      verified: { blobs: 2, bytes: 3000, problems: ['sha256:x is short'] },
    }
    const { status, out } = await callCli(['doctor', '--verify'], { engine: { doctor: async () => report } })
    assert.equal(status, 1)
    assert.equal(
      out,
      `peel 0.1.0, images in /r

 ok  erofs    mounts files
 --  runtime  none found
              Install crun.

2 blobs (3kB) verified, 1 with problems:
 sha256:x is short
`,
    )
  })
})

test('a push says which tag it takes, then where to', async () => {
  const { out } = await callCli(['push', 'app'], { engine: { push: async () => [] } })
  assert.equal(out, 'Using default tag: latest\nThe push refers to repository [docker.io/library/app]\n')
})
