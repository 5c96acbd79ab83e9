// Unpacking safety, implied directories and change detection, from moby's archive package.
import assert from 'node:assert/strict'
import { toRootPath } from '../../../src/core/index.ts'
import { checkApply, checkChanges, type LayerCase, plainEntry, tarName } from '../layer-cases.ts'
import { type Result, skip, verdict } from '../suite.ts'

export async function* run(cases: readonly LayerCase[]): AsyncGenerator<Result> {
  for (const one of cases) yield await verdict(one.id, () => check(one))
}

function check(one: LayerCase): unknown {
  switch (one.op) {
    case 'applyLayers':
    case 'breakout':
      return checkApply(one)
    case 'changes':
      return checkChanges(one)
    case 'canonicalTarName': {
      const kind = one.isDir === true ? 'directory' : 'file'
      return assert.equal(tarName(plainEntry(kind, toRootPath(one.path ?? ''))), one.expect)
    }
    case 'rebase':
      return skip(
        'renaming the entries of a finished tar is not something Peel does: COPY gives entries their new paths before packing',
      )
    default:
      return skip(`operation ${one.op} is not known here`)
  }
}
