// The grammar below instructions, from moby/buildkit's frontend/dockerfile/parser. Its syntax tree is not kept here; the dump is made
// again from the same pieces that the typed instructions are made of.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { isFault } from '../../../src/core/index.ts'
import { findSyntax, parseDirectives } from '../../../src/dockerfile/directives.ts'
import { heredocWords, parseHeredocWord } from '../../../src/dockerfile/heredoc.ts'
import { heredocText, parseDockerfile } from '../../../src/dockerfile/index.ts'
import { allowsHeredocs } from '../../../src/dockerfile/instruction.ts'
import { parseStringArray } from '../../../src/dockerfile/json.ts'
import { readLines } from '../../../src/dockerfile/lines.ts'
import { splitBlanks } from '../../../src/dockerfile/text.ts'
import type { Escape } from '../../../src/dockerfile/types.ts'
import { splitInstruction, splitWords } from '../../../src/dockerfile/words.ts'
import { type Case, type Result, skip, verdict } from '../suite.ts'

interface ParserCase extends Case {
  readonly dockerfile?: string
  readonly dockerfileText?: string
  readonly dockerfileTextTemplate?: string
  readonly instruction?: string
  readonly expectDump?: string
  readonly expectError?: string
  readonly expectCount?: number
  readonly expectContains?: readonly (readonly string[])[]
  readonly expect?: unknown
  readonly error?: boolean
  readonly line?: string
  readonly word?: string
  readonly text?: string
  readonly rest?: string
  readonly content?: string
  readonly directive?: string
}

export async function* run(cases: readonly ParserCase[], directory: string): AsyncGenerator<Result> {
  for (const one of cases) yield await verdict(one.id, () => check(one, directory))
}

function lines(text: string) {
  return readLines(text.replace(/^\ufeff/, ''), { file: 'Dockerfile', heredocsAllowed: allowsHeredocs })
}

function check(one: ParserCase, directory: string): void {
  const { op, line = '', word = '', text = '', expect } = one
  const file = (name = '') => fs.readFileSync(path.join(directory, name), 'utf8')
  switch (op) {
    case 'astDump':
      return assert.equal(dumpFile(file(one.dockerfile)), file(one.expectDump).trim())
    case 'parseError':
      return assert.throws(() => parseDockerfile(file(one.dockerfile), { file: 'Dockerfile' }), isFault)
    case 'parseErrorText': {
      const source = (one.dockerfileText ?? one.dockerfileTextTemplate ?? '').replace(
        /\{(\d+) times the letter (.)\}/,
        (_, times: string, letter: string) => letter.repeat(Number(times)),
      )
      return assert.throws(
        () => parseDockerfile(source, { file: 'Dockerfile' }),
        (thrown) => isFault(thrown) && thrown.message.includes(one.expectError ?? ''),
      )
    }
    case 'words':
      return assert.deepEqual(
        splitWords(line, 0, '\\').map((found) => found.text),
        expect,
      )
    case 'heredocs': {
      const [first] = lines(one.instruction ?? '').lines
      const found = (first?.heredocs ?? []).map(({ body, ...rest }) => ({ ...rest, content: body }))
      return assert.deepEqual(found, expect)
    }
    case 'heredocWord': {
      const found = parseHeredocWord(word)?.name ?? null
      return assert.equal(found, one.error === true ? null : expect)
    }
    case 'heredocsFromLine':
      return assert.deepEqual(
        heredocWords(line).map(({ name }) => name),
        expect,
      )
    case 'chompHeredoc':
      return assert.equal(
        heredocText({ name: 'X', body: one.content ?? '', expand: true, chomp: true, fd: 0 }),
        expect,
      )
    case 'directives':
      return assert.deepEqual(
        parseDirectives(text).map(({ name, value }) => ({ name, value })),
        expect,
      )
    case 'syntaxDirective':
    case 'parseDirective':
      return checkDirective(one)
    case 'jsonArray': {
      const found = parseStringArray(text)
      if (one.error === true) return assert.ok(!Array.isArray(found))
      return assert.deepEqual(found, expect)
    }
    case 'nameVal': {
      const [found] = parseDockerfile(`FROM x\n${one.instruction} ${one.rest}`, { file: 'D' }).stages[0]!
        .instructions
      assert.ok(found?.kind === 'LABEL' || found?.kind === 'ENV')
      return assert.deepEqual(
        found.pairs.flatMap(({ key, value, form }) => [key, value, form === 'equals' ? '=' : '']),
        expect,
      )
    }
    case 'warnings': {
      const { warnings } = parseDockerfile(one.dockerfileText ?? '', { file: 'Dockerfile' })
      assert.equal(warnings.length, one.expectCount)
      for (const [at, parts] of (one.expectContains ?? []).entries())
        for (const part of parts) assert.ok(warnings[at]?.message.includes(part), part)
      return
    }
    case 'lineNumbers':
      return checkLineNumbers(one, directory)
    default:
      skip(`${op} is a part of the source that has no counterpart here`)
  }
}

