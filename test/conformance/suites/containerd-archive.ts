// Applying and diffing layers, from containerd's archive package.
import { checkApply, checkDiff, checkRoundTrip, type LayerCase } from '../layer-cases.ts'
import { type Result, skip, verdict } from '../suite.ts'

export async function* run(cases: readonly LayerCase[]): AsyncGenerator<Result> {
  for (const one of cases) yield await verdict(one.id, () => check(one))
}

function check(one: LayerCase): Promise<void> {
  switch (one.op) {
    case 'applyLayers':
    case 'applyGzipHex':
      return checkApply(one)
    case 'diff':
      return checkDiff(one)
    case 'roundTrip':
      return checkRoundTrip(one)
    default:
      return skip(`operation ${one.op} is not known here`)
  }
}
