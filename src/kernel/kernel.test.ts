// The real kernel, where this machine lets us; the stand-in everywhere.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { cString, findCalls, lastError } from './calls.ts'
import { openKernel } from './index.ts'
import { openNone } from './none.ts'

const kernel = openKernel()
const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
after(() => fs.rmSync(directory, { recursive: true }))
const at = (name: string) => path.join(directory, name)
const skip = process.platform !== 'linux' || process.getuid?.() !== 0 ? 'needs root on Linux' : false
const unless = (ability: keyof typeof kernel.can) =>
  skip === false && kernel.can[ability] !== true ? String(kernel.can[ability]) : skip

test('abilities are true or a sentence, and stay so', () => {
  for (const [ability, can] of Object.entries(kernel.can)) {
    assert.ok(can === true || /\w+ \w+ \w+/.test(can), ability)
    assert.equal(kernel.can[ability as keyof typeof kernel.can], can)
  }
  assert.deepEqual(fs.readdirSync(directory), [])
})

test('the error of a call that failed stays what it was, whatever sets errno after it', (t) => {
  const calls = findCalls()
  if (typeof calls === 'string') return t.skip(calls)
  assert.equal(calls.llistxattr(cString(at('nothing')), null, 0), -1)
  // fails with ENOTDIR
  assert.equal(fs.existsSync('/dev/null/nothing'), false)
  assert.equal(lastError(calls), 'ENOENT')
})

test('opening a kernel loads no foreign functions', () => {
  const code = `
    const { openKernel } = await import(${JSON.stringify(path.join(import.meta.dirname, 'index.ts'))})
    openKernel()
    process.exitCode = process.moduleLoadList.some(name => name.endsWith(' ffi')) ? 1 : 0`
  const done = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' })
  assert.equal(done.status, 0, done.stderr)
})

test('without a kernel every ability says why, and calls are faults', () => {
  const none = openNone('this is a test machine')
  for (const can of Object.values(none.can)) assert.equal(can, 'this is a test machine')
  assert.throws(() => none.mountTmpfs('/x', {}), { code: 'kernel.unable', message: 'this is a test machine' })
  const held = none.lock(at('none-lock'), 'exclusive', 'try')
  assert.equal(none.lock(at('none-lock'), 'exclusive', 'try'), undefined)
  held?.[Symbol.dispose]()
  const again = none.lock(at('none-lock'), 'exclusive', 'try')
  assert.ok(again)
  again[Symbol.dispose]()
  fs.writeFileSync(at('timed'), '')
  none.writeTimes(at('timed'), 1_500_000_000_250_000_000n)
  assert.equal(fs.statSync(at('timed')).mtimeMs, 1_500_000_000_250)
})

test('xattrs are bytes', { skip: unless('xattrs') }, () => {
  const file = Buffer.concat([Buffer.from(at('x')), Buffer.of(0xff)])
  fs.writeFileSync(file, '')
  assert.equal(kernel.readXattrs(file), undefined)
  const value = Buffer.of(0, 255, 10, 0)
  kernel.writeXattr(file, 'trusted.b', value)
  kernel.writeXattr(file, 'user.empty', new Uint8Array())
  const read = kernel.readXattrs(file)
  assert.deepEqual([...(read?.keys() ?? [])], ['trusted.b', 'user.empty'])
  assert.deepEqual(Buffer.from(read?.get('trusted.b') ?? []), value)
  kernel.removeXattr(file, 'trusted.b')
  kernel.removeXattr(file, 'trusted.b')
  assert.equal(kernel.readXattrs(file)?.size, 1)
  assert.throws(() => kernel.readXattrs(at('absent')), {
    code: 'kernel.refused',
    details: { data: { errno: 'ENOENT' } },
  })
})

test('times keep every nanosecond, also of symlinks and before 1970', { skip }, () => {
  fs.symlinkSync('nowhere', at('link'))
  for (const mtime of [1_700_000_000_123_456_789n, -1n, -1_500_000_000n, 0n]) {
    kernel.writeTimes(at('link'), mtime)
    assert.equal(fs.lstatSync(at('link'), { bigint: true }).mtimeNs, mtime)
  }
})

