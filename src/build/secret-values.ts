// Values that must not be readable in what a build leaves behind: build arguments marked as secret, and those whose names say so.
import { concealed, type KeyPart } from '../cache/index.ts'
import { type BuildArguments, isSecretName } from '../plan/index.ts'

export interface SecretValues {
  /** The part as it may be recorded. */
  conceal(part: KeyPart): KeyPart
  /** A text in which secret values are replaced by the names of their arguments: `all`, or only those that were `marked`. */
  hide(text: string, which: 'all' | 'marked'): string
}

/** Shorter values are found only where they stand as words of their own: `1` is in too many texts. */
const shortest = 4

/** `marked`: arguments that the user says are secret. */
export function openSecretValues(
  given: BuildArguments,
  { marked }: { readonly marked: ReadonlySet<string> },
): SecretValues {
  const isSecret = (name: string): boolean => marked.has(name) || isSecretName(name)
  const values = [...given].filter(([name, value]) => isSecret(name) && value !== '')
  const patterns = values.map(([name, value]) => ({ name, pattern: occurrence(value) }))
  const markedOnes = patterns.filter(({ name }) => marked.has(name))
  const variable = 'variable '
  /** By value: most steps have the same variables. */
  const digests = new Map<string, string>()
  return {
    conceal(part) {
      if (part.kind !== 'field') return part
      const named = part.name.startsWith(variable) && isSecret(part.name.slice(variable.length))
      if (!named && !patterns.some(({ pattern }) => part.value.search(pattern) >= 0)) return part
      const value = digests.get(part.value) ?? concealed(part).value
      digests.set(part.value, value)
      return { ...part, value }
    },
    hide: (text, which) =>
      (which === 'all' ? patterns : markedOnes).reduce(
        (left, { name, pattern }) => left.replace(pattern, () => `<secret ${name}>`),
        text,
      ),
  }
}

function occurrence(value: string): RegExp {
  const text = value.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  return new RegExp(value.length < shortest ? `(?<!\\w)${text}(?!\\w)` : text, 'g')
}
