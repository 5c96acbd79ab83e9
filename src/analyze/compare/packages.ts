// Installed packages, read from the databases of package managers: dpkg's status (and distroless status.d), apk's installed, rpm's
// headers, and the manifest that rpm-based distroless images carry.
import { parseRpmHeader } from './rpm-header.ts'
import type { PackageDifference, PackageSystem } from './types.ts'

/** Where the databases are (a file, or a directory of files), and how they are written. */
export const packageDatabases: readonly PackageDatabase[] = [
  { system: 'dpkg', path: '/var/lib/dpkg/status', form: 'text' },
  { system: 'dpkg', path: '/var/lib/dpkg/status.d', form: 'text' },
  { system: 'apk', path: '/lib/apk/db/installed', form: 'text' },
  { system: 'apk', path: '/usr/lib/apk/db/installed', form: 'text' },
  { system: 'rpm', path: '/var/lib/rpmmanifest/container-manifest-2', form: 'text' },
  ...['/var/lib/rpm', '/usr/lib/sysimage/rpm', '/usr/share/rpm'].flatMap((path): PackageDatabase[] => [
    { system: 'rpm', path: `${path}/rpmdb.sqlite`, form: 'sqlite' },
    { system: 'rpm', path: `${path}/Packages.db`, form: 'ndb' },
    { system: 'rpm', path: `${path}/Packages`, form: 'berkeley' },
  ]),
]

export interface PackageDatabase {
  readonly system: PackageSystem
  readonly path: string
  readonly form: 'text' | 'sqlite' | 'ndb' | 'berkeley'
}

/** Versions by name, from a database that is text. Names of foreign architectures carry them, as dpkg does. */
export function parsePackages(system: PackageSystem, text: string): Map<string, string> {
  return versionsByName(system === 'rpm' ? manifestLines(text) : paragraphs(system, text))
}

/** Versions by name, from the headers of a database of rpm. */
export function rpmPackages(headers: Iterable<Uint8Array>): Map<string, string> {
  const found: [string, string][] = []
  for (const header of headers) {
    const parsed = parseRpmHeader(header)
    if (parsed !== undefined) found.push([parsed.name, parsed.version])
  }
  return versionsByName(found)
}

/** Several versions of one package are joined by commas. */
function versionsByName(
  packages: Iterable<readonly [string | undefined, string | undefined]>,
): Map<string, string> {
  const found = new Map<string, Set<string>>()
  for (const [name, version] of packages) {
    if (name === undefined || version === undefined) continue
    found.set(name, (found.get(name) ?? new Set()).add(version))
  }
  return new Map([...found].map(([name, versions]) => [name, [...versions].sort().join(', ')]))
}

function* manifestLines(text: string): Generator<readonly [string | undefined, string | undefined]> {
  for (const line of text.split('\n')) {
    const [name, version] = line.split('\t')
    yield [name, version]
  }
}

function* paragraphs(
  system: PackageSystem,
  text: string,
): Generator<readonly [string | undefined, string | undefined]> {
  for (const paragraph of text.split(/\n\n+/)) {
    const field = (key: string): string | undefined =>
      new RegExp(`^${key}:[ \\t]*(.*)$`, 'm').exec(paragraph)?.[1]
    if (system === 'apk') yield [field('P'), field('V')]
    else if (/^installed$|\binstalled$/.test(field('Status') ?? 'installed'))
      yield [field('Package'), field('Version')]
  }
}

export function comparePackages(
  system: PackageSystem,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): PackageDifference[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => before.get(name) !== after.get(name))
    .sort()
    .map((name) => ({ system, name, before: before.get(name), after: after.get(name) }))
}