test('nodes have their numbers', { skip: unless('device-nodes') }, () => {
  kernel.makeNode(at('white'), { kind: 'char', mode: 0o600, major: 0, minor: 0 })
  kernel.makeNode(at('far'), { kind: 'block', mode: 0o600, major: 259, minor: 70_000 })
  kernel.makeNode(at('pipe'), { kind: 'fifo', mode: 0o600 })
  assert.equal(fs.lstatSync(at('white')).rdev, 0)
  const listed = spawnSync('stat', ['-c', '%t %T %F', at('far'), at('pipe')], { encoding: 'utf8' }).stdout
  assert.equal(listed, '103 11170 block special file\n0 0 fifo\n')
})

test('a lock excludes others and ends with its holder, killed or not', { skip }, async () => {
  const shared = kernel.lock(at('lock'), 'shared', 'try')
  const second = kernel.lock(at('lock'), 'shared', 'try')
  assert.equal(kernel.lock(at('lock'), 'exclusive', 'try'), undefined)
  shared?.[Symbol.dispose]()
  second?.[Symbol.dispose]()
  const code = `
    const { openKernel } = await import(${JSON.stringify(path.join(import.meta.dirname, 'index.ts'))})
    globalThis.held = openKernel().lock(${JSON.stringify(at('lock'))}, 'exclusive', 'wait')
    process.stdout.write('held')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise((resolve) => child.stdout.once('data', resolve))
  assert.equal(kernel.lock(at('lock'), 'shared', 'try'), undefined)
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await ended
  const free = kernel.lock(at('lock'), 'exclusive', 'wait')
  assert.ok(free)
  free[Symbol.dispose]()
})

test('mounts are private, readonly binds are, and unmounting twice is quiet', {
  skip: unless('private-mounts'),
}, () => {
  kernel.privateMounts()
  kernel.privateMounts()
  for (const name of ['tmpfs', 'bound']) fs.mkdirSync(at(name))
  kernel.mountTmpfs(at('tmpfs'), { size: 1 << 20, mode: 0o750 })
  assert.equal(fs.statSync(at('tmpfs')).mode & 0o777, 0o750)
  fs.writeFileSync(at('tmpfs/file'), 'x')
  kernel.bind(at('tmpfs'), at('bound'), 'readonly')
  assert.throws(() => fs.writeFileSync(at('bound/other'), ''), { code: 'EROFS' })
  fs.writeFileSync(at('tmpfs/other'), '')
  const outside = fs.readFileSync(`/proc/${process.ppid}/mounts`, 'utf8')
  assert.ok(!outside.includes(directory))
  for (const name of ['bound', 'tmpfs', 'tmpfs']) kernel.unmount(at(name))
  assert.deepEqual(fs.readdirSync(at('tmpfs')), [])
})

test('an overlay stands on hundreds of layers with long and odd names', {
  skip: unless('mount-overlay'),
}, () => {
  kernel.privateMounts()
  const base = at(`${'long'.repeat(50)}/a:b,c\\d`)
  const lowers = Array.from({ length: 400 }, (_, i) => path.join(base, String(i)))
  for (const [i, lower] of lowers.entries()) {
    fs.mkdirSync(lower, { recursive: true })
    fs.writeFileSync(path.join(lower, `f${i}`), '')
    fs.writeFileSync(path.join(lower, 'same'), String(i))
  }
  for (const name of ['upper', 'work', 'root']) fs.mkdirSync(path.join(base, name))
  const root = path.join(base, 'root')
  const upper = { directory: path.join(base, 'upper'), work: path.join(base, 'work') }
  kernel.mountOverlay(root, { lowers, upper })
  try {
    assert.equal(fs.readdirSync(root).length, 401)
    assert.equal(fs.readFileSync(path.join(root, 'same'), 'utf8'), '0')
    fs.appendFileSync(path.join(root, 'f399'), 'y')
    assert.deepEqual(fs.readdirSync(upper.directory), ['f399'])
  } finally {
    kernel.unmount(root)
  }
  const refusal = { code: 'kernel.refused', message: /overlay.*(ENOENT|no such file)/s }
  assert.throws(() => kernel.mountOverlay(root, { lowers: [at('absent')], upper }), refusal)
})
