// What a step's key holds and what not, one change at a time: which steps run again, and that the reason names just what changed. The
// fields of each instruction by themselves are in keys-*.test.ts.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { silent } from '../../src/core/index.ts'
import { below, type Change, type Files, testChanges } from './key-change.ts'

const copyAndRun = 'FROM base:1\nCOPY src /src\nRUN cat /src/* > /all\n'
const sources: Files = { 'src/a': 'a\n', 'src/b': 'b\n' }

const changes: readonly Change[] = [
  {
    name: 'nothing',
    files: { Dockerfile: copyAndRun, ...sources },
    change: () => {},
    expected: ['hit', 'hit'],
  },
  {
    name: 'a byte of a file',
    files: { Dockerfile: copyAndRun, ...sources },
    change: ({ write }) => write({ 'src/a': 'x\n' }),
    expected: ['src/a content changed', below],
  },
  {
    name: 'a mode',
    files: { Dockerfile: copyAndRun, ...sources },
    change: ({ directory }) => fs.chmodSync(path.join(directory, 'src/b'), 0o755),
    expected: ['src/b mode changed from 644 to 755', below],
  },
  {
    name: 'a new file',
    files: { Dockerfile: copyAndRun, ...sources },
    change: ({ write }) => write({ 'src/c': 'c\n' }),
    expected: ['src/c is new', below],
  },
  {
    name: 'a removed file',
    files: { Dockerfile: copyAndRun, ...sources },
    change: ({ write }) => write({ 'src/b': undefined }),
    expected: ['src/b is gone', below],
  },
  {
    name: 'times only',
    files: { Dockerfile: copyAndRun, ...sources },
    change: ({ directory }) => fs.utimesSync(path.join(directory, 'src/a'), 1_000_000_000, 1_000_000_000),
    expected: ['hit', 'hit'],
  },
  {
    name: 'a file that no COPY takes',
    files: { Dockerfile: copyAndRun, ...sources },
    change: ({ write }) => write({ other: 'x\n' }),
    expected: ['hit', 'hit'],
  },
  {
    name: '.dockerignore hides a file',
    files: { Dockerfile: copyAndRun, ...sources, 'src/a': 'no other case has this\n' },
    change: ({ write }) => write({ '.dockerignore': 'src/b\n' }),
    expected: ['src/b is gone (.dockerignore hides it now)', below],
  },
  {
    name: 'two matches of one name that swap their contents',
    files: { Dockerfile: 'FROM base:1\nCOPY */f /d/\n', 'a/f': '1\n', 'b/f': '2\n' },
    change: ({ write }) => write({ 'a/f': '2\n', 'b/f': '1\n' }),
    expected: ['*'],
  },
  {
    name: 'a changed file whose step gives the same result',
    files: {
      Dockerfile: 'FROM base:1\nCOPY src /src\nFROM base:1\nCOPY --from=0 /src/a /a\nRUN cat /a > /b\n',
      ...sources,
    },
    change: ({ write }) => write({ 'src/b': 'changed\n' }),
    expected: ['src/b content changed', 'hit', 'hit'],
  },
  {
    name: 'the text of a RUN',
    files: { Dockerfile: 'FROM base:1\nRUN echo a > /a\nRUN echo b > /b\n' },
    change: ({ write }) => write({ Dockerfile: 'FROM base:1\nRUN echo c > /a\nRUN echo b > /b\n' }),
    expected: ['command changed from "echo a > /a" to "echo c > /a"', below],
  },
  {
    name: 'a comment and blank lines',
    files: { Dockerfile: 'FROM base:1\nRUN echo a > /a\n' },
    change: ({ write }) => write({ Dockerfile: 'FROM base:1\n\n# a comment\n\nRUN echo a > /a\n' }),
    expected: ['hit'],
  },
  {
    name: 'the text of a here document',
    files: { Dockerfile: 'FROM base:1\nRUN <<E\necho a > /a\nE\nCOPY <<F /f\nx\nF\n' },
    change: ({ write }) => write({ Dockerfile: 'FROM base:1\nRUN <<E\necho b > /a\nE\nCOPY <<F /f\ny\nF\n' }),
    expected: ['*', '<<F content changed'],
  },
  {
    name: 'ENV',
    files: { Dockerfile: 'FROM base:1\nENV A=1\nRUN true\n' },
    change: ({ write }) => write({ Dockerfile: 'FROM base:1\nENV A=2\nRUN true\n' }),
    expected: ['ENV A changed from "1" to "2"'],
  },
  {
    name: 'LABEL, EXPOSE and CMD',
    files: { Dockerfile: 'FROM base:1\nLABEL a=1\nEXPOSE 80\nRUN true\nCMD a\n' },
    change: ({ write }) => write({ Dockerfile: 'FROM base:1\nLABEL a=2\nEXPOSE 81\nRUN true\nCMD b\n' }),
    expected: ['hit'],
  },
  {
    name: 'a build argument, from where it is declared on',
    files: { Dockerfile: 'FROM base:1\nRUN true\nARG V=1\nRUN echo $V > /v\n' },
    change: () => {},
    first: { buildArgs: { V: '1' } },
    second: { buildArgs: { V: '2' } },
    expected: ['hit', 'ARG V changed from "1" to "2"'],
  },
  {
    name: 'a build argument that expands into a COPY',
    files: { Dockerfile: 'FROM base:1\nARG F=a\nCOPY src/$F /x\n', 'src/a': 'same\n', 'src/b': 'other\n' },
    change: () => {},
    second: { buildArgs: { F: 'b' } },
    expected: ['*'],
  },
  {
    name: 'USER and WORKDIR',
    files: { Dockerfile: 'FROM base:1\nUSER 1000\nRUN true\n' },
    change: ({ write }) => write({ Dockerfile: 'FROM base:1\nUSER 1001\nRUN true\n' }),
    expected: ['user changed from "1000" to "1001"'],
  },
  {
    name: 'a bound file',
    files: {
      Dockerfile: 'FROM base:1\nRUN --mount=type=bind,target=/c,source=src cat /c/a > /a\n',
      ...sources,
    },
    change: ({ write }) => write({ 'src/a': 'x\n' }),
    expected: ['src/a content changed'],
  },
  {
    name: 'times of a bound file, and a file beside what is bound',
    files: {
      Dockerfile: 'FROM base:1\nRUN --mount=type=bind,target=/c,source=src cat /c/a > /a\n',
      ...sources,
    },
    change: ({ directory, write }) => {
      fs.utimesSync(path.join(directory, 'src/a'), 1_000_000_000, 1_000_000_000)
      write({ beside: 'x\n' })
    },
    expected: ['hit'],
  },
  {
    name: 'the id of a cache mount',
    files: { Dockerfile: 'FROM base:1\nRUN --mount=type=cache,target=/c,id=one true\n' },
    change: ({ write }) =>
      write({ Dockerfile: 'FROM base:1\nRUN --mount=type=cache,target=/c,id=two true\n' }),
    expected: ['*'],
  },
  {
    name: 'the value of a secret',
    files: {
      Dockerfile: 'FROM base:1\nRUN --mount=type=secret,id=s cat /run/secrets/s | wc -c > /n\n',
      s1: 'one',
      s2: 'two',
    },
    change: () => {},
    first: { secrets: [{ id: 's', from: 'env', variable: 'PEEL_TEST_ONE' }] },
    second: { secrets: [{ id: 's', from: 'env', variable: 'PEEL_TEST_TWO' }] },
    expected: ['hit'],
  },
  {
    name: '--chown, --chmod and the destination',
    files: { Dockerfile: 'FROM base:1\nCOPY --chmod=644 src/a /a\nCOPY src/b /b\n', ...sources },
    change: ({ write }) => write({ Dockerfile: 'FROM base:1\nCOPY --chmod=600 src/a /a\nCOPY src/b /c\n' }),
    expected: ['--chmod changed from "644" to "600"', 'destination changed from "/b" to "/c"'],
  },
  {
    name: '--no-cache',
    files: { Dockerfile: copyAndRun, ...sources },
    change: () => {},
    second: { noCache: true },
    expected: ['*', '*'],
  },
  {
    name: '--no-cache-filter',
    files: { Dockerfile: 'FROM base:1 AS a\nRUN true\nFROM base:1\nCOPY --from=a /etc/passwd /p\n' },
    change: () => {},
    second: { noCacheFilter: ['a'] },
    expected: ['*', 'hit'],
  },
]

testChanges('a step runs again when, and only when', changes, ({ engine, folder }) => {
  test('another base under the same name', async () => {
    const directory = path.join(folder, 'rebased')
    fs.mkdirSync(directory)
    const build = (text: string, tags: readonly string[]) => {
      fs.writeFileSync(path.join(directory, 'Dockerfile'), text)
      return engine().build({ context: { kind: 'directory', path: directory }, tags }, silent)
    }
    const top = 'FROM own:1\nRUN echo top > /top\n'
    await build('FROM base:1\nRUN echo 1 > /base\n', ['own:1'])
    await build(top, [])
    await build('FROM base:1\nRUN echo 2 > /base\n', ['own:1'])
    const { steps } = await build(top, [])
    assert.deepEqual(
      steps.map(({ outcome }) => outcome),
      ['done'],
    )
    assert.equal(steps[0]?.reason, below)
  })
})
