// Tables of moby's classic builder: names of downloads, owners, working directories, ports. Its tables about credentials in a header are
// of an API that a program without a daemon does not serve.
import assert from 'node:assert/strict'
import { isFault } from '../../../src/core/index.ts'
import { parsePorts } from '../../../src/dockerfile/index.ts'
import { checkDocument } from '../../../src/image/index.ts'
import { nextWorkdir } from '../../../src/plan/state.ts'
import { urlFileName } from '../../../src/plan/url-file-name.ts'
import { findOwner } from '../../../src/run/index.ts'
import { fileView } from '../../../src/testing/file-view.ts'
import { dir, file } from '../../../src/testing/tree.ts'
import { planText } from '../plan-text.ts'
import { type Case, type Result, skip, verdict } from '../suite.ts'

interface TableCase extends Case {
  readonly path?: string
  readonly disposition?: string
  readonly expected?: string
  readonly input?: string
  readonly expPort?: string
  readonly expProto?: string
  readonly expErr?: string
  readonly current?: string
  readonly requested?: string
  readonly expectedError?: string
  readonly chown?: string
  readonly expect?: { readonly UID: number; readonly GID: number } | null
  readonly errorContains?: string | null
  readonly remapped?: boolean
  readonly name?: string
  readonly json?: string
}

export async function* run(cases: readonly TableCase[]): AsyncGenerator<Result> {
  for (const one of cases)
    yield await verdict(one.id, () => {
      const check = Object.hasOwn(checks, one.op ?? '') ? checks[one.op ?? ''] : undefined
      return check === undefined
        ? skip(`${one.op}: a part of the source that has no counterpart here`)
        : check(one)
    })
}

const checks: Readonly<Record<string, (one: TableCase) => unknown>> = {
  GetFilenameForDownload: checkFileName,
  SplitProtoPort: checkPort,
  NormalizeWorkdir({ current = '', requested = '', expected, expectedError = '' }) {
    if (expectedError !== '') return assert.rejects(planText(`FROM scratch\nWORKDIR ${requested}\n`), isFault)
    assert.equal(nextWorkdir(nextWorkdir('/', current), requested), expected)
  },
  chown: checkOwner,
  DetectManifestBlobMediaTypeInvalid({ json = '' }) {
    assert.notEqual(checkDocument('manifest', json), undefined)
  },
}

function checkFileName({ path = '', disposition = '', expected = '' }: TableCase): void {
  if (disposition !== '') skip('ADD names a file after its URL whatever the server calls it, as in BuildKit')
  if (/[^/]\/$/.test(path.replace(/^https?:\/\/[^/]*/, '')))
    skip('BuildKit takes the name before a last slash')
  const url = path.startsWith('http') ? path : `https://www.example.com${path}`
  assert.equal(urlFileName(url), expected === '' ? '__unnamed__' : expected)
}

function checkPort({ input = '', expPort = '', expProto = '', expErr = '' }: TableCase): void {
  const isPort = /^\d+$/.test(expPort) && /^(?:tcp|udp|sctp)$/i.test(expProto)
  if (expErr === '' && !isPort) skip('what is no port is refused in the same step here')
  const read = () => parsePorts([input]).map(({ text }) => text)
  if (expErr !== '') return assert.throws(read, isFault)
  assert.deepEqual(read(), [`${expPort}/${expProto.toLowerCase()}`])
}

/** The accounts that the suite's notes state. */
const accounts = fileView(
  dir('/etc'),
  file(
    '/etc/passwd',
    'root:x:0:0::/:/bin/sh\nbin:x:1:1::/:/bin/sh\nwwwwww:x:21:33::/:/bin/sh\nunicorn:x:1001:1002::/:/bin/sh\n',
  ),
  file(
    '/etc/group',
    'root:x:0:\nbin:x:1:\nwwwwww:x:33:\nunicorn:x:1002:\nsomegrp:x:5555:\nothergrp:x:6666:\n',
  ),
)

function checkOwner({
  chown = '',
  expect = null,
  errorContains,
  remapped = false,
  name = '',
}: TableCase): void {
  if (remapped || name.endsWith('WithMap')) skip('a daemon’s remapping of users')
  const owner = findOwner(accounts, chown)
  if (expect === null || typeof errorContains === 'string') return assert.notDeepEqual(owner.unknown, [])
  assert.deepEqual(owner, { uid: expect.UID, gid: expect.GID, unknown: [] })
}
