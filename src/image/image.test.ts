import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asDiffId, type DiffId, sha256 } from '../core/index.ts'
import { assemble, historyRows, parseConfig, parseManifest, selectPlatform } from './index.ts'

const ids: readonly DiffId[] = ['a', 'b'].map((text) => asDiffId(sha256(text)))
const draft = {
  platform: { os: 'linux', architecture: 'amd64' },
  created: '2020-01-01T00:00:00Z',
  config: { Labels: { b: '2', a: '1' }, Cmd: ['sh'], Env: ['A=1'], User: '' },
  history: [
    { created_by: 'base', created: '2019-01-01T00:00:00Z' },
    { created_by: 'ENV A=1', empty_layer: true },
    { created_by: 'RUN x', comment: 'c' },
  ],
  layers: ids.map((diffId) => ({ diffId, size: 10 })),
}

test('assembled documents are read back as they were made', () => {
  const made = assemble(draft)
  assert.deepEqual(assemble(draft), made)
  assert.equal(
    Buffer.from(made.configBytes).toString().slice(0, 95),
    '{"architecture":"amd64","config":{"Env":["A=1"],"Cmd":["sh"],"Labels":{"a":"1","b":"2"}},"creat',
  )
  assert.deepEqual(parseConfig(made.configBytes), made.config)
  assert.deepEqual(parseManifest(made.manifestBytes), made.manifest)
  assert.equal(made.descriptor.digest, sha256(made.manifestBytes))
})

test('history shows the top first, with the sizes of layers beside their steps', () => {
  const rows = historyRows(assemble(draft).config, [5, 7])
  assert.deepEqual(
    rows.map((row) => [row.createdBy, row.size, row.empty, row.diffId]),
    [
      ['RUN x', 7, false, ids[1]],
      ['ENV A=1', 0, true, undefined],
      ['base', 5, false, ids[0]],
    ],
  )
  assert.deepEqual(
    historyRows({ ...assemble(draft).config, history: [] }, [5, 7]).map((row) => row.size),
    [7, 5],
  )
})

test('documents that mean two things, or nothing, are refused', () => {
  const { manifest } = assemble(draft)
  const bytes = (value: unknown) => Buffer.from(JSON.stringify(value))
  for (const bad of [{ ...manifest, manifests: [] }, { ...manifest, schemaVersion: 1 }, [], 'x', {}])
    assert.throws(() => parseManifest(bytes(bad)), { code: 'manifest.invalid' })
  assert.throws(() => parseManifest(bytes(manifest), 'application/vnd.oci.image.index.v1+json'), {
    code: 'manifest.invalid',
  })
  assert.throws(() => parseConfig(bytes({ os: 'linux', architecture: 'amd64' })), {
    code: 'config.invalid',
    message: /rootfs is missing/,
  })
})

test('the platform chosen is the one that fits, and attestations never do', () => {
  const { descriptor } = assemble(draft)
  const offer = (os: string, architecture: string) => ({ ...descriptor, platform: { os, architecture } })
  const index = {
    schemaVersion: 2,
    manifests: [offer('unknown', 'unknown'), offer('linux', 'arm64'), offer('linux', 'amd64')],
  } as const
  assert.equal(selectPlatform(index, draft.platform).platform?.architecture, 'amd64')
  assert.throws(() => selectPlatform(index, { os: 'linux', architecture: 's390x' }), {
    code: 'image.platform',
  })
})
