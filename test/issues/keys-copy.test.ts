// COPY and ADD: each field that must be in the key of such a step, and each that must not.
import fs from 'node:fs'
import path from 'node:path'
import { type Change, type Files, swap, testChanges } from './key-change.ts'

const files: Files = { 'src/a': 'a\n', 'src/b': 'b\n', 'src/d/a': 'a\n', 'src/same': 'a\n' }
const stage = 'FROM base:1 AS one\nCOPY src /s\nFROM base:1\n'

function enters(name: string, first: string, second: string, reason = '*'): Change {
  return swap(name, [first, second], [reason], { files })
}

function staysOut(name: string, first: string, second: string): Change {
  return swap(name, [first, second], ['hit'], { files })
}

testChanges('COPY runs again for', [
  enters('its destination', 'COPY src/a /a', 'COPY src/a /b', 'destination changed from "/a" to "/b"'),
  enters('a slash that makes the destination a directory', 'COPY src/a /x', 'COPY src/a /x/'),
  enters('the name of a source that it takes into a directory', 'COPY src/a /x/', 'COPY src/same /x/'),
  enters(
    'the name of its source, even of the same bytes and for a destination with a name',
    'COPY src/a /x',
    'COPY src/same /x',
    'src/same was src/a before',
  ),
  enters('the name of a here document', 'COPY <<E /x\none\nE', 'COPY <<F /x\none\nF', '<<F was <<E before'),
  enters('the number of its sources', 'COPY src/a /x/', 'COPY src/a src/b /x/'),
  enters('--chown', 'COPY --chown=1 src/a /a', 'COPY --chown=2 src/a /a', '--chown changed from "1" to "2"'),
  enters(
    '--chmod',
    'COPY --chmod=600 src/a /a',
    'COPY --chmod=640 src/a /a',
    '--chmod changed from "600" to "640"',
  ),
  enters('a letter of --chmod', 'COPY --chmod=u+x src/a /a', 'COPY --chmod=u-x src/a /a'),
  enters('--exclude that hides a file', 'COPY src /s', 'COPY --exclude=b src /s', 'src/b is gone'),
  enters('--parents', 'COPY src/a /x/', 'COPY --parents src/a /x/'),
  enters('a wildcard that matches more', 'COPY src/[a] /x/', 'COPY src/[ab] /x/'),
  enters('the text of a here document', 'COPY <<E /x\none\nE', 'COPY <<E /x\ntwo\nE', '<<E content changed'),
  enters(
    'a variable in a here document',
    'ENV v=1\nCOPY <<E /x\n$v\nE',
    'ENV v=2\nCOPY <<E /x\n$v\nE',
    '<<E content changed',
  ),
  swap(
    'WORKDIR before a relative destination',
    ['WORKDIR /tmp\nCOPY src/a x', 'WORKDIR /home\nCOPY src/a x'],
    ['*', '*'],
    { files },
  ),
  swap('SOURCE_DATE_EPOCH', ['COPY src/a /a', 'COPY src/a /a'], ['*'], {
    files,
    first: { sourceDateEpoch: 1_000_000_000 },
    second: { sourceDateEpoch: 1_100_000_000 },
  }),
  swap(
    'the owner of a file of a stage',
    [
      `${stage.replace('COPY', 'COPY --chown=1')}COPY --from=one /s/a /a`,
      `${stage.replace('COPY', 'COPY --chown=2')}COPY --from=one /s/a /a`,
    ],
    ['*', '*'],
    { files },
  ),
  {
    name: 'the target of a link that it takes along',
    files: { Dockerfile: 'FROM base:1\nCOPY links /l\n', ...files, 'links/x': '' },
    change: ({ directory }) => {
      fs.rmSync(path.join(directory, 'links/x'))
      fs.symlinkSync('a', path.join(directory, 'links/x'))
    },
    expected: ['*'],
  },
  swap('ADD in place of COPY, which unpacks', ['COPY src/a /a', 'ADD src/a /a'], ['*'], { files }),
])

testChanges('COPY does not run again for', [
  staysOut('the directory part of a source', 'COPY src/a /x/', 'COPY src/d/a /x/'),
  staysOut('--exclude that hides nothing', 'COPY src /s', 'COPY --exclude=none src /s'),
  staysOut('how its line is written', 'COPY src/a /a', 'copy   ["./src/a", \\\n # comment\n "//a"]'),
  staysOut('a variable that expands to the same', 'COPY src/a /a', 'ENV f=a\nCOPY src/$f /$f'),
  staysOut(
    'the environment, the user, the shell and the arguments',
    'COPY src/a /a',
    'ARG x=1\nENV e=1\nUSER 7\nSHELL ["x"]\nCOPY src/a /a',
  ),
  swap(
    'the name and the place of the stage that it takes from',
    [
      `${stage}COPY --from=one /s/a /a`,
      `FROM base:1 AS other\n${stage.replace('one', 'two')}COPY --from=two /s/a /a`,
    ],
    ['hit', 'hit'],
    { files },
  ),
  swap(
    'how the stage that it takes from was built',
    [
      `${stage}COPY --from=one /s/a /a`,
      `${stage.replace('COPY src /s', 'COPY src/a src/b /s/')}COPY --from=one /s/a /a`,
    ],
    ['*', 'hit'],
    { files },
  ),
  {
    name: 'the owner of the files here',
    files: { Dockerfile: 'FROM base:1\nCOPY src/a /a\n', ...files },
    change: ({ directory }) => fs.chownSync(path.join(directory, 'src/a'), 12, 34),
    expected: ['hit'],
  },
  {
    name: 'what is below a COPY --link',
    files: { Dockerfile: 'FROM base:1\nCOPY src/b /b\nCOPY --link src/a /x/a\n', ...files },
    change: ({ write }) => write({ 'src/b': 'other\n' }),
    expected: ['src/b content changed', 'hit'],
  },
])
