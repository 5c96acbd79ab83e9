// The short cut is taken when nothing changed, and never after anything that the key would tell.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs'
import * as os from 'node:os'
import * as path from 'node:path'
import { after, test } from 'node:test'
import { type Digest, rootPath, sha256, toRootPath } from '../core/index.ts'
import { compileIgnore } from '../dockerfile/index.ts'
import { type ContextView, openContext } from './context-view.ts'
import { openDigestMemory } from './digest-memory.ts'
import { selectFiles } from './select.ts'
import { openUnchanged } from './unchanged.ts'

const home = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-unchanged-'))
after(() => fs.rmSync(home, { recursive: true }))
const [rest, key] = [sha256('rest'), sha256('key')]
const later = (): number => Date.now() + 60_000

let made = 0
function tree(): string {
  const root = path.join(home, String(made++))
  fs.mkdirSync(path.join(root, 'src/deep'), { recursive: true })
  for (const name of ['a', 'src/b', 'src/deep/c']) fs.writeFileSync(path.join(root, name), name)
  fs.symlinkSync('a', path.join(root, 'src/link'))
  fs.mkdirSync(path.join(root, 'out'))
  fs.writeFileSync(path.join(root, 'out/log'), '')
  return root
}

/** What two builds would do: the first learns, the second asks. */
function bench(root: string, { ignore = 'out\n', from = '/', now = later } = {}) {
  const saved = new Map<string, Uint8Array>()
  const store = {
    load: (slot: string) => saved.get(slot),
    save: (slot: string, bytes: Uint8Array) => void saved.set(slot, bytes),
  }
  const open = (text = ignore) => {
    const options = { ignore: compileIgnore(text), memory: openDigestMemory(undefined) }
    const context = openContext(root, options, now)
    return { context, unchanged: openUnchanged(context, [toRootPath(from)], store) }
  }
  const select = (context: ContextView) => selectFiles(from, context, { exclude: [], parents: false })
  const learn = (of: Digest, made: Digest): void => {
    const { context, unchanged } = open()
    select(context)
    unchanged?.learn(of, made)
  }
  learn(rest, key)
  return {
    saved,
    learn,
    find: (text?: string, asked = rest) => open(text).unchanged?.find(asked),
    /** What a build selects that asked before, and one that did not. */
    selectBoth() {
      const [asked, fresh] = [open(), open()]
      assert.equal(asked.unchanged?.find(rest), undefined)
      return [select(asked.context), select(fresh.context)]
    },
  }
}

test('the key is found while nothing changes', () => {
  const { find } = bench(tree())
  assert.equal(find(), key)
  assert.equal(find(), key)
})

const changes: Readonly<Record<string, (at: (name: string) => string) => void>> = {
  'content of the same length and time': (at) => {
    const { atime, mtime } = fs.statSync(at('src/deep/c'))
    fs.writeFileSync(at('src/deep/c'), 'SRC/DEEP/C')
    fs.utimesSync(at('src/deep/c'), atime, mtime)
  },
  'a longer file': (at) => fs.appendFileSync(at('a'), '!'),
  'a mode': (at) => fs.chmodSync(at('src/b'), 0o600),
  'the mode of a directory': (at) => fs.chmodSync(at('src/deep'), 0o700),
  'a new file': (at) => fs.writeFileSync(at('src/new'), ''),
  'a new file in a new directory': (at) => {
    fs.mkdirSync(at('src/deep/er'))
    fs.writeFileSync(at('src/deep/er/d'), '')
  },
  'a file that went': (at) => fs.rmSync(at('src/deep/c')),
  'a file of another name': (at) => fs.renameSync(at('src/b'), at('src/B')),
  'another target of a link': (at) => {
    fs.rmSync(at('src/link'))
    fs.symlinkSync('b', at('src/link'))
  },
  'a file in place of another': (at) => {
    fs.writeFileSync(at('out/b'), 'SRC/B')
    fs.renameSync(at('out/b'), at('src/b'))
  },
  'a directory in place of another': (at) => {
    fs.renameSync(at('src'), at('out/src'))
    execFileSync('cp', ['-a', at('out/src'), at('src')])
  },
  'a directory that went': (at) => fs.rmSync(at('src'), { recursive: true }),
}
for (const [name, change] of Object.entries(changes))
  test(`it is not found after ${name}, and then the files are seen as they are`, () => {
    const root = tree()
    const { selectBoth } = bench(root)
    change((inside) => path.join(root, inside))
    const [asked, fresh] = selectBoth()
    assert.deepEqual(asked, fresh)
  })

test('what is hidden may change, what hides may not', () => {
  const root = tree()
  const { find } = bench(root)
  fs.appendFileSync(path.join(root, 'out/log'), 'more')
  assert.equal(find(), key)
  assert.equal(find('a\n'), undefined)
  assert.equal(find('out\n!out/log\n'), undefined)
})

test('steps that take the same files are remembered side by side, until a file changes', () => {
  const root = tree()
  const { find, learn } = bench(root)
  const other = [sha256('other rest'), sha256('other key')] as const
  learn(...other)
  assert.deepEqual([find(), find(undefined, other[0])], [key, other[1]])
  fs.appendFileSync(path.join(root, 'a'), '!')
  learn(...other)
  assert.deepEqual([find(), find(undefined, other[0])], [undefined, other[1]])
})

test('it is not found for another rest of the key', () => {
  assert.equal(bench(tree()).find(undefined, sha256('other')), undefined)
})

test('nothing is remembered of young files, whose next change could have the same time', () => {
  const { saved, find } = bench(tree(), { now: Date.now })
  assert.deepEqual([saved.size, find()], [0, undefined])
})

test('nothing is remembered where a hidden directory could show something', () => {
  assert.equal(bench(tree(), { ignore: 'out\n!out/log\n' }).saved.size, 0)
})

test('what is beside the directory does not count, and one that became a link is none', () => {
  const root = tree()
  const { find } = bench(root, { from: '/src' })
  fs.appendFileSync(path.join(root, 'a'), '!')
  assert.equal(find(), key)
  fs.renameSync(path.join(root, 'src/deep'), path.join(root, 'deep'))
  fs.symlinkSync('../deep', path.join(root, 'src/deep'))
  assert.equal(find(), undefined)
})

test('damage only costs the short cut', () => {
  const { saved, find } = bench(tree())
  for (const [slot, bytes] of saved) saved.set(slot, bytes.subarray(0, bytes.length >> 1))
  assert.equal(find(), undefined)
})

test('names that are no text are not remembered', () => {
  const root = tree()
  fs.writeFileSync(Buffer.concat([Buffer.from(`${root}/src/`), Buffer.of(0xff)]), '')
  assert.equal(bench(root, { from: rootPath }).saved.size, 0)
})
