// A Dockerfile back to text. Reading the result gives the same directives, arguments and stages; only places, blank lines, comments
// that belong to no instruction and warnings about them are lost. Continued lines come out joined.

import { cutContinuation } from './lines.ts'
import { skipSpace } from './text.ts'
import type { Dockerfile, Escape, Heredoc, Instruction } from './types.ts'

/** Longer physical lines than this are broken, since docker's parser refuses those over 65,535 bytes. */
const longest = 16_000

/** The text of a Dockerfile. */
export function printDockerfile(file: Dockerfile): string {
  const { syntax, escape: mark, check } = file.directives
  const top = Object.entries({ syntax, escape: mark, check }).flatMap(([key, value]) =>
    value === undefined ? [] : [`# ${key}=${value}\n`],
  )
  const groups = [
    file.globalArgs,
    ...file.stages.map(({ from, instructions }) => [from, ...instructions] as const),
  ]
  // The blank line keeps a first comment that looks like a directive from becoming one.
  return [
    ...(top.length > 0 || startsWithComment(groups) ? [`${top.join('')}\n`] : []),
    groups
      .filter((group) => group.length > 0)
      .map((group) => group.map((instruction) => printInstruction(instruction, file.escape)).join(''))
      .join('\n'),
  ].join('')
}

function startsWithComment(groups: readonly (readonly Instruction[])[]): boolean {
  return (groups.find((group) => group.length > 0)?.[0]?.comments.length ?? 0) > 0
}

/** One instruction with its comments above and its here documents below, a line feed at the end. */
export function printInstruction(instruction: Instruction, mark: Escape): string {
  const comments = instruction.comments.map((comment) => `# ${comment}\n`)
  const heredocs: readonly Heredoc[] = 'heredocs' in instruction ? instruction.heredocs : []
  const bodies = heredocs.map(({ body, name }) => `${body}${name}\n`)
  // A text may end in an escape character that white space other than blanks once kept from being a continuation.
  const guard = cutContinuation(instruction.text, mark).continues ? '\f' : ''
  return [...comments, breakLine(instruction.text, mark), `${guard}\n`, ...bodies].join('')
}

/** Breaks an overlong line where joining gives the same text again: not before blanks or `#`, not after an escape character. */
function breakLine(text: string, mark: Escape): string {
  let broken = ''
  let start = 0
  while (text.length - start > longest) {
    let end = start + longest
    while (end > start + 1 && !canBreak(text, end, mark)) end--
    if (end === start + 1) break
    broken += `${text.slice(start, end)}${mark}\n`
    start = end
  }
  return broken + text.slice(start)
}

function canBreak(text: string, at: number, mark: Escape): boolean {
  const before = text[at - 1]!
  const after = text[at]!
  const isPair = before >= '\ud800' && before <= '\udbff'
  return before !== mark && after !== '#' && skipSpace(after) === 0 && !isPair
}
