// Names without a registry, where the user's registries.conf speaks of them: pulled, built on, run by.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { silent } from '../core/index.ts'
import { openTestRegistry, type TestRegistry } from '../testing/registry.ts'
import { putImage } from '../testing/registry-image.ts'
import { callCli } from '../testing/shell.ts'
import type { Engine } from './api/index.ts'
import { openEngine } from './engine.ts'

interface World {
  readonly registry: TestRegistry
  readonly engine: Engine
  readonly directory: string
}

async function world(t: TestContext, conf: (host: string) => string): Promise<World> {
  const registry = await openTestRegistry()
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  const file = path.join(directory, 'registries.conf')
  fs.writeFileSync(file, conf(registry.host))
  const env = { HOME: directory, CONTAINERS_REGISTRIES_CONF: file }
  const engine = openEngine({ root: path.join(directory, 'store'), env })
  t.after(async () => {
    engine[Symbol.dispose]()
    await registry[Symbol.asyncDispose]()
    fs.rmSync(directory, { recursive: true, force: true })
  })
  return { registry, engine, directory }
}

test('an alias is pulled, found and built on under its full name', async (t) => {
  const { registry, engine, directory } = await world(t, (host) => `[aliases]\ntool = "${host}/tools/tool"\n`)
  putImage(registry, { repository: 'tools/tool', tag: 'latest', layers: [[{ name: 'a', type: 'file' }]] })
  const full = `${registry.host}/tools/tool`
  const { status, out } = await callCli(['pull', 'tool'], { engine })
  assert.equal(status, 0)
  const file = path.join(directory, 'registries.conf')
  assert.match(out, new RegExp(`^Using default tag: latest\nResolved "tool" as an alias \\(${file}\\)\n`))
  assert.match(out, new RegExp(`Status: Downloaded newer image for ${full}:latest\n${full}:latest\n$`))
  assert.deepEqual(
    engine.images().map(({ repository }) => repository),
    [full],
  )
  const before = registry.seen.length
  assert.equal(await engine.obtain('tool', {}, silent), `${full}:latest`)
  assert.equal(await engine.obtain('tool', { policy: 'never' }, silent), `${full}:latest`)
  fs.writeFileSync(path.join(directory, 'Dockerfile'), 'FROM tool\nCOPY Dockerfile /\n')
  await engine.build(
    { context: { kind: 'directory', path: directory }, buildArgs: {}, tags: ['tool'] },
    silent,
  )
  assert.equal(registry.seen.length, before, 'what is here is not asked for')
  assert.equal(await engine.obtain('tool', {}, silent), 'tool', 'what was given that very name comes first')
})

test('registries are searched in their order, and all refusals are told', async (t) => {
  const { registry, engine } = await world(
    t,
    (host) => `unqualified-search-registries = ["127.0.0.1:1", "${host}"]\n`,
  )
  putImage(registry, { repository: 'app', tag: '2', layers: [[]] })
  assert.equal((await engine.pull('app:2', {}, silent)).reference, `${registry.host}/app:2`)
  await assert.rejects(
    engine.obtain('other', {}, silent),
    (thrown: Error & { details: { hint?: string } }) => {
      assert.match(thrown.message, /No such image: other/)
      const hint = thrown.details.hint ?? ''
      assert.ok(
        hint.includes('//127.0.0.1:1/v2/other/') && hint.includes(`${registry.host}/other:latest is not`),
      )
      return true
    },
  )
  const { status, err } = await callCli(['pull', '-a', 'app'], { engine })
  assert.equal(status, 125)
  assert.match(err, /may be in several registries/)
})
