import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { type Event, joinPath, type RootPath, rootPath, silent } from '../../core/index.ts'
import { openEngine } from '../../engine/index.ts'
import type { FileView } from '../../layer/index.ts'
import { openStore } from '../../store/index.ts'
import { rawTar } from '../../testing/raw-tar.ts'

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

/** A builder of one context: what the image holds after the instructions, a line an entry. Files say their content. */
function openBuilder(t: TestContext, fill: (context: string) => void) {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-copy-'))
  const root = path.join(home, 'store')
  const engine = openEngine({ root, env: {} })
  const store = openStore(root)
  t.after(() => {
    store.close()
    engine[Symbol.dispose]()
    fs.rmSync(home, { recursive: true, force: true })
  })
  const context = path.join(home, 'context')
  fs.mkdirSync(context)
  fill(context)
  return async (...instructions: readonly string[]): Promise<readonly string[]> => {
    const text = `FROM scratch\n${instructions.join('\n')}\n`
    const options = {
      context: { kind: 'directory', path: context },
      dockerfile: { kind: 'text', name: 'Dockerfile', text },
    } as const
    const { manifest } = await engine.build(options, silent)
    return listing(store.layers.stack(store.images.get(manifest).layers), rootPath)
  }
}

function listing(view: FileView, directory: RootPath): readonly string[] {
  return view.list(directory).flatMap((name) => {
    const at = joinPath(directory, name)
    const node = view.lookup(at)?.node
    assert.ok(node !== undefined)
    const { mode, uid, gid } = node.meta
    const line = `${at} ${mode.toString(8)} ${uid}:${gid}`
    if (node.kind === 'file') return [`${line} ${Buffer.from(view.read(node, 100))}`]
    return [line, ...(node.kind === 'directory' ? listing(view, at) : [])]
  })
}

describe('what COPY and ADD make', () => {
  test('a hard link stays what it is when a later source replaces the file it shares', async (t) => {
    const build = openBuilder(t, (context) => {
      fs.mkdirSync(path.join(context, 'one'))
      fs.mkdirSync(path.join(context, 'two'))
      fs.writeFileSync(path.join(context, 'one/a'), 'old')
      for (const name of ['b', 'c']) fs.linkSync(path.join(context, 'one/a'), path.join(context, 'one', name))
      fs.writeFileSync(path.join(context, 'two/a'), 'new')
    })
    assert.deepEqual(await build('COPY one two /'), ['/a 644 0:0 new', '/b 644 0:0 old', '/c 644 0:0 old'])
  })

  test('two names of a file that are one where they land are that file', async (t) => {
    const build = openBuilder(t, (context) => {
      fs.mkdirSync(path.join(context, 'tree/e'), { recursive: true })
      fs.symlinkSync('e', path.join(context, 'tree/d'))
      const members = [
        { name: 'd/x', type: 'file', content: 'old' },
        { name: 'e/x', type: 'hardlink', target: 'd/x' },
        { name: 'd/y', type: 'hardlink', target: 'd/x' },
        { name: 'e/y', type: 'hardlink', target: 'd/x' },
      ] as const
      fs.writeFileSync(path.join(context, 'a.tar'), rawTar(members))
      fs.writeFileSync(path.join(context, 'b.tar'), rawTar([{ name: 'e/x', type: 'file', content: 'new' }]))
    })
    const found = await build('COPY tree /', 'ADD a.tar b.tar /')
    assert.deepEqual(found.slice(-2), ['/e/x 644 0:0 new', '/e/y 644 0:0 old'])
  })

  test('members of an archive keep their modes, and directories that it does not name are root’s', async (t) => {
    const build = openBuilder(t, (context) => {
      const member = { name: 'made/tool', type: 'file', mode: 0o750, content: 'x' } as const
      fs.writeFileSync(path.join(context, 'a.tar'), rawTar([member]))
    })
    assert.deepEqual(await build('ADD --chmod=600 --chown=1:2 a.tar /to/'), [
      '/to 755 1:2',
      '/to/made 755 0:0',
      '/to/made/tool 750 1:2 x',
    ])
  })

  test('an empty directory makes its destination, a pattern without a match makes nothing', async (t) => {
    const build = openBuilder(t, (context) => {
      fs.mkdirSync(path.join(context, 'empty'))
      fs.writeFileSync(path.join(context, 'file'), '')
    })
    assert.deepEqual(await build('COPY empty /to'), ['/to 755 0:0'])
    assert.deepEqual(await build('COPY none* /to'), [])
    assert.deepEqual(await build('COPY --parents none* /to/'), ['/to 755 0:0'])
  })

  test('what is below a file, or stands before a wildcard and is not there, is missing', async (t) => {
    const build = openBuilder(t, (context) => fs.writeFileSync(path.join(context, 'file'), ''))
    for (const copy of ['COPY file/below /', 'COPY none/*.txt /', 'COPY --parents none/./*.txt /'])
      await assert.rejects(build(copy), { code: 'copy.missing' }, copy)
  })
})
