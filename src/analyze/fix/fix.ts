// From what was found about a Dockerfile to proposals of changes, the most certain and the largest first. None is proved here.
import { fixAttributes } from './attributes.ts'
import { fixCaches } from './caches.ts'
import { fixOrder } from './order.ts'
import { fixRemoved } from './removed.ts'
import { fixRuns } from './runs.ts'
import { fixSecrets } from './secrets.ts'
import { viewStage } from './stage-view.ts'
import { adviseTools } from './tools.ts'
import type { FixFindings, Proposal } from './types.ts'

/** Each kind of proposal is made by itself, so several may be about the same lines: apply one, then ask again. */
export function proposeFixes(findings: FixFindings): readonly Proposal[] {
  const view = viewStage(findings.file, findings.target)
  const proposals = [
    ...fixSecrets(view, findings),
    ...fixRemoved(view, findings),
    ...fixAttributes(view, findings),
    ...fixOrder(view, findings),
    ...fixRuns(view, findings),
    ...fixCaches(view, findings),
    ...adviseTools(view),
  ]
  return [...new Map(proposals.map((proposal) => [proposal.key, proposal])).values()]
}
