// Which checks run: the words of `# check=` at the top, of BUILDKIT_DOCKERFILE_CHECK, and of a comment above one instruction. An
// experimental rule runs only when it is asked for, and then `skip` does not silence it; that is BuildKit's order.
import { Fault } from '../../core/index.ts'
import { type Instruction, parseDirective } from '../../dockerfile/index.ts'

export interface CheckSettings {
  readonly skip: 'all' | ReadonlySet<string>
  readonly experimental: 'all' | ReadonlySet<string>
  /** Whether a violation ends the build. */
  readonly error: boolean
}

const none: CheckSettings = { skip: new Set(), experimental: new Set(), error: false }

/** Reads `skip=A,B;error=true;experimental=all`. Faults with `check.invalid`. */
export function parseSettings(text: string): CheckSettings {
  let settings = none
  if (text.trim() === '') return settings
  for (const part of splitInThree(text.trim())) {
    const equals = part.indexOf('=')
    const key = part.slice(0, Math.max(equals, 0)).trim()
    const value = part.slice(equals + 1).trim()
    if (equals >= 0 && (key === 'skip' || key === 'experimental'))
      settings = { ...settings, [key]: parseRules(value) }
    else if (equals >= 0 && key === 'error') settings = { ...settings, error: parseBoolean(value, part) }
    else throw invalid(`invalid check option "${equals < 0 ? part : key}"`)
  }
  return settings
}

/** The settings that hold for one instruction: those of the file and those of the comments above it. */
export function settingsAbove(settings: CheckSettings, instruction: Instruction): CheckSettings {
  for (const comment of instruction.comments) {
    const directive = parseDirective(comment, '')
    if (directive?.name !== 'check') continue
    try {
      const local = parseSettings(directive.value.split(' ')[0] ?? '')
      return {
        skip: union(settings.skip, local.skip),
        experimental: union(settings.experimental, local.experimental),
        error: settings.error,
      }
    } catch {
      // BuildKit passes over a comment that it cannot read as settings.
      return settings
    }
  }
  return settings
}

export function isActive(
  settings: CheckSettings,
  rule: { readonly name: string; readonly experimental?: boolean },
): boolean {
  if (rule.experimental === true) return includes(settings.experimental, rule.name)
  return !includes(settings.skip, rule.name)
}

/** At most three parts; what follows the second `;` is one value, as in BuildKit. */
function splitInThree(text: string): string[] {
  const parts = text.split(';')
  return parts.length <= 3 ? parts : [...parts.slice(0, 2), parts.slice(2).join(';')]
}

function parseRules(value: string): CheckSettings['skip'] {
  return value === 'all' ? 'all' : new Set(value.split(',').map((name) => name.trim()))
}

/** Go's spellings of a boolean. */
function parseBoolean(value: string, part: string): boolean {
  if (/^(?:1|t|T|TRUE|true|True)$/.test(value)) return true
  if (/^(?:0|f|F|FALSE|false|False)$/.test(value)) return false
  throw invalid(`failed to parse check option "${part}": "${value}" is not true or false`)
}

function invalid(message: string): Fault {
  return new Fault('check.invalid', `failed to parse check options: ${message}`, {
    hint: 'write # check=skip=RULE,RULE;error=true;experimental=RULE',
  })
}

function union(a: CheckSettings['skip'], b: CheckSettings['skip']): CheckSettings['skip'] {
  return a === 'all' || b === 'all' ? 'all' : new Set([...a, ...b])
}

function includes(rules: CheckSettings['skip'], name: string): boolean {
  return rules === 'all' || rules.has(name)
}
