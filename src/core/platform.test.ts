import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostPlatform, normalizePlatform, parsePlatform, printPlatform } from './platform.ts'
import { findPlatform } from './platform-match.ts'

const host = { os: 'linux', architecture: 'amd64' }

test('what a platform text leaves out is the host’s', () => {
  assert.deepEqual(parsePlatform('arm64', host), { os: 'linux', architecture: 'arm64' })
  assert.deepEqual(parsePlatform('windows', host), { os: 'windows', architecture: 'amd64' })
  assert.deepEqual(parsePlatform(printPlatform(hostPlatform())), hostPlatform())
})

test('options of the operating system print as they parse', () => {
  const platform = {
    os: 'linux',
    architecture: 'arm',
    variant: 'v6',
    'os.version': 'a/b é',
    'os.features': ['x+'],
  }
  assert.equal(printPlatform(platform), 'linux(a%2Fb%20%C3%A9+x%2B)/arm/v6')
  assert.deepEqual(parsePlatform(printPlatform(platform)), platform)
})

test('the best platform on offer is the nearest that runs', () => {
  const offers = ['linux/386', 'linux/amd64/v3', 'linux/amd64', 'linux/amd64/v2'].map((text) =>
    parsePlatform(text),
  )
  const choose = (text: string) => {
    const found = findPlatform(parsePlatform(text), offers)
    return found === undefined ? undefined : printPlatform(found)
  }
  assert.equal(choose('linux/amd64/v4'), 'linux/amd64/v3')
  assert.equal(choose('linux/amd64'), 'linux/amd64')
  assert.equal(choose('linux/386'), 'linux/386')
  assert.equal(choose('linux/arm64'), undefined)
  const runs = (machine: string, image: string) =>
    findPlatform(parsePlatform(machine), [parsePlatform(image)]) !== undefined
  assert.deepEqual(
    [runs('linux/arm64/v9.1', 'linux/arm64/v8.6'), runs('linux/arm64/v9.1', 'linux/arm64/v8.7')],
    [true, false],
  )
  assert.deepEqual(
    [runs('linux/arm64/v9.6', 'linux/arm64/v8.9'), runs('linux/arm64/v9.6', 'linux/arm64/v8.10')],
    [true, false],
    'Armv8 ends with 8.9',
  )
  assert.deepEqual(normalizePlatform({ os: 'Linux', architecture: 'x86_64', variant: 'v1' }), host)
})
