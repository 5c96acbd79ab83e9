import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRefName, layerType } from './index.ts'

test('names of images in a layout follow the grammar of the specification', () => {
  for (const good of ['a', 'v1.0', 'a/b:c@d', 'a--b', 'docker.io/library/x:1'])
    assert.ok(isRefName(good), good)
  for (const bad of ['', '-a', 'a..b', 'a---b', 'a/', 'a//b', 'a b']) assert.ok(!isRefName(bad), bad)
})

test('a media type says whether it is a layer, and how it is packed', () => {
  const oci = 'application/vnd.oci.image.layer.v1.tar'
  const docker = 'application/vnd.docker.image.rootfs.foreign.diff.tar'
  assert.deepEqual(
    [oci, `${oci}+zstd`, `${oci}+xz`, docker, `${docker}.gzip`].map((text) => layerType(text)?.packing),
    ['none', 'zstd', undefined, 'none', 'gzip'],
  )
  assert.equal(layerType('application/vnd.oci.image.config.v1+json'), undefined)
})
