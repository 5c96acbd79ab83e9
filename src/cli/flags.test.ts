import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isFault } from '../core/index.ts'
import { parseFlags } from './flags.ts'

const table = {
  all: { kind: 'switch', short: 'a', about: '' },
  interactive: { kind: 'switch', short: 'i', about: '' },
  tty: { kind: 'switch', short: 't', about: '' },
  rm: { kind: 'switch', default: true, about: '' },
  file: { kind: 'text', short: 'f', value: 'string', about: '' },
  env: { kind: 'list', short: 'e', value: 'list', about: '' },
  progress: { kind: 'choice', values: ['plain', 'json'], about: '' },
} as const

const defaults = {
  all: false,
  interactive: false,
  tty: false,
  rm: true,
  file: undefined,
  env: [],
  progress: undefined,
}

function parse(line: string, stop: 'never' | 'first' = 'never'): ReturnType<typeof parseFlags<typeof table>> {
  return parseFlags(table, line === '' ? [] : line.split(' '), { command: 'peel x', stop })
}

describe('flags', () => {
  const cases: readonly (readonly [string, Record<string, unknown>, readonly string[]])[] = [
    ['', {}, []],
    ['-it', { interactive: true, tty: true }, []],
    ['-itf x', { interactive: true, tty: true, file: 'x' }, []],
    ['-fx y', { file: 'x' }, ['y']],
    ['-f=x', { file: 'x' }, []],
    ['-f -', { file: '-' }, []],
    ['--file=a=b', { file: 'a=b' }, []],
    ['--file= y', { file: '' }, ['y']],
    ['--file x y', { file: 'x' }, ['y']],
    ['y --file x', { file: 'x' }, ['y']],
    ['--file a --file b', { file: 'b' }, []],
    ['-e A=1 --env B -eC', { env: ['A=1', 'B', 'C'] }, []],
    ['--rm=false --all=true', { rm: false, all: true }, []],
    ['-a=0 z', { all: false }, ['z']],
    ['--progress json -', { progress: 'json' }, ['-']],
    ['-- -a --help', {}, ['-a', '--help']],
    ['a -- b --', {}, ['a', 'b', '--']],
  ]
  for (const [line, flags, words] of cases)
    test(line === '' ? '(nothing)' : line, () => {
      assert.deepEqual(parse(line), { kind: 'parsed', flags: { ...defaults, ...flags }, words })
    })

  test('after the first word all is words, where the command says so', () => {
    const parsed = parse('-it busybox ls -a --help -- x', 'first')
    assert.deepEqual(parsed.kind === 'parsed' && parsed.words, ['busybox', 'ls', '-a', '--help', '--', 'x'])
  })

  test('help wins, but not behind --', () => {
    for (const line of ['--help', '-a --help', 'x -h', '-ah']) assert.equal(parse(line).kind, 'help', line)
    assert.equal(parse('-- --help').kind, 'parsed')
  })

  const wrong: readonly (readonly [string, string, string])[] = [
    ['--fil x', 'unknown flag: --fil', "Did you mean --file? See 'peel x --help'"],
    ['--porgress=json', 'unknown flag: --porgress', "Did you mean --progress? See 'peel x --help'"],
    ['--zzzzzz', 'unknown flag: --zzzzzz', "See 'peel x --help'"],
    ['--toString', 'unknown flag: --toString', "See 'peel x --help'"],
    ['-iz', "unknown shorthand flag: 'z' in -iz", "See 'peel x --help'"],
    ['-all', "unknown shorthand flag: 'l' in -all", "Did you mean --all? See 'peel x --help'"],
    ['--file', 'flag needs an argument: --file', "See 'peel x --help'"],
    ['-f', 'flag needs an argument: -f, --file', "See 'peel x --help'"],
    ['--all=maybe', 'invalid value "maybe" for --all: it is true or false', "See 'peel x --help'"],
    [
      '--progress jsn',
      'invalid value "jsn" for --progress: it is one of plain, json',
      "Did you mean json? See 'peel x --help'",
    ],
  ]
  for (const [line, message, hint] of wrong)
    test(`wrong: ${line}`, () => {
      assert.throws(
        () => parse(line),
        (thrown) =>
          isFault(thrown) &&
          thrown.exitStatus === 125 &&
          thrown.message === message &&
          thrown.details.hint === hint,
      )
    })
})
