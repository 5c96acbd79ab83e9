// From a logical line to a typed instruction: one reader for each keyword, with BuildKit's checks in BuildKit's order and words.
import { parseFlags } from './flags.ts'
import { type Head, openHead } from './head.ts'
import { readCommand, readList } from './instruction-command.ts'
import { readAdd, readCopy } from './instruction-copy.ts'
import { readHealthcheck } from './instruction-healthcheck.ts'
import { readRun } from './instruction-run.ts'
import { parseStringArray } from './json.ts'
import type { LogicalLine } from './lines.ts'
import { didYouMean } from './suggest.ts'
import { quote, splitBlanks, trim } from './text.ts'
import type * as types from './types.ts'
import { splitInstruction, splitWords } from './words.ts'

export interface LineOptions {
  readonly mark: types.Escape
  readonly source: string
}

const readers: { readonly [Kind in types.InstructionKind]: (head: Head) => types.Instruction } = {
  FROM: readFrom,
  RUN: readRun,
  COPY: readCopy,
  ADD: readAdd,
  ENV: (head) => ({ ...head.base('ENV'), pairs: readPairs(head, 'ENV') }),
  LABEL: (head) => ({ ...head.base('LABEL'), pairs: readPairs(head, 'LABEL') }),
  ARG: readArg,
  WORKDIR: (head) => ({ ...head.base('WORKDIR'), path: readOne(head, 'WORKDIR') }),
  USER: (head) => ({ ...head.base('USER'), user: readOne(head, 'USER') }),
  STOPSIGNAL: (head) => ({ ...head.base('STOPSIGNAL'), signal: readOne(head, 'STOPSIGNAL') }),
  MAINTAINER: (head) => ({ ...head.base('MAINTAINER'), name: readOne(head, 'MAINTAINER') }),
  EXPOSE: readExpose,
  VOLUME: readVolume,
  CMD: (head) => ({ ...head.base('CMD'), command: readPlainCommand(head) }),
  ENTRYPOINT: (head) => ({ ...head.base('ENTRYPOINT'), command: readPlainCommand(head) }),
  SHELL: readShell,
  HEALTHCHECK: readHealthcheck,
  ONBUILD: readOnbuild,
}

const keywords = Object.keys(readers)

function isKind(text: string): text is types.InstructionKind {
  return Object.hasOwn(readers, text)
}

/** Reads one logical line. Faults with `dockerfile.invalid` at the part that is wrong. */
export function readInstruction(line: LogicalLine, options: LineOptions): types.Instruction {
  return readHead(openHead(line, 0, options))
}

function readHead(head: Head): types.Instruction {
  const { keyword } = head
  const kind = keyword.text.toUpperCase()
  if (isKind(kind)) return readers[kind](head)
  throw head.fail(
    `unknown instruction: ${keyword.text}${didYouMean(keyword.text, keywords, 'anyCase')}`,
    keyword,
    `instructions are ${keywords.toSorted().join(', ')}`,
  )
}

/** Whether here documents may follow this line: RUN, COPY or ADD, also below ONBUILD, and not in JSON form. */
export function allowsHeredocs(text: string, mark: types.Escape): boolean {
  let parts = splitInstruction(text, 0, mark)
  if (/^onbuild$/i.test(parts.keyword.text)) parts = splitInstruction(text, parts.restStart, mark)
  return /^(?:run|copy|add)$/i.test(parts.keyword.text) && !Array.isArray(parseStringArray(parts.rest))
}

function readFrom(head: Head): types.FromInstruction {
  const words = splitBlanks(head.rest, head.restStart)
  const [image, as, nameWord] = words
  if (image === undefined || (words.length !== 1 && (words.length !== 3 || !/^as$/i.test(as!.text))))
    throw head.fail(
      'FROM requires either one or three arguments',
      words.length > 1 ? { start: words[1]!.start, end: words.at(-1)!.end } : undefined,
      'write FROM IMAGE, or FROM IMAGE AS NAME',
    )
  const name = nameWord?.text.toLowerCase()
  if (name !== undefined && !/^[a-z][a-z0-9\-_.]*$/.test(name))
    throw head.fail(
      `invalid name for build stage: ${quote(nameWord!.text)}, name can't start with a number or contain symbols`,
      nameWord,
      'use letters, digits, "-", "_" and "."',
    )
  const platform = parseFlags(head.flags, { platform: 'text' }, head.fail).text('platform') ?? ''
  const base = head.base('FROM')
  const description = describe(base.comments, name)
  return {
    ...base,
    image: image.text,
    ...(name === undefined ? {} : { name, nameText: nameWord!.text, asText: as!.text }),
    ...(platform === '' ? {} : { platform }),
    ...(description === undefined ? {} : { description }),
  }
}

function describe(comments: readonly string[], name: string | undefined): string | undefined {
  if (name === undefined || name === '') return undefined
  return comments.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1)
}

