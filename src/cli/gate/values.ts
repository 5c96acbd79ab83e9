// Where the values of a gate's rules come from: flags, then the file `.dive-ci` (or the one `--ci-config` names), then defaults.
import { existsSync, readFileSync } from 'node:fs'
import { Fault, parseYaml } from '../../core/index.ts'
import type { GateOptions, RuleKey, RuleValues } from '../../engine/index.ts'
import type { Flag, FlagValues } from '../flags.ts'

const disabled = ", 'disabled' switches it off"

/** dive's own flags under its own names, and ours. */
export const gateFlags = {
  ci: { kind: 'switch', about: 'Validate the image by rules instead of showing it (as with CI=true)' },
  'ci-config': { kind: 'text', value: 'FILE', about: 'Rules as YAML (default: .dive-ci where there is one)' },
  lowestEfficiency: {
    kind: 'text',
    value: 'RATIO',
    about: `With --ci: least efficiency by dive's formula, 0 to 1 (default: 0.9${disabled})`,
  },
  highestWastedBytes: {
    kind: 'text',
    value: 'SIZE',
    about: "With --ci: most bytes wasted by dive's formula",
  },
  highestUserWastedPercent: {
    kind: 'text',
    value: 'RATIO',
    about: 'With --ci: most of those as a part of the bytes above the base, 0 to 1 (default: 0.1)',
  },
  highestReclaimableBytes: {
    kind: 'text',
    value: 'SIZE',
    about: 'With --ci: most bytes shipped and not to be seen in the image',
  },
  highestReclaimablePercent: {
    kind: 'text',
    value: 'RATIO',
    about: 'With --ci: most of those as a part of the bytes shipped, 0 to 1',
  },
  highestLayers: { kind: 'text', value: 'NUMBER', about: 'With --ci: most layers' },
  highestSecrets: {
    kind: 'text',
    value: 'NUMBER',
    about: 'With --ci: most secrets of high or medium severity, in any layer',
  },
  'exclude-base': { kind: 'switch', about: 'With --ci: judge only what stands above the base image' },
  ignore: {
    kind: 'list',
    value: 'PATTERN',
    about: 'With --ci: paths whose waste does not count, as in a .dockerignore',
  },
  floor: {
    kind: 'text',
    value: 'SIZE',
    about: 'With --ci: rules about ratios pass where no more than this is wasted',
  },
} as const satisfies Record<string, Flag>

export type GateFlags = FlagValues<typeof gateFlags>

const ruleKeys = [
  'lowestEfficiency',
  'highestWastedBytes',
  'highestUserWastedPercent',
  'highestReclaimableBytes',
  'highestReclaimablePercent',
  'highestLayers',
  'highestSecrets',
] as const satisfies readonly RuleKey[]

/** Whether images are judged here: the flag, or CI in the environment as dive reads it. */
export function isGate(flags: GateFlags, env: Readonly<Record<string, string | undefined>>): boolean {
  return flags.ci || /^(true|1|yes)$/.test(env.CI ?? '')
}

/** `warn` is told of rules that are not known, as dive's files may have them. Faults with `usage.invalid` or `yaml.invalid`. */
export async function readGate(flags: GateFlags, warn: (message: string) => void): Promise<GateOptions> {
  const file = flags['ci-config'] ?? '.dive-ci'
  if (flags['ci-config'] !== undefined && !existsSync(file))
    throw new Fault('usage.invalid', `there is no file ${file}`, { hint: '--ci-config names a YAML file' })
  const given = existsSync(file) ? await readRules(file, warn) : {}
  const values: Partial<Record<RuleKey, string>> = {}
  for (const key of ruleKeys) {
    const value = flags[key] ?? given[key] ?? given[kebab(key)]
    if (value !== undefined) values[key] = String(value)
  }
  const { ignore, floor } = given
  return {
    rules: values satisfies RuleValues,
    excludeBase: flags['exclude-base'] || (given['exclude-base'] ?? given.excludeBase) === true,
    ignore: [...flags.ignore, ...(Array.isArray(ignore) ? ignore.map(String) : [])],
    floor: flags.floor ?? (floor === undefined ? undefined : String(floor)),
  }
}

/** What stands below `rules:`; everything, where there is no such key. */
async function readRules(
  file: string,
  warn: (message: string) => void,
): Promise<Readonly<Record<string, unknown>>> {
  const document = await parseYaml(readFileSync(file, 'utf8'), file)
  const rules = isRecord(document) && 'rules' in document ? document.rules : (document ?? {})
  if (rules === null) return {}
  if (!isRecord(rules))
    throw new Fault('usage.invalid', `${file}: rules are not a list of names and values`, {
      hint: 'for example  rules:\n  lowestEfficiency: 0.95',
    })
  const known = new Set([
    ...ruleKeys,
    ...ruleKeys.map(kebab),
    'ignore',
    'floor',
    'exclude-base',
    'excludeBase',
  ])
  const unknown = Object.keys(rules).filter((key) => !known.has(key))
  if (unknown.length > 0) warn(`${file}: there is no rule ${unknown.join(', ')}; it is not judged`)
  return rules
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `lowestEfficiency` → `lowest-efficiency`. */
function kebab(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
