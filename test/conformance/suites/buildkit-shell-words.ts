// Expansion and splitting of words, from moby/buildkit's frontend/dockerfile/shell.
import assert from 'node:assert/strict'
import { isFault } from '../../../src/core/index.ts'
import { expandWord, expandWords, type Lookup } from '../../../src/dockerfile/index.ts'
import { cutPrefix, parseShellPattern, replacePattern } from '../../../src/dockerfile/shell-pattern.ts'
import { imageState } from '../../../src/plan/state.ts'
import { type Case, type Result, skip, verdict } from '../suite.ts'

interface WordCase extends Case {
  readonly word?: string
  readonly platform?: 'A' | 'U' | 'W'
  readonly env?: readonly string[] | Readonly<Record<string, string>>
  readonly expect?: string | readonly string[]
  readonly matched?: readonly string[]
  readonly unmatched?: readonly string[]
  readonly error?: boolean
}

export async function* run(cases: readonly WordCase[]): AsyncGenerator<Result> {
  for (const one of cases) yield await verdict(one.id, () => check(one))
}

const options = { escape: '\\' } as const

function check({ op, word = '', platform, env = [], expect, error, ...names }: WordCase): void {
  if (platform === 'W') skip('Windows variables')
  const lookup = lookupIn(env)
  if (op === 'expandWord' || op === 'expandWithMatches') {
    if (error === true) return assert.throws(() => expandWord(word, lookup, options), isFault)
    const result = expandWord(word, lookup, options)
    assert.equal(result.text, expect)
    if (op === 'expandWord') return
    assert.deepEqual([...result.used].sort(), [...(names.matched ?? [])].sort())
    assert.deepEqual([...result.missing].sort(), [...(names.unmatched ?? [])].sort())
  } else if (op === 'splitWords') {
    if (error === true || expect?.[0] === 'error')
      return assert.throws(() => expandWords(word, lookup, options), isFault)
    assert.deepEqual(expandWords(word, lookup, options), expect ?? [])
  } else if (op === 'shellPatternToRegex')
    checkPattern({ ...names, error: error === true, expect: String(expect) })
  else if (op === 'reversePattern') checkReversed(String(names.pattern), String(expect))
  else if (op === 'getEnv') {
    const { env: variables } = imageState({
      ...{ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] } },
      config: { Env: (names.envList ?? []) as readonly string[] },
    })
    assert.equal(variables.get(String(names.name)) ?? '', expect)
  } else skip(`${op} is a part of the source that has no counterpart here`)
}

/** Patterns are matched by hand here: they must take from texts what the source's regular expression takes. */
function checkPattern(one: {
  readonly pattern?: unknown
  readonly greedy?: unknown
  readonly anchored?: unknown
  readonly error: boolean
  readonly expect: string
}): void {
  const text = String(one.pattern ?? '')
  if (one.error) return assert.throws(() => parseShellPattern(text), isFault)
  const pattern = parseShellPattern(text)
  const expression = new RegExp(one.expect, 'u')
  const like = (star: string) =>
    text.replace(/\\(.)|([*?])/g, (_, taken, wild) => taken ?? (wild === '*' ? star : 'x'))
  for (const sample of [
    like(''),
    like('a'),
    like('aXa'),
    `y${like('b')}`,
    `${like('c')}z`,
    text,
    'other',
    'a\nb',
  ]) {
    if (one.anchored === true) {
      const length = one.greedy === true ? 'longest' : 'shortest'
      assert.equal(cutPrefix(sample, pattern, length), sample.replace(expression, ''), sample)
    } else if (one.greedy === true)
      assert.equal(
        replacePattern(sample, pattern, { with: '', all: false }),
        sample.replace(expression, ''),
        sample,
      )
  }
}

/** A suffix is cut by turning value and pattern round. */
function checkReversed(text: string, reversed: string): void {
  const read = (pattern: string) => {
    try {
      return parseShellPattern(pattern)
    } catch (thrown) {
      if (isFault(thrown)) return 'refused'
      throw thrown
    }
  }
  const pattern = read(text)
  const turned = pattern === 'refused' ? pattern : pattern.map((segment) => segment.toReversed()).toReversed()
  assert.deepEqual(read(reversed), turned)
}

function lookupIn(env: NonNullable<WordCase['env']>): Lookup {
  const entries = Array.isArray(env)
    ? env.map((line: string) => [line.replace(/=.*$/s, ''), line.slice(`${line}=`.indexOf('=') + 1)] as const)
    : Object.entries(env)
  const values = new Map(entries)
  return (name) => values.get(name)
}
