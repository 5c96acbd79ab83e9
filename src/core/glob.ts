// The glob language of Go's path.Match, which docker uses for reference filters and for the sources of COPY and ADD:
// `*` and `?` stop at `/`, `[a-z]` and `[^a-z]` are classes, `\` takes the next character as it is. There is no `**`.
import { Fault } from './fault.ts'

/** Compiles a pattern to a test of whole texts; faults with `path.invalid` where Go reports a bad pattern. */
export function compileGlob(pattern: string): (text: string) => boolean {
  const characters = [...pattern]
  let source = ''
  for (let at = 0; at < characters.length; ) {
    const character = characters[at]!
    at++
    if (character === '*') source += '[^/]*'
    else if (character === '?') source += '[^/]'
    else if (character === '[') {
      const [part, next] = compileClass(pattern, characters, at)
      source += part
      at = next
    } else if (character === '\\') {
      source += literal(need(pattern, characters[at]))
      at++
    } else source += literal(character)
  }
  const expression = new RegExp(`^${source}$`, 'su')
  return (text) => expression.test(text)
}

function compileClass(pattern: string, characters: readonly string[], start: number): [string, number] {
  let at = start
  const negated = characters[at] === '^'
  if (negated) at++
  const one = (): string => {
    let character = need(pattern, characters[at++])
    if (character === '-' || character === ']') throw bad(pattern)
    if (character === '\\') character = need(pattern, characters[at++])
    return character
  }
  let ranges = ''
  do {
    const from = one()
    let to = from
    if (characters[at] === '-') {
      at++
      to = one()
    }
    need(pattern, characters[at])
    if (from.codePointAt(0)! <= to.codePointAt(0)!) ranges += `${literal(from)}-${literal(to)}`
  } while (characters[at] !== ']')
  if (ranges === '') return [negated ? '[^]' : '[]', at + 1]
  return [`[${negated ? '^' : ''}${ranges}]`, at + 1]
}

function need(pattern: string, character: string | undefined): string {
  if (character === undefined) throw bad(pattern)
  return character
}

function bad(pattern: string): Fault {
  return new Fault(
    'path.invalid',
    `"${pattern}" is not a valid pattern: close each [class], and put a character after each \\`,
  )
}

function literal(character: string): string {
  return `\\u{${character.codePointAt(0)!.toString(16)}}`
}
