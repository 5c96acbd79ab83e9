// A study before its judges: the rules of a gate, applied to what the gate does not leave out.
import { createGate, judgedOf, parseBytes, type StudyFindings } from '../../analyze/index.ts'
import { Fault } from '../../core/index.ts'
import type { Strata } from '../../layer/index.ts'
import type { GateOptions, GateReport, StudyReport } from '../api/index.ts'
import { advise } from './advice.ts'

export function judgeStudy(
  study: { readonly strata: Strata; readonly findings: StudyFindings; readonly report: StudyReport },
  { rules, excludeBase = false, ignore = [], floor = '0', secrets }: GateOptions,
): GateReport {
  const { strata, findings, report } = study
  const gate = createGate(rules)
  const floorBytes = parseBytes(floor)
  if (floorBytes === undefined)
    throw new Fault('usage.invalid', `"${floor}" is not a size such as 1MB`, {
      hint: 'it is the number of wasted bytes up to which rules about ratios pass',
    })
  const baseLayers = excludeBase ? report.image.baseLayers : 0
  const grave = secrets?.findings.filter(
    ({ severity, base }) => severity !== 'low' && !(excludeBase && base),
  ).length
  const { passed, results, judged } = gate(
    judgedOf(strata, findings.hidden, { baseLayers, ignore, floorBytes, secrets: grave }),
  )
  return {
    passed,
    results,
    dive: judged.dive,
    reclaimableBytes: judged.reclaimableBytes,
    items: judged.items.map((item) => ({ ...item, advice: advise(item, report.layers) })),
  }
}
