// The build checks of BuildKit under their names and in their words. `docs/rules/` has a page for each.
import type { Rule } from './rule.ts'
import { stageRules } from './stage-rules.ts'
import { stepRules } from './step-rules.ts'

export const rules: readonly Rule[] = [...stageRules, ...stepRules]
