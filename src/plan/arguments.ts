// Build arguments: what a name stands for in a FROM, in a stage, and where it comes from.
import { hostPlatform, type Platform, printPlatform } from '../core/index.ts'
import type { ArgInstruction, Escape, Lookup } from '../dockerfile/index.ts'
import { expandWord } from '../dockerfile/index.ts'

/** Given by the user: `--build-arg`. */
export type BuildArguments = ReadonlyMap<string, string>

/** Proxy variables may be given without an ARG (docker's predefined arguments). */
const proxyNames = ['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'NO_PROXY', 'ALL_PROXY']

/** Arguments that tell the builder something and never enter a step's environment (BuildKit's SBOM switches). */
const builderNames: ReadonlySet<string> = new Set(['BUILDKIT_SBOM_SCAN_CONTEXT', 'BUILDKIT_SBOM_SCAN_STAGE'])

/** Whether a declared argument becomes a variable of later steps. */
export function entersEnvironment(name: string): boolean {
  return !builderNames.has(name)
}

/** BUILD* and TARGET*: known without a declaration before the first FROM, and by a bare `ARG NAME` in a stage. */
export function platformArguments(
  target: Platform,
  stage: string | undefined,
  given: BuildArguments,
): Map<string, string> {
  const build = hostPlatform()
  const values: readonly (readonly [string, string])[] = [
    ['BUILDPLATFORM', printPlatform(build)],
    ['BUILDOS', build.os],
    ['BUILDOSVERSION', build['os.version'] ?? ''],
    ['BUILDARCH', build.architecture],
    ['BUILDVARIANT', build.variant ?? ''],
    ['TARGETPLATFORM', printPlatform(target)],
    ['TARGETOS', target.os],
    ['TARGETOSVERSION', target['os.version'] ?? ''],
    ['TARGETARCH', target.architecture],
    ['TARGETVARIANT', target.variant ?? ''],
    ['TARGETSTAGE', stage === undefined || stage === '' ? 'default' : stage],
  ]
  return new Map(values.map(([name, value]) => [name, given.get(name) ?? value]))
}

/** Adds the ARGs before the first FROM to the platform's; each may use those before it. */
export function globalArguments(
  platform: ReadonlyMap<string, string>,
  declarations: readonly ArgInstruction[],
  options: { readonly given: BuildArguments; readonly escape: Escape },
): Map<string, string> {
  const values = new Map(platform)
  const lookup: Lookup = (name) => values.get(name)
  for (const declaration of declarations)
    for (const { key, default: preset } of declaration.args) {
      const given = options.given.get(key)
      if (given !== undefined) values.set(key, given)
      else if (preset !== undefined)
        values.set(key, expandWord(preset, lookup, { escape: options.escape }).text)
    }
  return values
}

/** `NAME=value` of the proxies that were given, in both spellings, as docker sets them for RUN. The lower case one counts. */
export function proxyEnvironment(given: BuildArguments): string[] {
  const env: string[] = []
  for (const name of proxyNames) {
    const value = given.get(name.toLowerCase()) ?? given.get(name)
    if (value !== undefined) env.push(`${name}=${value}`, `${name.toLowerCase()}=${value}`)
  }
  return env
}

/** Whether a name may be given by `--build-arg` although no ARG declares it. */
export function isPredefined(name: string): boolean {
  return (
    proxyNames.includes(name.toUpperCase()) || name.startsWith('BUILDKIT_') || name === 'SOURCE_DATE_EPOCH'
  )
}
