import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readCommands } from './commands.ts'
import { attributeChange, covers, installManifests, leftLists, removedPaths } from './idioms.ts'

const shown = (text: string): readonly string[] | undefined =>
  readCommands(text)?.map(({ joint, words }) => `${joint}[${words.map((word) => word.text).join('|')}]`)

describe('a command line', () => {
  for (const [text, ...expected] of [
    ['a b  c', '[a|b|c]'],
    ['a && b || c; d | e & f', '[a]', '&&[b]', '||[c]', ';[d]', '|[e]', '&[f]'],
    ['a "b c" \'d e\' f\\ g', '[a|b c|d e|f g]'],
    ['a "$(b "c d" && e)" `f g` ${h:-i j}', '[a|$(b "c d" && e)|`f g`|${h:-i j}]'],
    ['a >/dev/null 2>&1 && b &> c', '[a]', '&&[b]'],
    ['echo a#b ";#&&"', '[echo|a#b|;#&&]'],
    ['a;', '[a]'],
    ['A=b C="d e" f g=h; I=j; K=$l m', '[f|g=h]', ';[I=j]', ';[K=$l|m]'],
    ['', ...[]],
  ] as const)
    test(JSON.stringify(text), () => assert.deepEqual(shown(text), expected))

  for (const text of [
    'if a; then b; fi',
    'for x in 1 2; do a; done',
    '(a && b)',
    'a && { b; }',
    'f() { a; }',
    'cat <<EOF',
    'a # b',
    'a "b',
    "a 'b",
    'a &&',
    '&& a',
    'case x in y) z ;; esac',
    'a $(b',
  ])
    test(`${text} is not read`, () => assert.equal(readCommands(text), undefined))

  test('places are those of the commands, redirections included', () => {
    const text = '  a b >c  &&  d '
    assert.deepEqual(
      readCommands(text)?.map(({ start, end }) => text.slice(start, end)),
      ['a b >c', 'd'],
    )
    assert.deepEqual(readCommands(text)?.[0]?.outputs, ['c'])
  })
})

describe('idioms', () => {
  const one = (text: string) => readCommands(text)![0]!

  test('rm of absolute paths', () => {
    assert.deepEqual(removedPaths(one('rm -rf /a "/b c"')), ['/a', '/b c'])
    for (const text of ['rm -rf a', 'rm $x', 'rm /a $x', 'rmdir /a', 'rm -rf'])
      assert.equal(removedPaths(one(text)), undefined, text)
  })

  test('what a word of rm covers', () => {
    for (const [word, path] of [
      ['/a', '/a'],
      ['/a/', '/a/b/c'],
      ['/a/*', '/a'],
      ['/a/*', '/a/b/c'],
      ['/tmp/*.gz', '/tmp/x.gz'],
    ] as const)
      assert.ok(covers(word, path), `${word} ${path}`)
    for (const [word, path] of [
      ['/a/b', '/a'],
      ['/a', '/ab'],
      ['/a/*/c', '/a/b'],
      ['/tmp/*.gz', '/tmp/x'],
    ] as const)
      assert.ok(!covers(word, path), `${word} ${path}`)
  })

  test('chmod and chown', () => {
    assert.deepEqual(attributeChange(one('chown -R a:b /x /y')), {
      flag: 'chown',
      value: 'a:b',
      recursive: true,
      paths: ['/x', '/y'],
    })
    assert.equal(attributeChange(one('chmod -x /y'))?.value, '-x')
    for (const text of ['chown --reference=/a /b', 'chmod $m /x', 'chown -Rh a /x', 'chmod 755'])
      assert.equal(attributeChange(one(text)), undefined, text)
  })

  test('lists that are left', () => {
    assert.equal(leftLists(readCommands('apt-get update && apt-get install -y a')!)?.name, 'apt')
    assert.equal(leftLists(readCommands('apt-get update && rm -rf /var/lib/apt/lists')!), undefined)
    assert.equal(leftLists(readCommands('apt-get install -y update')!), undefined)
  })

  test('what installs from manifests alone', () => {
    assert.ok(installManifests(one('npm ci --omit=dev'))?.includes('package-lock.json'))
    assert.deepEqual(installManifests(one('pip install --no-cache-dir -r requirements.txt')), [
      'requirements.txt',
    ])
    for (const text of [
      'npm install lodash',
      'npm run build',
      'pip install .',
      'pip install -r a.txt b',
      'yarn build',
    ])
      assert.equal(installManifests(one(text)), undefined, text)
  })
})
