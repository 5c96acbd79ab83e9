// A pull that is killed in the middle of a layer: the next one asks for the rest alone. The registry counts.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { openTestRegistry } from '../../src/testing/registry.ts'
import { noise, putImage } from '../../src/testing/registry-image.ts'

const program = path.join(import.meta.dirname, '../../src/main.ts')

test('a pull killed at a random byte downloads only the rest when it is run again', async (t) => {
  const registry = await openTestRegistry()
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  t.after(async () => {
    await registry[Symbol.asyncDispose]()
    fs.rmSync(directory, { recursive: true, force: true })
  })
  const { manifest, blobs } = putImage(registry, {
    repository: 'app',
    tag: '1',
    layers: [
      [{ name: 'small', type: 'file', content: 'x' }],
      [{ name: 'large', type: 'file', content: noise(6_000_000, 1) }],
    ],
  })
  const [small, large] = manifest.layers.map((layer) => layer.digest)
  const size = blobs[1]!.length
  const peel = (...args: readonly string[]) =>
    spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args], {
      env: { ...process.env, PEEL_ROOT: path.join(directory, 'store') },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
  const name = `${registry.host}/app:1`

  const at = 500_000 + Math.floor(Math.random() * (size - 1_000_000))
  let killed = false
  const first = peel('pull', '--platform', 'linux/amd64', name)
  const gone = once(first, 'exit')
  registry.misbehave = (request, response) => {
    if (!(request.url ?? '').endsWith(large!)) return false
    response.writeHead(200, { 'content-length': size })
    response.write(blobs[1]!.subarray(0, at))
    // Long enough for all of it to arrive, and for the small layer to be finished.
    setTimeout(() => {
      killed = first.kill('SIGKILL')
    }, 1500)
    return true
  }
  await gone
  assert.ok(killed, 'it was still running')

  registry.misbehave = () => false
  registry.seen.length = 0
  const second = peel('pull', '--platform', 'linux/amd64', name)
  let out = ''
  second.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
  })
  assert.deepEqual(await once(second, 'exit'), [0, null], out)
  const asked = registry.seen.filter(({ method, url }) => method === 'GET' && url.includes('/blobs/'))
  assert.deepEqual(
    asked.filter(({ url }) => url.endsWith(small!)),
    [],
    'the finished layer is kept',
  )
  const rest = asked.filter(({ url }) => url.endsWith(large!))
  assert.equal(rest.length, 1)
  const from = Number(/^bytes=(\d+)-$/.exec(rest[0]!.headers.range ?? '')?.[1])
  assert.equal(from, at, 'every byte that came is kept')
  assert.equal(rest[0]!.sent, size - at)
  assert.match(out, /Already exists/)
  const check = peel('doctor', '--verify')
  check.stdout.resume()
  const [status] = await once(check, 'exit')
  assert.ok(status === 0 || status === 1, 'doctor may miss programs on this machine')
  assert.ok(
    !fs.existsSync(path.join(directory, 'store/partial')) ||
      fs.readdirSync(path.join(directory, 'store/partial')).length === 0,
  )
})
