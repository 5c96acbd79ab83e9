// The words of history where docker 20.10, which the oracle asks, still had others: stated here after the newest BuildKit.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  commandCreatedBy,
  copyCreatedBy,
  goDuration,
  healthcheckConfig,
  healthcheckCreatedBy,
  listCreatedBy,
  runCreatedBy,
} from './created-by.ts'

describe('created_by', () => {
  test('COPY and ADD show who owns the files and their modes', () => {
    const copy = {
      parents: false,
      chown: '5:6',
      chmod: '4711',
      sources: ['a', 'b'],
      inline: [],
      destination: '/d/',
    }
    assert.equal(copyCreatedBy('COPY', copy), 'COPY --chown=5:6 --chmod=4711 a b /d/ # buildkit')
    assert.equal(
      copyCreatedBy('ADD', { ...copy, chown: undefined, chmod: undefined }),
      'ADD a b /d/ # buildkit',
    )
  })

  test('RUN counts the build arguments before its command', () => {
    assert.equal(runCreatedBy(['/bin/sh', '-c', 'x'], []), 'RUN /bin/sh -c x # buildkit')
    assert.equal(runCreatedBy(['x'], ['A=1', 'B=']), 'RUN |2 A=1 B= x # buildkit')
  })

  test('EXPOSE lists its ports', () => {
    assert.equal(listCreatedBy('EXPOSE', ['53/udp', '80/tcp']), 'EXPOSE [53/udp 80/tcp]')
  })

  test('HEALTHCHECK names its fields', () => {
    assert.equal(
      healthcheckCreatedBy({ Test: ['CMD', 'test', '-e', '/ok'], Interval: 90e9, Timeout: 15e8, Retries: 5 }),
      'HEALTHCHECK {Test:[CMD test -e /ok] Interval:1m30s Timeout:1.5s StartPeriod:0s StartInterval:0s Retries:5}',
    )
    assert.deepEqual(
      healthcheckConfig({ kind: 'none' }, () => []),
      { Test: ['NONE'] },
    )
  })

  test('CMD quotes its words as Go does', () => {
    assert.equal(
      commandCreatedBy('CMD', ['a b', '"\\', '\n\t\x07\x0b\x01ü']),
      String.raw`CMD ["a b" "\"\\" "\n\t\a\v\x01ü"]`,
    )
    assert.equal(commandCreatedBy('CMD', []), 'CMD []')
  })

  test('durations read as in Go', () => {
    assert.deepEqual([0, 1, 1500, 15e5, 1e9, 60e9, 3600e9, 3661e9].map(goDuration), [
      '0s',
      '1ns',
      '1.5µs',
      '1.5ms',
      '1s',
      '1m0s',
      '1h0m0s',
      '1h1m1s',
    ])
  })
})
