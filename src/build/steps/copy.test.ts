import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { type Event, silent } from '../../core/index.ts'
import { openEngine } from '../../engine/index.ts'

test('several sources to the name of a file are warned of, once; to a directory they are not', async (t) => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-copy-'))
  const engine = openEngine({ root: path.join(home, 'store'), env: {} })
  t.after(() => {
    engine[Symbol.dispose]()
    fs.rmSync(home, { recursive: true, force: true })
  })
  const context = path.join(home, 'context')
  fs.mkdirSync(context)
  for (const name of ['a1', 'a2', 'a3']) fs.writeFileSync(path.join(context, name), name)
  const warnings = async (copy: string) => {
    const events: Event[] = []
    const text = `FROM scratch\n${copy}\n`
    await engine.build(
      {
        context: { kind: 'directory', path: context },
        dockerfile: { kind: 'text', name: 'Dockerfile', text },
      },
      { ...silent, emit: (event) => events.push(event) },
    )
    return events.flatMap((event) => (event.type === 'warning' ? [`${event.code} ${event.place?.line}`] : []))
  }
  assert.deepEqual(await warnings('COPY a1 a2 a3 /all'), ['SourceReplaced 2'])
  assert.deepEqual(await warnings('COPY a* /all'), ['SourceReplaced 2'])
  assert.deepEqual(await warnings('COPY a* /all/'), [])
})
