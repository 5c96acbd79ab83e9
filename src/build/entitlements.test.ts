// What --allow grants.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFault } from '../core/index.ts'
import { parseEntitlements } from './entitlements.ts'

const refuses = (text: string, message: RegExp) =>
  assert.throws(
    () => parseEntitlements([text]),
    (error) => isFault(error) && error.code === 'usage.invalid' && message.test(error.message),
  )

test('an unset variable does not grant all devices', () => {
  refuses('device=', /no device is named/)
  assert.notDeepEqual(parseEntitlements(['device']).devices, parseEntitlements([]).devices)
})

test('words that mean nothing are refused', () => {
  refuses('devices', /unknown entitlement/)
  refuses('network', /unknown entitlement/)
  assert.equal(parseEntitlements(['security.insecure', 'network.host']).insecure, true)
})
