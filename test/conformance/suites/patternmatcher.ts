// Ignore patterns, from moby/patternmatcher.
import assert from 'node:assert/strict'
import { isFault } from '../../../src/core/index.ts'
import { readIgnoreFile } from '../../../src/dockerfile/ignore.ts'
import { compilePatterns } from '../../../src/dockerfile/index.ts'
import { type Case, type Result, skip, verdict } from '../suite.ts'

interface PatternCase extends Case {
  readonly patterns?: readonly string[]
  readonly path?: string
  readonly match?: boolean
  readonly error?: string
  readonly content?: string | null
  readonly expect?: unknown
}

export async function* run(cases: readonly PatternCase[]): AsyncGenerator<Result> {
  for (const one of cases) yield await verdict(one.id, () => check(one))
}

function check({ op, patterns = [], path = '', match = false, error, content, expect }: PatternCase): void {
  if (op === 'match') {
    if (error !== undefined) return assert.throws(() => compilePatterns(patterns), isFault)
    assert.equal(compilePatterns(patterns).match(path).ignored, match)
  } else if (op === 'clean') {
    if (error !== undefined) return assert.throws(() => compilePatterns(patterns), isFault)
    const { count, hasExclusions } = expect as { readonly count?: number; readonly hasExclusions?: boolean }
    const compiled = compilePatterns(patterns).patterns
    if (count !== undefined) assert.equal(compiled.length, count)
    if (hasExclusions !== undefined)
      assert.equal(
        compiled.some((pattern) => pattern.startsWith('!')),
        hasExclusions,
      )
  } else if (op === 'readIgnoreFile')
    assert.deepEqual(
      readIgnoreFile(content ?? '').map(({ pattern }) => pattern),
      expect,
    )
  else skip(`${op}: patterns are not compiled into regular expressions here`)
}
