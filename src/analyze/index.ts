// The room that judges: what is odd about a Dockerfile before anything is built, and what the layers of an image hold and waste. It reads
// no files and asks no network itself.
export { type CheckOptions, type CheckReport, type CheckWarning, checkDockerfile } from './checks/check.ts'
export type { FindBase } from './checks/facts.ts'
export { compareConfigs } from './compare/config.ts'
export {
  comparePackages,
  type PackageDatabase,
  packageDatabases,
  parsePackages,
  rpmPackages,
} from './compare/packages.ts'
export { comparePathsAt } from './compare/paths.ts'
export { berkeleyHeaders, ndbHeaders } from './compare/rpm-files.ts'
export type * from './compare/types.ts'
export { applyEdits } from './fix/edits.ts'
export { proposeFixes } from './fix/fix.ts'
export type * from './fix/types.ts'
export { unifiedDiff } from './fix/unified-diff.ts'
export { parseBytes } from './gate/bytes.ts'
export { createGate, type GateResult, type RuleResult } from './gate/gate.ts'
export { type Judged, judgedOf, type LeftOut } from './gate/judged.ts'
export type { RuleKey, RuleValues } from './gate/rules.ts'
export { type AllowedFinding, parseAllowList } from './secrets/allow.ts'
export { findMetadataSecrets, type MetadataMatch, secretHider } from './secrets/metadata.ts'
export { ruleSetId, secretRules } from './secrets/rules/index.ts'
export { type Scan, startScan } from './secrets/scan.ts'
export { isSample, kindOf, profileOf } from './secrets/text-kind.ts'
export type { SecretMatch, SecretRule, Severity } from './secrets/types.ts'
export { type DiveExport, diveExport } from './study/dive-export.ts'
export { findHidden } from './study/hidden.ts'
export { type StudyFindings, studyStrata } from './study/study.ts'
export type * from './study/types.ts'
export { createLayerTree, type LayerTree } from './tree/tree.ts'
export type * from './tree/types.ts'
