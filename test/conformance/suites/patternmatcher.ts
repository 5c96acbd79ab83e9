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
  readonly pattern?: string
  readonly kind?: string
  readonly regexp?: string
}

export async function* run(cases: readonly PatternCase[]): AsyncGenerator<Result> {
  for (const one of cases) yield await verdict(one.id, () => check(one))
}

function check(one: PatternCase): void {
  const { op, patterns = [], path = '', match = false, error, content, expect } = one
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
  else if (op === 'compile') checkCompiled(one)
  else skip(`${op}: a part of the source that has no counterpart here`)
}

/** What a pattern is compiled to shows in the paths that it takes: those that the source's expression or kind says, and all below them. */
function checkCompiled({ pattern = '', kind, regexp }: PatternCase): void {
  const compiled = compilePatterns([pattern])
  const whole = pattern.replace(/^\/|\/$/g, '')
  const takes = (path: string): boolean => {
    if (regexp !== undefined && regexp !== '') return new RegExp(regexp).test(path)
    if (kind === 'exact') return path === whole
    if (kind === 'prefix') return path.startsWith(whole.replace(/\*\*$/, ''))
    const suffix = whole.replace(/^\*\*/, '')
    return path.endsWith(suffix) || (suffix.startsWith('/') && path === suffix.slice(1))
  }
  const plain =
    pattern
      .replace(/\*\*\/?/g, '')
      .replace(/[*?]/g, 'x')
      .replace(/^\/|\/$/g, '') || 'x'
  for (const path of [
    plain,
    `${plain}/below`,
    `above/${plain}`,
    `a/b/${plain}/c`,
    `x${plain}`,
    `${plain}x`,
    'other/file.txt',
  ]) {
    const parts = path.split('/')
    const expected = parts.some((_, count) => takes(parts.slice(0, count + 1).join('/')))
    assert.equal(compiled.match(path).ignored, expected, path)
  }
}
