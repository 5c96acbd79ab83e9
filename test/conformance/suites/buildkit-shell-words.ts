// Expansion and splitting of words, from moby/buildkit's frontend/dockerfile/shell.
import assert from 'node:assert/strict'
import { isFault } from '../../../src/core/index.ts'
import { expandWord, expandWords, type Lookup } from '../../../src/dockerfile/index.ts'
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
  } else skip(`${op} is a part of the source that has no counterpart here`)
}

function lookupIn(env: NonNullable<WordCase['env']>): Lookup {
  const entries = Array.isArray(env)
    ? env.map((line: string) => [line.replace(/=.*$/s, ''), line.slice(`${line}=`.indexOf('=') + 1)] as const)
    : Object.entries(env)
  const values = new Map(entries)
  return (name) => values.get(name)
}
