// Allow lists: which findings are known and accepted.
import { Fault } from '../../core/index.ts'
import { compileIgnore } from '../../dockerfile/index.ts'

export interface AllowedFinding {
  readonly id: string
  readonly rule: string
  /** Absent for what stands in no file. */
  readonly path?: string | undefined
}

/**
 * Reads an allow list: on each line a finding's id, `rule:ID`, `path:PATTERN` (as in a .dockerignore, from the image's root), or the
 * latter two together; all that a line says must hold. `#` begins a comment. Faults with `allow.invalid`.
 */
export function parseAllowList(text: string): (finding: AllowedFinding) => boolean {
  const tests = text.split('\n').flatMap((line, at) => {
    const words = line
      .replace(/(?:^|\s)#.*$/, '')
      .split(/\s+/)
      .filter((word) => word !== '')
    return words.length === 0 ? [] : [parseLine(words, at + 1)]
  })
  return (finding) => tests.some((test) => test(finding))
}

function parseLine(words: readonly string[], line: number): (finding: AllowedFinding) => boolean {
  const parts = words.map((word) => {
    if (word.startsWith('rule:')) return ({ rule }: AllowedFinding) => rule === word.slice(5)
    if (word.startsWith('path:')) {
      const patterns = compileIgnore(word.slice(5))
      return ({ path }: AllowedFinding) => path !== undefined && patterns.match(path.slice(1)).ignored
    }
    if (/^[0-9a-f]{12}$/.test(word)) return ({ id }: AllowedFinding) => id === word
    throw new Fault(
      'allow.invalid',
      `line ${line} of the allow list: "${word}" is no finding, rule or path`,
      {
        hint: 'a line is the 12 digits of a finding, rule:ID, path:PATTERN, or rule:ID path:PATTERN',
      },
    )
  })
  return (finding) => parts.every((test) => test(finding))
}
