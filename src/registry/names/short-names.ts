// Short names such as `fedora`, which name no registry, and what they may be turned into. The rules are those of
// containers-registries.conf(5), "Short-Name Aliasing".
import { Fault, parseExactReference, parseReference, printName, type Reference } from '../../core/index.ts'

/** Whether a text names no registry of its own: `fedora`, `library/fedora:41`. Faults with `reference.invalid`. */
export function isShortName(text: string): boolean {
  const { domain } = parseExactReference(text)
  return domain === '' || !(domain === 'localhost' || /[.:A-Z]/.test(domain))
}

/** What stands on the left of an alias: a short name without tag and digest. Faults with `reference.invalid`. */
export function parseShortName(text: string): string {
  const name = bareName(text)
  if (isShortName(text)) return printName(name)
  throw invalid(text, 'it names a registry')
}

/** What stands on the right of an alias: a registry and a repository. Faults with `reference.invalid`. */
export function parseAliasTarget(text: string): Reference {
  bareName(text)
  if (isShortName(text)) throw invalid(text, 'it names no registry')
  return parseReference(text)
}

function bareName(text: string): Reference {
  const reference = parseExactReference(text)
  if (reference.tag !== undefined) throw invalid(text, 'it has a tag')
  if (reference.digest !== undefined) throw invalid(text, 'it has a digest')
  return reference
}

function invalid(text: string, why: string): Fault {
  return new Fault('reference.invalid', `"${text}" cannot stand in an alias: ${why}`)
}