/** ENV and LABEL: `name=value…`, or the old form in which the rest of the line is one value. */
function readPairs(head: Head, keyword: 'ENV' | 'LABEL'): types.Pair[] {
  parseFlags(head.flags, {}, head.fail)
  const words = splitWords(head.rest, head.restStart, head.mark)
  const first = words[0]
  if (first === undefined)
    throw head.fail(`${keyword} requires at least one argument`, undefined, `write ${keyword} NAME=VALUE`)
  if (!first.text.includes('=')) {
    const [, key, value] = /^([^\t\v\f\r ]*)[\t\v\f\r ]+(.*)$/s.exec(head.rest) ?? []
    if (key === undefined || value === undefined)
      throw head.fail(`${keyword} must have two arguments`, first, `write ${keyword} ${first.text}=VALUE`)
    if (key === '') throw head.fail(`${keyword} names can not be blank`, first)
    return [{ key, value, form: 'space' }]
  }
  return words.map((word) => {
    const equals = word.text.indexOf('=')
    if (equals < 0)
      throw head.fail(
        `Syntax error - can't find = in ${quote(word.text)}. Must be of the form: name=value`,
        word,
        'put values with spaces in double quotes',
      )
    if (equals === 0) throw head.fail(`${keyword} names can not be blank`, word, 'write a name before the =')
    return { key: word.text.slice(0, equals), value: word.text.slice(equals + 1), form: 'equals' }
  })
}

function readArg(head: Head): types.ArgInstruction {
  const words = splitWords(head.rest, head.restStart, head.mark)
  if (words.length === 0)
    throw head.fail('ARG requires at least one argument', undefined, 'write ARG NAME or ARG NAME=DEFAULT')
  const base = head.base('ARG')
  return {
    ...base,
    args: words.map((word) => {
      const equals = word.text.indexOf('=')
      if (equals === 0) throw head.fail('ARG names can not be blank', word, 'write a name before the =')
      const key = equals < 0 ? word.text : word.text.slice(0, equals)
      const description = describe(base.comments, key)
      return {
        key,
        ...(equals < 0 ? {} : { default: word.text.slice(equals + 1) }),
        ...(description === undefined ? {} : { description }),
      }
    }),
  }
}

/** The whole rest of the line as one value. STOPSIGNAL ignores flags, as in BuildKit. */
function readOne(head: Head, keyword: types.InstructionKind): string {
  if (head.rest === '') throw head.fail(`${keyword} requires exactly one argument`)
  if (keyword !== 'STOPSIGNAL') parseFlags(head.flags, {}, head.fail)
  return head.rest
}

function readExpose(head: Head): types.ExposeInstruction {
  const words = splitBlanks(head.rest, head.restStart)
  if (words.length === 0)
    throw head.fail('EXPOSE requires at least one argument', undefined, 'write EXPOSE PORT')
  parseFlags(head.flags, {}, head.fail)
  return { ...head.base('EXPOSE'), ports: words.map(({ text }) => text).sort() }
}

function readVolume(head: Head): types.VolumeInstruction {
  const { words } = readList(head)
  if (words.length === 0) throw head.fail('VOLUME requires at least one argument')
  parseFlags(head.flags, {}, head.fail)
  return {
    ...head.base('VOLUME'),
    paths: words.map((word) => {
      const path = trim(word.text)
      if (path === '') throw head.fail('VOLUME specified can not be an empty string', word)
      return path
    }),
  }
}

function readPlainCommand(head: Head): types.Command {
  const command = readCommand(head)
  parseFlags(head.flags, {}, head.fail)
  return command
}

function readShell(head: Head): types.ShellInstruction {
  const command = readPlainCommand(head)
  const hint = 'write SHELL ["executable", "parameter"]'
  if (command.form === 'exec' ? command.args.length === 0 : command.text === '')
    throw head.fail('SHELL requires at least one argument', undefined, hint)
  if (command.form === 'shell')
    throw head.fail('SHELL requires the arguments to be in JSON form', head.restWord, hint)
  return { ...head.base('SHELL'), args: command.args }
}

function readOnbuild(head: Head): types.OnbuildInstruction {
  if (head.rest === '') throw head.fail('ONBUILD requires at least one argument')
  parseFlags(head.flags, {}, head.fail)
  const inner = openHead(head.line, head.restStart, head)
  const trigger = inner.keyword.text.toUpperCase()
  if (trigger === 'ONBUILD')
    throw head.fail("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed", inner.keyword)
  if (trigger === 'MAINTAINER' || trigger === 'FROM')
    throw head.fail(`${trigger} isn't allowed as an ONBUILD trigger`, inner.keyword)
  const text = head.line.text.slice(head.restStart)
  return {
    ...head.base('ONBUILD'),
    instruction: readHead(inner),
    trigger: head.heredocs.reduce((joined, { body, name }) => `${joined}\n${body}${name}`, text),
    heredocs: head.heredocs,
  }
}
