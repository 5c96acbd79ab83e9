// Wrong answers of other builders' caches, told in their trackers, as builds of ours: results that were stale, and steps that ran again for
// nothing. Each test names the reports.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { silent } from '../../src/core/index.ts'
import { below, type Change, swap, testChanges } from './key-change.ts'

const files = { 'src/a': 'a\n', 'src/b': 'b\n' }

/** Changes files and leaves their sizes and times as they were. */
function rewrite(name: string, text: string): Change['change'] {
  return ({ directory }) => {
    const file = path.join(directory, name)
    const { atime, mtime } = fs.statSync(file)
    fs.writeFileSync(file, text)
    fs.utimesSync(file, atime, mtime)
  }
}

testChanges(
  'a stale result is not taken',
  [
    swap(
      'when only the text of a here document changed (containers/podman#25469, osscontainertools/kaniko#824)',
      ['RUN <<E\necho one > /x\nE\nRUN true', 'RUN <<E\necho two > /x\nE\nRUN true'],
      ['*', below],
    ),
    swap(
      'when a variable in a here document changed (osscontainertools/kaniko#822)',
      ['ARG v=1\nCOPY <<E /x\n$v\nE', 'ARG v=2\nCOPY <<E /x\n$v\nE'],
      ['<<E content changed'],
    ),
    {
      name: 'when a file that a RUN binds changed (containers/podman#26057)',
      files: {
        Dockerfile: 'FROM base:1\nRUN --mount=type=bind,source=src,target=/s cat /s/a > /x\n',
        ...files,
      },
      change: ({ write }) => write({ 'src/a': 'changed\n' }),
      expected: ['src/a content changed'],
    },
    {
      name: 'when a stage that a RUN binds gives other files (containers/podman#26057)',
      files: {
        Dockerfile:
          'FROM base:1 AS s\nCOPY src /s\nFROM base:1\nRUN --mount=type=bind,from=s,source=/s,target=/m cat /m/a > /x\n',
        ...files,
      },
      change: ({ write }) => write({ 'src/a': 'other\n' }),
      expected: ['src/a content changed', '*'],
    },
    swap(
      'when a build argument that a RUN uses changed (containers/buildah#1391)',
      ['ARG who\nRUN echo $who > /x', 'ARG who\nRUN echo $who > /x'],
      ['ARG who changed from "a" to "b"'],
      { first: { buildArgs: { who: 'a' } }, second: { buildArgs: { who: 'b' } } },
    ),
    swap(
      'when a build argument has another value that an ENV took (containers/podman#8591, containers/buildah#5095)',
      ['ARG v\nENV V=$v\nRUN echo $V > /v', 'ARG v\nENV V=$v\nRUN echo $V > /v'],
      ['*'],
      { first: { buildArgs: { v: '1' } }, second: { buildArgs: { v: '2' } } },
    ),
    {
      name: 'when a file changed and kept its size and time (containers/buildah#6106, #1780, containers/podman#3920)',
      files: { Dockerfile: 'FROM base:1\nCOPY src /k\n', ...files },
      change: rewrite('src/a', 'A\n'),
      expected: ['src/a content changed'],
    },
    {
      name: 'when a stage gives another file (GoogleContainerTools/kaniko#870, #1262)',
      files: {
        Dockerfile:
          'FROM base:1 AS one\nCOPY src/a /one\nFROM base:1\nCOPY --from=one /one /two\nRUN cat /two > /three\n',
        ...files,
      },
      change: ({ write }) => write({ 'src/a': 'anew\n' }),
      expected: ['src/a content changed', '*', below],
    },
    {
      name: 'when a stage gives another file that a pattern matches (GoogleContainerTools/kaniko#589)',
      files: {
        Dockerfile: 'FROM base:1 AS one\nCOPY src /one\nFROM base:1\nCOPY --from=one /one/* /glob/\n',
        ...files,
      },
      change: ({ write }) => write({ 'src/b': 'anew\n' }),
      expected: ['src/b content changed', '*'],
    },
    swap(
      'when a variable in the destination changed (osscontainertools/kaniko#791)',
      ['ARG A=one\nCOPY src/a /$A/a', 'ARG A=two\nCOPY src/a /$A/a'],
      ['destination changed from "/one/a" to "/two/a"'],
      { files },
    ),
    swap(
      'when a variable in WORKDIR changed (osscontainertools/kaniko#813, #655)',
      ['ARG W=one\nWORKDIR /$W\nRUN pwd > /tmp/w', 'ARG W=two\nWORKDIR /$W\nRUN pwd > /tmp/w'],
      ['path changed from "/one" to "/two"', '*'],
    ),
    swap(
      'of a stage that differs in the id of a cache mount only (moby/moby#47693)',
      [
        'RUN --mount=type=cache,target=/c,id=first touch /c/x',
        'RUN --mount=type=cache,target=/c,id=second touch /c/x',
      ],
      ['*'],
    ),
  ],
  ({ engine, folder }) => {
    test('an ENV from a build argument is right where nothing runs after it (containers/podman#8591)', async () => {
      const directory = path.join(folder, 'env-only')
      fs.mkdirSync(directory)
      fs.writeFileSync(
        path.join(directory, 'Dockerfile'),
        'FROM base:1\nARG N\nENV N=$N\nENTRYPOINT echo $N\n',
      )
      for (const number of ['13', '14']) {
        const context = { kind: 'directory', path: directory } as const
        await engine().build({ context, buildArgs: { N: number }, tags: ['env:1'] }, silent)
        const [image] = engine().inspect(['env:1']) as readonly {
          readonly Config?: { readonly Env?: readonly string[] }
        }[]
        assert.ok(image?.Config?.Env?.includes(`N=${number}`), `the environment is ${image?.Config?.Env}`)
      }
    })
  },
)

