// Layer extraction and layer names, from umoci.
import assert from 'node:assert/strict'
import { matchXattr } from '../../../src/build/context-xattrs.ts'
import { toRootPath } from '../../../src/core/index.ts'
import { isRefName, layerType } from '../../../src/image/index.ts'
import { checkApply, type LayerCase, plainEntry, tarName } from '../layer-cases.ts'
import { type Result, skip, verdict } from '../suite.ts'

export async function* run(cases: readonly LayerCase[]): AsyncGenerator<Result> {
  for (const one of cases) yield await verdict(one.id, () => check(one))
}

function check(one: LayerCase): unknown {
  switch (one.op) {
    case 'applyLayers':
      return checkApply(one)
    case 'whiteoutName':
      return assert.equal(tarName(plainEntry('whiteout', toRootPath(one.path ?? ''))), one.expect)
    case 'parseIDMapping':
      return skip('user namespaces map ids by way of the OCI runtime; Peel reads no mapping text')
    case 'xattrMatch':
      return assert.equal(matchXattr(one.filter ?? '', one.xattr ?? ''), one.expected)
    case 'validRefName':
      return assert.equal(isRefName(one.refname ?? ''), one.valid)
    case 'layerMediaType': {
      const type = layerType(one.mediaType ?? '')
      assert.equal(type !== undefined, one.expectedIsLayer)
      const wanted = one.expectedAlgorithm === 'noop' ? 'none' : one.expectedAlgorithm
      return assert.equal(type?.packing, wanted ?? undefined)
    }
    default:
      return skip(`operation ${one.op} is not known here`)
  }
}
