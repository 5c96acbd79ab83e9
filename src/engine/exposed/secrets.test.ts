import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { type Event, silent } from '../../core/index.ts'
import { secretMakers, seeded } from '../../testing/secrets.ts'
import { zipFile } from '../../testing/zip-file.ts'
import { openEngine, type SecretSpot } from '../index.ts'

const place = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-secrets-'))
after(() => fs.rmSync(place, { recursive: true, force: true }))
const engine = openEngine({ root: path.join(place, 'root'), env: {} })
after(() => engine[Symbol.dispose]())

const random = seeded(21)
const planted = Object.entries(secretMakers).map(([rule, make]) => ({ rule, ...make(random) }))
const context = path.join(place, 'context')
for (const [i, { path: file, text }] of planted.entries()) {
  const target = path.join(context, String(i), file)
  fs.mkdirSync(path.dirname(target), { recursive: true })
  fs.writeFileSync(target, text)
}
const npm = secretMakers['npm-token']!(random)
fs.writeFileSync(path.join(context, 'log.gz'), gzipSync(npm.text))
const pypi = secretMakers['pypi-token']!(random)
const noise = randomBytes(2 << 20).toString('base64')
fs.writeFileSync(path.join(context, 'large.gz'), gzipSync(`${noise}\n${pypi.text}`))
fs.writeFileSync(path.join(context, 'cut.gz'), gzipSync(`${pypi.text}\n${noise}`).subarray(0, 100_000))
fs.writeFileSync(path.join(context, 'empty'), '')

const pathOf = (spot: SecretSpot): string => (spot.in === 'file' ? spot.path : '')

test('each secret is found with its layer and line, hidden ones too, and contents are read once', async () => {
  const copies = planted.map((_, i) => `COPY ${i} /`)
  // later layers put something else in the place of each
  const covers = planted.map(({ path: file }) => `COPY empty ${file}`)
  const text = `FROM scratch\n${copies.join('\n')}\n${covers.join('\n')}\nCOPY log.gz large.gz cut.gz /var/\n`
  await engine.build(
    {
      context: { kind: 'directory', path: context },
      dockerfile: { kind: 'text', text, name: 'Dockerfile' },
      tags: ['planted'],
    },
    silent,
  )
  const report = await engine.secrets('planted', {}, silent)
  for (const [i, { rule, path: file, value }] of planted.entries()) {
    const found = report.findings.find(
      (finding) => finding.rule === rule && finding.spot.in === 'file' && finding.spot.layer === i,
    )
    assert.ok(found?.spot.in === 'file', `${rule} in layer ${i}`)
    assert.equal(found.spot.path, file)
    assert.equal(found.spot.visible, false)
    assert.equal(found.place?.line, i + 2)
    // the first that takes its place: one Dockerfile may cover a path several times
    assert.ok(found.spot.hiddenBy! > i)
    assert.ok(found.hiddenAt!.line > i + 2)
    assert.ok(!JSON.stringify(report).includes(value), `${rule}: the report tells the secret`)
  }
  const packed = report.findings.find(({ spot }) => spot.in === 'file' && spot.path === '/var/log.gz')
  assert.equal(packed?.rule, 'npm-token')
  assert.equal(packed.spot.in === 'file' && packed.spot.visible, true)
  const inLong = report.findings.filter(
    ({ rule, spot }) => rule === 'pypi-token' && /\.gz$/.test(pathOf(spot)),
  )
  assert.deepEqual(inLong.map(({ spot }) => pathOf(spot)).sort(), ['/var/cut.gz', '/var/large.gz'])
  assert.equal(report.scanned.remembered, 0)

  const again = await engine.secrets('planted', {}, silent)
  assert.equal(again.scanned.remembered, again.scanned.contents)
  assert.deepEqual(again.findings, report.findings)

  const allow = `rule:private-key\n${packed.id}\n`
  const less = await engine.secrets('planted', { allow }, silent)
  assert.ok(less.allowed.some(({ id }) => id === packed.id))
  assert.ok(less.findings.every(({ rule, id }) => rule !== 'private-key' && id !== packed.id))
  assert.equal(less.findings.length + less.allowed.length, report.findings.length)
})

test('members of zip files are searched, and no more of a bomb than its limit', async () => {
  const github = secretMakers['github-token']!(random)
  const assigned = secretMakers['assigned-secret']!(random)
  const zip = zipFile([
    { name: 'bomb', content: Buffer.alloc(20 << 20) },
    { name: 'lib/log.txt', content: github.text },
    { name: 'conf/app.properties', content: `password=${assigned.value}\n` },
    { name: 'stored.txt', content: npm.text, method: 'stored' },
    { name: 'in.jar', content: zipFile([{ name: 'key', content: zstdCompressSync(pypi.text) }]) },
  ])
  fs.writeFileSync(path.join(context, 'app.jar'), zip)
  const text = 'FROM scratch\nCOPY app.jar /app.jar\n'
  await engine.build(
    {
      context: { kind: 'directory', path: context },
      dockerfile: { kind: 'text', text, name: 'Dockerfile' },
      tags: ['zipped'],
    },
    silent,
  )
  const report = await engine.secrets('zipped', {}, silent)
  assert.deepEqual(report.findings.map(({ rule, where }) => `${rule} ${where.replace(/:\d+$/, '')}`).sort(), [
    'assigned-secret /app.jar!/conf/app.properties',
    'github-token /app.jar!/lib/log.txt',
    'npm-token /app.jar!/stored.txt',
    'pypi-token /app.jar!/in.jar!/key',
  ])
  assert.deepEqual((await engine.secrets('zipped', {}, silent)).findings, report.findings)
})