const alike = {
  Dockerfile: [
    'FROM base:1 AS left',
    'RUN cat /proc/sys/kernel/random/uuid > /made',
    'RUN cp /made /left',
    'FROM base:1 AS right',
    'RUN cat /proc/sys/kernel/random/uuid > /made',
    'RUN cp /made /right',
    'FROM base:1',
    'COPY --from=left /left /',
    'COPY --from=right /right /',
    'RUN cmp /left /right',
    '',
  ].join('\n'),
}

testChanges('a step does not run again for nothing', [
  {
    name: 'when two stages began with the same command at the same time',
    files: alike,
    change: () => {},
    expected: Array(7).fill('hit'),
  },
  {
    name: 'when two stages began with the same command at the same time, and the cache was not to be used',
    files: alike,
    change: () => {},
    first: { noCache: true },
    expected: Array(7).fill('hit'),
  },
  {
    name: 'when files of a fresh checkout have new times (containers/buildah#2215)',
    files: { Dockerfile: 'FROM base:1\nCOPY src /s\nRUN cat /s/a > /x\n', ...files },
    change({ directory }) {
      for (const name of ['src/a', 'src/b', 'src', '.', 'Dockerfile'])
        fs.utimesSync(path.join(directory, name), 1_234_567_890, 1_234_567_890)
    },
    expected: ['hit', 'hit'],
  },
  {
    name: 'when what a RUN binds has new times (containers/buildah#6291)',
    files: {
      Dockerfile: 'FROM base:1\nRUN --mount=type=bind,source=src,target=/s cat /s/a > /x\n',
      ...files,
    },
    change({ directory }) {
      for (const name of ['src/a', 'src/b', 'src'])
        fs.utimesSync(path.join(directory, name), 1_234_567_890, 1_234_567_890)
    },
    expected: ['hit'],
  },
  {
    name: 'after a COPY that was reused (GoogleContainerTools/kaniko#899)',
    files: {
      Dockerfile: 'FROM base:1\nCOPY src/a /k\nRUN cat /k > /l\nCOPY src/b /m\nRUN cat /m > /n\n',
      ...files,
    },
    change: () => {},
    expected: ['hit', 'hit', 'hit', 'hit'],
  },
  swap(
    'when an ARG changed that an ENV overrides (containers/buildah#1936)',
    ['ARG F\nENV F=bat\nRUN echo $F > /f', 'ARG F\nENV F=bat\nRUN echo $F > /f'],
    ['hit'],
    { first: { buildArgs: { F: '1' } }, second: { buildArgs: { F: '2' } } },
  ),
])
