import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseDockerfile } from '../../dockerfile/index.ts'
import { applyEdits } from './edits.ts'
import { proposeFixes } from './fix.ts'
import type { FixFindings, FoundWaste } from './types.ts'
import { unifiedDiff } from './unified-diff.ts'

function propose(text: string, findings: Partial<FixFindings>) {
  const file = parseDockerfile(text, { file: 'Dockerfile' })
  const target = file.stages.length - 1
  const none = { waste: [], warnings: [], keyLines: [], context: new Map() }
  return proposeFixes({ ...none, file, target, ...findings })
}

function deleted(path: string, broughtBy: number, hiddenBy: number): Partial<FixFindings> {
  const waste: FoundWaste = { class: 'deleted', path, bytes: 1, broughtBy, hiddenBy }
  return { waste: [waste] }
}

/** The text after the first proposal, or why there is none. */
function mended(text: string, findings: Partial<FixFindings>): string {
  const [first] = propose(text, findings)
  return first?.refusal ?? applyEdits(text, first!.edits)
}

describe('the text stays as it was written', () => {
  test('with continuations, comments in them and indentation', () => {
    assert.equal(
      mended(
        'FROM b\n# one\nrun make /x \\\n    # two\n    && use /x\n\n# three\nRUN a \\\n  && rm -r /x \\\n  && b\n',
        deleted('/x', 3, 8),
      ),
      'FROM b\n# one\nrun make /x \\\n    # two\n    && use /x \\\n    && rm -r /x\n\n# three\nRUN a \\\n  && b\n',
    )
  })

  test('with carriage returns, and another escape character', () => {
    assert.equal(
      mended(
        '# escape=`\r\nFROM b\r\nRUN make `\r\n  && use\r\nRUN rm /x\r\nCMD ["a"]\r\n',
        deleted('/x', 3, 5),
      ),
      '# escape=`\r\nFROM b\r\nRUN make `\r\n  && use `\r\n  && rm /x\r\nCMD ["a"]\r\n',
    )
  })

  test('without a line break at the end', () => {
    assert.equal(mended('FROM b\nRUN make\nRUN rm /x', deleted('/x', 2, 3)), 'FROM b\nRUN make && rm /x\n')
  })

  test('and only the word that is meant leaves an rm', () => {
    assert.equal(
      mended('FROM b\nRUN make\nENV A=1\nRUN rm -f /x /y/* && a', deleted('/x', 2, 4)),
      'FROM b\nRUN make && rm -f /x\nENV A=1\nRUN rm -f /y/* && a',
    )
  })
})

describe('refused without a try', () => {
  for (const [name, text, findings, reason] of [
    ['other commands hang on the rm', 'FROM b\nRUN make\nRUN rm /x || a', deleted('/x', 2, 3), undefined],
    ['a here document', 'FROM b\nRUN <<E\nmake\nE\nRUN rm /x', deleted('/x', 2, 5), /no plain command line/],
    ['a comment in the line', 'FROM b\nRUN make # all\nRUN rm /x', deleted('/x', 2, 3), /comment/],
    [
      'other mounts',
      'FROM b\nRUN make\nRUN --network=none make clean',
      deleted('/x', 2, 3),
      /different flags/,
    ],
    ['an instruction between', 'FROM b\nRUN make\nUSER a\nRUN make clean', deleted('/x', 2, 4), /USER/],
    [
      'a secret that a COPY uses',
      'FROM b\nARG TOKEN\nCOPY $TOKEN /x\nRUN a',
      {},
      /only RUN can have secrets/,
    ],
  ] as const)
    test(name, () => {
      const [first] = propose(text, findings)
      if (reason === undefined) assert.equal(first?.kind, 'merge-runs')
      else assert.match(first?.refusal ?? '', reason)
    })
})

test('nothing is proposed where nothing was found', () => {
  assert.deepEqual(propose('FROM b\nRUN make\nCOPY a /a\n', {}), [])
})

describe('a unified diff', () => {
  test('has hunks with three lines around, and says where a line break is missing', () => {
    const lines = Array.from({ length: 20 }, (_, i) => `${i + 1}\n`)
    const before = lines.join('')
    const after = before.replace('2\n3\n', '2\nnew\n3\n').replace('20\n', 'end')
    assert.equal(
      unifiedDiff(before, after, 'x'),
      '--- a/x\n+++ b/x\n@@ -1,5 +1,6 @@\n 1\n 2\n+new\n 3\n 4\n 5\n@@ -17,4 +18,4 @@\n 17\n 18\n 19\n-20\n+end\n\\ No newline at end of file\n',
    )
  })
  test('is empty where nothing differs', () => assert.equal(unifiedDiff('a', 'a', 'x'), ''))
})
