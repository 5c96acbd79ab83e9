// Tables of openshift/imagebuilder: so far its ignore files and its words. Its word expansion is a shell's where BuildKit's is not
// (anchored replacements, a replacement left out); those patterns are skipped.
import assert from 'node:assert/strict'
import { isFault } from '../../../src/core/index.ts'
import { readIgnoreFile } from '../../../src/dockerfile/ignore.ts'
import { expandWord } from '../../../src/dockerfile/index.ts'
import { type Case, type Result, skip, verdict } from '../suite.ts'

interface BuilderCase extends Case {
  readonly input?: readonly string[]
  readonly result?: readonly string[]
  readonly pattern?: string
  readonly expected?: string
  readonly expectError?: boolean
}

export async function* run(cases: readonly BuilderCase[]): AsyncGenerator<Result> {
  for (const one of cases) yield await verdict(one.id, () => check(one))
}

/** The environment of the source's test, as its results imply it. */
const variables: Readonly<Record<string, string>> = {
  EDITOR: 'vim',
  FOUREYES: 'iiii',
  XMODIFIERS: '@im=ibus',
}

function check({ op, input = [], result = [], pattern = '', expected, expectError }: BuilderCase): void {
  if (op === 'ParseDockerignore') {
    const found = readIgnoreFile(input.join('\n')).map((line) => line.pattern)
    // A lone slash stands for nothing; BuildKit keeps it, the source drops it.
    return assert.deepEqual(
      found.filter((text) => text !== '/'),
      result,
    )
  }
  if (op !== 'ProcessWord') skip(`${op}: nothing reads this table yet`)
  if (/\/[#%]/.test(pattern) || /^\$\{\w+\/\/?(?:\$\{\w+\}|[^/}])*\}$/.test(pattern))
    skip('a replacement as shells have it, not the Dockerfile language')
  const read = () => expandWord(pattern, (name) => variables[name], { escape: '\\' }).text
  if (expectError === true) return assert.throws(read, isFault)
  assert.equal(read(), expected)
}