function checkDirective({ op, text = '', directive = '', expect }: ParserCase): void {
  const plain = text.replace(/^\ufeff/, '')
  const found =
    op === 'syntaxDirective'
      ? findSyntax(plain)
      : parseDirectives(plain).find(({ name }) => name === directive)
  if (expect === null) return assert.equal(found, undefined)
  const { ref, cmdline, value, line } = expect as {
    readonly ref?: string
    readonly cmdline?: string
    readonly value?: string
    readonly line?: number
  }
  if (ref !== undefined) assert.equal(found?.value.split(' ')[0], ref)
  const whole = cmdline ?? value
  if (whole !== undefined) assert.equal(found?.value, whole)
  if (line !== undefined) assert.equal(found?.line, line)
}

/** Each instruction begins and ends on lines that the case states. */
function checkLineNumbers(
  { id: _id, src: _src, op: _op, dockerfile = '', dockerfileText, ...stated }: ParserCase,
  directory: string,
): void {
  const text = dockerfileText ?? fs.readFileSync(path.join(directory, dockerfile), 'utf8')
  const numbers = new Set(JSON.stringify(stated).match(/\d+/g)?.map(Number))
  if (numbers.size === 0) skip('the case states no lines')
  for (const { whole } of lines(text).lines)
    for (const line of [whole.line, whole.endLine]) assert.ok(numbers.has(line), `line ${line} is not stated`)
}

type Grammar = 'blanks' | 'whole' | 'command' | 'list' | 'pairs' | 'words'

const grammars: Readonly<Record<string, Grammar>> = {
  add: 'list',
  arg: 'words',
  cmd: 'command',
  copy: 'list',
  entrypoint: 'command',
  env: 'pairs',
  expose: 'blanks',
  from: 'blanks',
  label: 'pairs',
  maintainer: 'whole',
  run: 'command',
  shell: 'command',
  stopsignal: 'whole',
  user: 'whole',
  volume: 'list',
  workdir: 'whole',
}

function dumpFile(source: string): string {
  const { lines: found, escape: mark } = lines(source)
  return found.map(({ text }) => `(${dump(text, mark)})`).join('\n')
}

function dump(text: string, mark: Escape): string {
  const { keyword, flags, rest } = splitInstruction(text, 0, mark)
  const name = keyword.text.toLowerCase()
  const flagText = flags.length === 0 ? '' : ` [${flags.map((flag) => quote(flag.text)).join(' ')}]`
  if (name === 'onbuild') return `${name}${flagText} (${dump(rest, mark)})`
  return [name + flagText, ...args(name, rest, mark).map(quote)].join(' ')
}

function args(name: string, rest: string, mark: Escape): readonly string[] {
  if (rest === '') return []
  if (name === 'healthcheck') {
    const [, type = '', command = ''] = /^(\S+)\s*(.*)$/s.exec(rest) ?? []
    return [type, ...args('cmd', command, mark)]
  }
  const grammar = grammars[name]
  const array = grammar === 'command' || grammar === 'list' ? parseStringArray(rest) : undefined
  if (array === 'other') throw new Error('not an array of strings')
  if (array !== undefined) return array
  const words = splitWords(rest, 0, mark).map((word) => word.text)
  switch (grammar) {
    case 'whole':
    case 'command':
      return [rest]
    case 'blanks':
    case 'list':
      return splitBlanks(rest, 0).map((word) => word.text)
    case 'words':
      return words
    case 'pairs':
      if (words[0]?.includes('=') !== true) {
        const [, key = '', value = ''] = /^([^\t\v\f\r ]*)[\t\v\f\r ]+(.*)$/s.exec(rest) ?? []
        return [key, value, '']
      }
      return words.flatMap((word) => [word.replace(/=.*$/s, ''), word.slice(word.indexOf('=') + 1), '='])
    default:
      return ['']
  }
}

function quote(text: string): string {
  return JSON.stringify(text)
}
