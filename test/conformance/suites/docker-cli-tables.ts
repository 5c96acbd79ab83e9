// Tables of docker/cli that concern building: arguments and labels, hosts, git addresses, archives. One check for each operation, in the
// tables that `checks` puts together; those of registries have theirs in a table of their own.
import assert from 'node:assert/strict'
import { isArchiveHead } from '../../../src/build/sources/archive.ts'
import { isFault, parseGitReference } from '../../../src/core/index.ts'
import { detectCompression } from '../../../src/layer/index.ts'
import { parseLimit } from '../../../src/run/limits.ts'
import { type RawEntry, rawTar } from '../../../src/testing/raw-tar.ts'
import { readBuildFlags } from '../build-command.ts'
import { credentialChecks } from '../credential-tables.ts'
import { type Case, type Result, skip, verdict } from '../suite.ts'

interface TableCase extends Case {
  readonly value?: string
  readonly input?: string
  readonly expected?: unknown
  readonly expectedErr?: string
  readonly expectedOut?: string
  readonly url?: string
  readonly header?: readonly number[] | null
  readonly list?: string
  readonly desc?: string
  readonly Name?: string
  readonly Soft?: number
  readonly Hard?: number
}

type Checks = Readonly<Record<string, (one: TableCase) => unknown>>

export async function* run(cases: readonly TableCase[]): AsyncGenerator<Result> {
  for (const one of cases)
    yield await verdict(one.id, () => {
      const check = Object.hasOwn(checks, one.op ?? '') ? checks[one.op ?? ''] : undefined
      return check === undefined
        ? skip(`${one.op}: a part of the source that has no counterpart here`)
        : check(one)
    })
}

const builderChecks: Checks = {
  ValidateEnv({ value = '', expected, expectedErr = '' }) {
    const read = () => readBuildFlags(['--build-arg', value])
    if (expectedErr !== '') return assert.throws(read, isFault)
    const [pair] = Object.entries(read().buildArgs ?? {})
    assert.ok(pair !== undefined)
    assert.equal(pair[1] === undefined ? pair[0] : pair.join('='), expected)
  },
  ValidateIPAddress({ input = '', expectedOut, expectedErr = '' }) {
    const read = () => readBuildFlags(['--add-host', `name:${input}`])
    if (expectedErr !== '') return assert.throws(read, isFault)
    assert.deepEqual(read().addHosts, [`name:${expectedOut}`])
  },
  ValidateLabel({ value = '', expectedErr = '' }) {
    if (expectedErr.includes('whitespaces'))
      skip('docker run refuses blanks in names of labels, docker build takes them')
    const read = () => readBuildFlags(['--label', value])
    if (expectedErr !== '') return assert.throws(read, isFault)
    const equals = value.indexOf('=')
    const name = equals < 0 ? value : value.slice(0, equals)
    assert.deepEqual(read().labels, { [name]: equals < 0 ? '' : value.slice(equals + 1) })
  },
  ParseRemoteURL({ url = '', expected, expectedErr = '' }) {
    const read = () => parseGitReference(url)
    if (expectedErr !== '' || expected === undefined) return assert.equal(read(), undefined)
    const { remote, ref = 'master', subdir } = expected as Readonly<Record<string, string>>
    const found = read()
    // docker asks for `master` where nothing is named; BuildKit, and Peel, for the repository's own default
    assert.deepEqual(
      [found?.remote, found?.ref ?? 'master', found?.subdir],
      [remote, ref, subdir?.replace(/\/$/, '')],
    )
  },
  classifyURL({ list = '', input = '' }) {
    assert.equal(parseGitReference(input) !== undefined, list !== 'invalidGitUrls')
  },
  IsArchive({ header, expected }) {
    const head = Uint8Array.from(header ?? [])
    // the source is content with the mark of a compression, where ADD looks for the tar in it
    assert.equal(detectCompression(head) !== 'plain' || isArchiveHead(head), expected)
  },
  DetectArchiveReader({ desc = '', expected }) {
    // the files of the case are not at hand: one is made as it is described
    const pax: RawEntry[] = desc.includes('without') ? [] : [{ name: 'pax_global_header', type: 'xglobal' }]
    const isTar = desc.startsWith('tar file')
    const tar = rawTar([...pax, { name: 'file', type: 'file', content: 'content' }])
    assert.equal(isArchiveHead(isTar ? tar : Buffer.from('FROM scratch\n'.repeat(100))), expected)
  },
  UlimitOpt: checkLimit,
  UlimitOptSorting: checkLimit,
}

/** The source states what one written limit means. */
function checkLimit({ Name = '', Soft = 0, Hard = 0 }: TableCase): void {
  const limit = { name: Name, soft: BigInt(Soft), hard: BigInt(Hard) }
  assert.deepEqual(parseLimit(`${Name}=${Soft}:${Hard}`), limit)
  if (Soft === Hard) assert.deepEqual(parseLimit(`${Name}=${Soft}`), limit)
}

const checks: Checks = { ...builderChecks, ...credentialChecks }
