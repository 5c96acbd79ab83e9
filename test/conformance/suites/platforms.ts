// Platform texts and matching, from containerd/platforms.
import assert from 'node:assert/strict'
import {
  armVersion,
  hostPlatform,
  isFault,
  matchesPlatform,
  type Platform,
  type PlatformAcceptance,
  parsePlatform,
  printPlatform,
  sortPlatforms,
} from '../../../src/core/index.ts'
import { type Case, type Result, skip, verdict } from '../suite.ts'

interface SourcePlatform {
  readonly OS?: string
  readonly Architecture?: string
  readonly Variant?: string
  readonly OSVersion?: string
  readonly OSFeatures?: readonly string[]
}

interface PlatformCase extends Case {
  readonly input?: string
  readonly output?: string
  readonly formatted?: string
  readonly expected?: SourcePlatform | string | readonly string[]
  readonly matches?: readonly SourcePlatform[]
  readonly platform?: string | SourcePlatform
  readonly platforms?: readonly string[]
  readonly match?: readonly string[]
  readonly noMatch?: readonly string[]
}

const host = hostPlatform()
const acceptance: Readonly<Record<string, PlatformAcceptance>> = {
  only: 'compatible',
  onlyStrict: 'exact',
  onlyOS: 'os',
  onlyOSLess: 'os',
  compareOSFeatures: 'compatible',
}

export async function* run(cases: readonly PlatformCase[]): AsyncGenerator<Result> {
  for (const one of cases) yield await verdict(one.id, () => check(one))
}

function check(one: PlatformCase): void {
  const { op = '', input = '' } = one
  const accept = acceptance[op] ?? 'exact'
  switch (op) {
    case 'parse':
      return checkParse(one)
    case 'parseInvalid':
      return assert.throws(() => parsePlatform(input), isFault)
    case 'formatAll':
      return assert.equal(printPlatform(platformOf(one.platform)), withHost(one.expected as string))
    case 'only':
    case 'onlyStrict':
    case 'onlyOS':
      for (const text of one.match ?? [])
        assert.ok(matchesPlatform(platformOf(one.platform), parsePlatform(text), accept), `${text} matches`)
      for (const text of one.noMatch ?? [])
        assert.ok(!matchesPlatform(platformOf(one.platform), parsePlatform(text), accept), `not ${text}`)
      return
    case 'onlyOSLess':
    case 'compareOSFeatures': {
      const offers = (one.platforms ?? []).map((text) => parsePlatform(text))
      const sorted = sortPlatforms(platformOf(one.platform), offers, accept)
      return assert.deepEqual(sorted.map(printPlatform), one.expected)
    }
    case 'cpuVariantFromArch':
      return assert.equal(armVersion(input) ?? 'unknown', one.output || 'unknown')
    default:
      skip(`operation ${op} is not known here`)
  }
}

function checkParse({ input = '', expected, formatted, matches = [] }: PlatformCase): void {
  const platform = parsePlatform(input)
  assert.deepEqual(platform, platformOf(expected as SourcePlatform))
  assert.equal(printPlatform(platform), withHost(formatted ?? ''))
  for (const other of matches) assert.ok(matchesPlatform(platform, platformOf(other)), JSON.stringify(other))
}

function platformOf(value: string | SourcePlatform | undefined): Platform {
  if (typeof value === 'string') return parsePlatform(value)
  const { OS = '', Architecture = '', Variant = '', OSVersion = '', OSFeatures = [] } = value ?? {}
  const variant = withHost(Variant)
  return {
    os: withHost(OS),
    architecture: withHost(Architecture),
    ...(variant === '' ? {} : { variant }),
    ...(OSVersion === '' ? {} : { 'os.version': OSVersion }),
    ...(OSFeatures.length === 0 ? {} : { 'os.features': OSFeatures }),
  }
}

function withHost(text: string): string {
  return text
    .replace('<defaultOS>', host.os)
    .replace('<defaultArch>', host.architecture)
    .replace(/(\/?)<defaultVariant>/, (_, slash) => (host.variant === undefined ? '' : slash + host.variant))
}
