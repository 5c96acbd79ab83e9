// Installed packages, read from the databases that package managers leave as text: dpkg's status (and distroless status.d), apk's
// installed, and the manifest that rpm-based distroless images carry.
import type { PackageDifference, PackageSystem } from './types.ts'

/** Where the databases are: a file, or a directory of files. */
export const packageDatabases: readonly { readonly system: PackageSystem; readonly path: string }[] = [
  { system: 'dpkg', path: '/var/lib/dpkg/status' },
  { system: 'dpkg', path: '/var/lib/dpkg/status.d' },
  { system: 'apk', path: '/lib/apk/db/installed' },
  { system: 'apk', path: '/usr/lib/apk/db/installed' },
  { system: 'rpm', path: '/var/lib/rpmmanifest/container-manifest-2' },
]

/** Versions by name; several versions of one package are joined by commas. Names of foreign architectures carry them, as dpkg does. */
export function parsePackages(system: PackageSystem, text: string): Map<string, string> {
  const found = new Map<string, string[]>()
  const add = (name: string | undefined, version: string | undefined): void => {
    if (name === undefined || version === undefined) return
    const versions = found.get(name) ?? []
    versions.push(version)
    found.set(name, versions)
  }
  if (system === 'rpm')
    for (const line of text.split('\n')) {
      const [name, version] = line.split('\t')
      add(name, version)
    }
  else
    for (const paragraph of text.split(/\n\n+/)) {
      const field = (key: string): string | undefined =>
        new RegExp(`^${key}:[ \\t]*(.*)$`, 'm').exec(paragraph)?.[1]
      if (system === 'apk') add(field('P'), field('V'))
      else if (/^installed$|\binstalled$/.test(field('Status') ?? 'installed'))
        add(field('Package'), field('Version'))
    }
  return new Map([...found].map(([name, versions]) => [name, versions.sort().join(', ')]))
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
