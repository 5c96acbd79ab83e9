// Command lines and lists that may be written as JSON: shared by the readers of several instructions.
import type { Head } from './head.ts'
import { parseStringArray } from './json.ts'
import { splitBlanks, type Word } from './text.ts'
import type { Command } from './types.ts'

/** The rest of the line (or a part of it) as a command; faults when it is a JSON array of other things than strings. */
export function readCommand(head: Head, part: Word = head.restWord): Command {
  const args = parseStringArray(part.text)
  if (args === 'other') throw notStrings(head, part)
  return args === undefined ? { form: 'shell', text: part.text } : { form: 'exec', args }
}

/** The rest of the line as a list of values: a JSON array, or words between blanks. */
export function readList(head: Head): { readonly words: readonly Word[]; readonly isJson: boolean } {
  const part = head.restWord
  const args = parseStringArray(part.text)
  if (args === 'other') throw notStrings(head, part)
  if (args === undefined) return { words: splitBlanks(part.text, part.start), isJson: false }
  return { words: args.map((text) => ({ text, start: part.start, end: part.end })), isJson: true }
}

function notStrings(head: Head, part: Word) {
  return head.fail(
    'when using JSON array syntax, arrays must be comprised of strings only',
    part,
    'put every element in double quotes',
  )
}