test('a search that is stopped keeps what it has looked at', async () => {
  using fresh = openEngine({ root: path.join(place, 'stopped'), env: {} })
  const files = path.join(place, 'many')
  fs.mkdirSync(files)
  for (let i = 0; i < 40; i++) fs.writeFileSync(path.join(files, `file${i}`), Buffer.alloc(1 << 20, `${i} `))
  await fresh.build(
    {
      context: { kind: 'directory', path: files },
      dockerfile: { kind: 'text', text: 'FROM scratch\nCOPY . /\n', name: 'Dockerfile' },
      tags: ['many'],
    },
    silent,
  )
  const stop = new AbortController()
  const emit = (event: Event): void => {
    if (event.type === 'moved' && event.done > 0) stop.abort()
  }
  await assert.rejects(fresh.secrets('many', {}, { signal: stop.signal, emit }), { name: 'AbortError' })
  const { scanned } = await fresh.secrets('many', {}, silent)
  assert.ok(scanned.remembered > 0 && scanned.remembered < scanned.contents)
})

test('a gate counts the secrets that are not accepted', async () => {
  using study = await engine.study('planted', {}, silent)
  const secrets = await study.secrets({ allow: 'rule:private-key' }, silent)
  const grave = secrets.findings.filter(({ severity }) => severity !== 'low').length
  const judge = (highestSecrets: string) => study.judge({ rules: { highestSecrets }, secrets })
  const result = (report: ReturnType<typeof judge>) =>
    report.results.find(({ key }) => key === 'highestSecrets')
  assert.equal(result(judge(String(grave)))?.status, 'passed')
  assert.match(result(judge(String(grave - 1)))?.message ?? '', new RegExp(`secrets=${grave} > threshold`))
  assert.equal(result(judge('disabled')), undefined)
  assert.throws(() => study.judge({ rules: { highestSecrets: '0' } }), { code: 'usage.invalid' })
})

test('an archive is searched like the stored image', async () => {
  const output = path.join(place, 'planted.tar')
  await engine.save(['planted'], { format: 'docker-archive', output }, silent)
  const stored = await engine.secrets('planted', {}, silent)
  const archived = await engine.secrets(output, {}, silent)
  assert.deepEqual(
    archived.findings.map(({ id }) => id),
    stored.findings.map(({ id }) => id),
  )
})

test('the configuration and the history are searched, and shown without the secrets', async () => {
  const password = secretMakers['assigned-secret']!(random).value
  const text = `FROM scratch\nARG NPM_TOKEN\nENV DB_PASSWORD ${password}\nCOPY empty /\n`
  await engine.build(
    {
      context: { kind: 'directory', path: context },
      dockerfile: { kind: 'text', text, name: 'Dockerfile' },
      buildArgs: { NPM_TOKEN: npm.value },
      tags: ['config'],
    },
    silent,
  )
  const { findings } = await engine.secrets('config', {}, silent)
  assert.deepEqual(
    findings.map(({ rule, spot, place: at }) => [
      rule,
      spot.in,
      spot.in === 'file' ? '' : spot.name,
      at?.line,
    ]),
    [
      ['npm-token', 'argument', 'NPM_TOKEN', 2],
      ['assigned-secret', 'environment', 'DB_PASSWORD', 3],
    ],
  )
  assert.ok(!JSON.stringify(findings).includes(password))
  assert.match(findings[0]!.advice, /--mount=type=secret,id=…,env=NPM_TOKEN/)
  using study = await engine.study('config', {}, silent)
  assert.equal(study.report.image.dockerfile?.text.split('\n')[2], 'ENV DB_PASSWORD …')
  const said = JSON.stringify([study.report, study.diveDocument()])
  assert.ok(!said.includes(password) && !said.includes(npm.value), 'the study tells a secret')
})

test('a search that is stopped ends the task that it began', async () => {
  const stop = new AbortController()
  const events: Event[] = []
  const emit = (event: Event): void => {
    events.push(event)
    if (event.type === 'began' && event.task === 'secrets') stop.abort()
  }
  const closed = openEngine({ root: path.join(place, 'root'), env: {} })
  await assert.rejects(
    closed.secrets(
      'planted',
      {},
      {
        signal: stop.signal,
        emit: (event) => {
          emit(event)
          // the store goes away under the search
          if (event.type === 'began') closed[Symbol.dispose]()
        },
      },
    ),
  )
  assert.deepEqual(
    events.flatMap((event) => ('task' in event && event.task === 'secrets' ? [event.type] : [])),
    ['began', 'ended'],
  )
})
