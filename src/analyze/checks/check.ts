// Runs the rules over a Dockerfile and leaves out what its author silenced.
import type { Fault, Place } from '../../core/index.ts'
import type { Dockerfile } from '../../dockerfile/index.ts'
import { type FactOptions, gatherFacts } from './facts.ts'
import { ownRules } from './own-rules.ts'
import { rules } from './rules.ts'
import { isActive, parseSettings, settingsAbove } from './settings.ts'

export interface CheckOptions extends FactOptions {
  /** Which of our own rules run besides BuildKit's; default: none. */
  readonly own?: 'all' | 'certain' | undefined
}

export interface CheckWarning {
  readonly rule: string
  /** What the rule asks for, in general. */
  readonly description: string
  /** BuildKit's page about the rule, where it has one. */
  readonly url?: string | undefined
  /** Whether it is one of our own rules, which end no build. */
  readonly own: boolean
  /** What is wrong here. */
  readonly message: string
  readonly place: Place
}

export interface CheckReport {
  /** By line, each once. */
  readonly warnings: readonly CheckWarning[]
  /** The Dockerfile's name and its text, for showing places. */
  readonly file: string
  readonly source: string
  /** Whether the Dockerfile (or BUILDKIT_DOCKERFILE_CHECK) asks that a warning ends the build. */
  readonly failOnWarning: boolean
  /** Why a build would fail before its first step; what comes after it in the file was not looked at. */
  readonly fault?: Fault | undefined
}

/** Checks a Dockerfile. Faults with `check.invalid` on settings that cannot be read, and with `stage.missing` for the target. */
export async function checkDockerfile(file: Dockerfile, options: CheckOptions): Promise<CheckReport> {
  const words = options.buildArgs.get('BUILDKIT_DOCKERFILE_CHECK') ?? file.directives.check ?? ''
  const settings = parseSettings(words)
  const facts = await gatherFacts(file, options)
  const own = ownRules.filter(
    ({ certain }) => options.own === 'all' || (options.own === 'certain' && certain),
  )
  const warnings = [...rules, ...own].flatMap((rule) =>
    rule
      .check(facts)
      .filter(({ under }) => isActive(under === undefined ? settings : settingsAbove(settings, under), rule))
      .map(({ message, place }): CheckWarning => {
        const { name, description } = rule
        const isOwn = ownRules.includes(rule)
        return {
          rule: name,
          description,
          url: isOwn || rule.page === false ? undefined : pageOf(name),
          own: isOwn,
          message,
          place,
        }
      }),
  )
  const unique = new Map(warnings.map((warning) => [keyOf(warning), warning]))
  return {
    warnings: [...unique.values()].sort((a, b) => a.place.line - b.place.line),
    file: file.file,
    source: file.source,
    failOnWarning: settings.error,
    fault: facts.fault,
  }
}

function keyOf({ rule, message, place }: CheckWarning): string {
  return `${place.line} ${rule} ${message}`
}

function pageOf(name: string): string {
  const words = name.replace(/([a-z])([A-Z])|([A-Z])(?=[A-Z][a-z])/g, '$1$3-$2').toLowerCase()
  return `https://docs.docker.com/go/dockerfile/rule/${words}/`
}
