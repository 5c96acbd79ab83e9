import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rpmBerkeley, rpmHeader, rpmNdb } from '../../testing/rpm-database.ts'
import { rpmPackages } from './packages.ts'
import { berkeleyHeaders, ndbHeaders } from './rpm-files.ts'

const long = `1-${'r'.repeat(2000)}`
const headers = [
  rpmHeader('bash', '5.2-1.fc40'),
  rpmHeader('kernel', '6.1-2'),
  rpmHeader('kernel', '6.1-1'),
  rpmHeader('glibc', '2.39-1', 2),
  rpmHeader('glibc', '2.39-1', 2),
  rpmHeader('gpg-pubkey', 'a15b79cc-1'),
  rpmHeader('long', long),
]
const packages = { bash: '5.2-1.fc40', kernel: '6.1-1, 6.1-2', glibc: '2:2.39-1', long }

test('packages are read from headers: all versions of a name, epochs, no keys', () => {
  assert.deepEqual(Object.fromEntries(rpmPackages(headers)), packages)
  assert.deepEqual(Object.fromEntries(rpmPackages(ndbHeaders(rpmNdb(headers)))), packages)
  assert.deepEqual(Object.fromEntries(rpmPackages(berkeleyHeaders(rpmBerkeley(headers)))), packages)
})

test('a damaged database has fewer packages, and makes no trouble', () => {
  for (const [file, read] of [
    [rpmNdb(headers), ndbHeaders],
    [rpmBerkeley(headers), berkeleyHeaders],
  ] as const)
    for (let at = 0; at < file.length; at++) {
      const old = file[at]!
      for (const byte of [0, 0xff]) {
        file[at] = byte
        assert.ok(rpmPackages(read(file)).size <= headers.length)
      }
      file[at] = old
      if (at % 16 === 0) rpmPackages(read(file.subarray(0, at)))
    }
})

test('headers that lie on each other are read no further than the file is long', () => {
  const header = rpmHeader('much', '1-1')
  const file = rpmNdb(Array.from({ length: 200 }, () => header))
  // each says that it goes on to the end of the file
  for (let at = 4096; at < file.length; at += 16)
    if (file.toString('latin1', at, at + 4) === 'BlbS') file.writeUInt32LE(file.length - at - 16, at + 12)
  let read = 0
  for (const { length } of ndbHeaders(file)) read += length
  assert.ok(read > header.length && read <= file.length, `${read} of ${file.length} bytes`)
})
