import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFault } from './fault.ts'
import { parseFetchReference, parseReference, printFamiliar, printReference } from './reference.ts'

const digest = `sha256:${'a'.repeat(64)}`

test('a reference prints as what reads back to the same value', () => {
  for (const text of ['busybox', 'a/b:1', 'localhost/x', `[::1]:5000/a@${digest}`, `r.io/a:t@${digest}`]) {
    const reference = parseReference(text)
    assert.deepEqual(parseReference(printReference(reference)), reference)
    assert.deepEqual(parseReference(printFamiliar(reference)), reference)
  }
})

test('a reference to fetch has either a tag or a digest', () => {
  assert.equal(printReference(parseFetchReference('a')), 'docker.io/library/a:latest')
  assert.equal(printReference(parseFetchReference(`a:1@${digest}`)), `docker.io/library/a@${digest}`)
})

test('a bad reference is told with the reason', () => {
  const reason = (text: string): string => {
    try {
      parseReference(text)
    } catch (thrown) {
      if (isFault(thrown) && thrown.code === 'reference.invalid') return thrown.message
    }
    return 'none'
  }
  assert.match(reason('Busybox'), /must be lower case/)
  assert.match(reason('a'.repeat(64)), /are an image id/)
  assert.match(reason(''), /form is \[registry|empty/)
  assert.match(reason(`a@sha256:${'A'.repeat(64)}`), /lower-case hex/)
  assert.match(reason(`a/${'b'.repeat(300)}`), /more than 255/)
})
