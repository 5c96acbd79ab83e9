// Prefixes of registries.conf: which names one covers, and what a covered name becomes at another location.
import {
  Fault,
  isFault,
  parseExactReference,
  parseReference,
  printReference,
  type Reference,
} from '../../core/index.ts'

/**
 * How many characters of a full name (`r.io/team/app:1`) a prefix covers; `undefined` where it does not. A prefix ends where a part of
 * the name does, and one without a port is not about a registry with one. `*.r.io` covers the host of every subdomain, at any port.
 */
export function coveredBy(prefix: string, name: string): number | undefined {
  if (prefix.startsWith('*.')) {
    const [host = ''] = /^[^/:@]*/.exec(name) ?? []
    return host.length >= prefix.length && host.endsWith(prefix.slice(1)) ? host.length : undefined
  }
  if (!name.startsWith(prefix)) return undefined
  const ends = prefix.includes('/') ? ['', '/', ':', '@'] : ['', '/']
  return ends.includes(name.charAt(prefix.length)) ? prefix.length : undefined
}

/**
 * The name that a reference has where `location` stands in place of `prefix`. An empty location, which only `*.` prefixes may have, leaves
 * it as it is. Faults with `registry.config` where the prefix does not cover it, or where what comes out is no name.
 */
export function rewriteReference(
  reference: Reference,
  { prefix, location }: { readonly prefix: string; readonly location: string },
): Reference {
  const name = printReference(reference)
  const covered = coveredBy(prefix, name)
  if (covered === undefined)
    throw new Fault('registry.config', `the prefix "${prefix}" does not cover ${name}`)
  if (location === '') {
    if (prefix.startsWith('*.')) return reference
    throw new Fault('registry.config', `the prefix "${prefix}" has no location`)
  }
  const text = location + name.slice(covered)
  try {
    if (parseExactReference(text).domain !== '') return parseReference(text)
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown
  }
  throw new Fault('registry.config', `${name} would be "${text}" at its location, which is no name`, {
    hint: 'In registries.conf, "location" stands in place of "prefix"; what is behind the prefix is added to it.',
  })
}
