// Here documents: finding their words on a line, and what becomes of their bodies. BuildKit reads the words with `\` as escape
// character whatever the file says, and takes a word as quoted when removing quotes changes the number of quote characters in it.
import { isFault } from '../core/index.ts'
import { expandWords } from './expand.ts'
import type { Heredoc, Lookup, RunInstruction, RunScript } from './types.ts'

export type HeredocWord = Omit<Heredoc, 'body'>

const unset: Lookup = () => undefined

/** The here documents a logical line announces, in order. A line whose quotes do not close has none. */
export function heredocWords(line: string): HeredocWord[] {
  const words = tryWords(line, true, true)
  return (words ?? []).map(parseHeredocWord).filter((word) => word !== undefined)
}

/** Reads a word such as `<<-'EOF'`; `undefined` when it is none. */
export function parseHeredocWord(text: string): HeredocWord | undefined {
  const match = /^(\d*)<<(-?)[\t\n\f\r ]*([^<]*)$/.exec(text)
  if (match === null) return undefined
  const [, fd = '', dash, rest = ''] = match
  if (rest === '') return undefined
  const words = tryWords(rest, false, false)
  const raw = tryWords(rest, true, false)
  if (words?.length !== 1 || raw?.length !== 1) return undefined
  const name = words[0]!
  return {
    name,
    expand: countQuotes(name) === countQuotes(raw[0]!),
    chomp: dash === '-',
    fd: fd === '' ? 0 : Math.min(Number(fd), Number.MAX_SAFE_INTEGER),
  }
}

function tryWords(text: string, rawQuotes: boolean, rawEscapes: boolean): string[] | undefined {
  try {
    return expandWords(text, unset, { escape: '\\', rawQuotes, rawEscapes, keepUnset: true })
  } catch (thrown) {
    if (isFault(thrown)) return undefined
    throw thrown
  }
}

function countQuotes(text: string): number {
  return text.length - text.replace(/['"]/g, '').length
}

/** The body as the file gets it: without leading tabs for `<<-`. */
export function heredocText(heredoc: Heredoc): string {
  return heredoc.chomp ? heredoc.body.replace(/(^|\n)\t+/g, '$1') : heredoc.body
}

/**
 * What RUN runs. A lone here document is the script itself (started by its path when it begins with `#!`); any other is put back
 * below the command for the shell to read.
 */
export function readRun(run: Pick<RunInstruction, 'command' | 'heredocs'>): RunScript {
  const { command, heredocs } = run
  const first = heredocs[0]
  if (command.form === 'exec' || first === undefined) return command
  if (parseHeredocWord(command.text) !== undefined) {
    const body = heredocText(first)
    return body.startsWith('#!') ? { form: 'script', name: first.name, body } : { form: 'shell', text: body }
  }
  return {
    form: 'shell',
    text: heredocs.reduce((text, { body, name }) => `${text}\n${body}${name}`, command.text),
  }
}
