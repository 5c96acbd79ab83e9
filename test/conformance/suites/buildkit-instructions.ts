// Instructions, their flags and their errors, from moby/buildkit's frontend/dockerfile/instructions.
import assert from 'node:assert/strict'
import { Fault, isFault } from '../../../src/core/index.ts'
import { type FlagKind, parseFlags } from '../../../src/dockerfile/flags.ts'
import {
  type CopyInstruction,
  heredocText,
  type Instruction,
  parseDockerfile,
  type RunInstruction,
} from '../../../src/dockerfile/index.ts'
import { type Case, type Result, skip, verdict } from '../suite.ts'

interface InstructionCase extends Case {
  readonly instruction?: string
  readonly dockerfile?: string
  readonly expectedError?: string
  readonly instructions?: readonly string[]
  readonly expectError?: string | null
  readonly expectTest?: readonly string[]
  readonly expect?: unknown
  readonly expected?: unknown
  readonly value?: string
  readonly input?: string
  readonly flags?: readonly {
    readonly name: string
    readonly type: string
    readonly default?: string | boolean
  }[]
  readonly args?: readonly string[]
  readonly attributes?: { readonly json?: boolean }
}

export async function* run(cases: readonly InstructionCase[]): AsyncGenerator<Result> {
  for (const one of cases) yield await verdict(one.id, () => check(one))
}

function parse(text: string): Instruction {
  const file = parseDockerfile(`FROM busybox\n${text}\n`, { file: 'Dockerfile' })
  const [first, second] = file.stages
  return second?.from ?? first?.instructions[0] ?? assert.fail('no instruction')
}

function throwsWith(action: () => unknown, text: string): void {
  assert.throws(action, (thrown) => isFault(thrown) && thrown.message.includes(text))
}

function check(one: InstructionCase): void {
  const { op, instruction = '', value = '', input = '', expectError } = one
  switch (op) {
    case 'instructionError':
      return throwsWith(() => parse(one.dockerfile ?? instruction), one.expectedError ?? expectError ?? '')
    case 'noCrash':
      for (const line of one.instructions ?? [instruction]) orFault(() => parse(line))
      return
    case 'healthcheck': {
      const parsed = parse(instruction)
      assert.ok(parsed.kind === 'HEALTHCHECK' && parsed.check.kind === 'command')
      const { command } = parsed.check
      const test = command.form === 'exec' ? ['CMD', ...command.args] : ['CMD-SHELL', command.text]
      return assert.deepEqual(test, one.expectTest)
    }
    case 'healthInterval': {
      const line = `HEALTHCHECK --interval=${value} CMD true`
      if (expectError != null) return throwsWith(() => parse(line), expectError)
      return void parse(line)
    }
    case 'runDevice': {
      const line = `RUN --device=${input} true`
      if (expectError != null) return throwsWith(() => parse(line), expectError)
      const [device] = (parse(line) as RunInstruction).devices
      return assert.deepEqual({ Name: device?.name, Required: device?.required }, one.expected)
    }
    case 'copyHeredoc':
      return checkCopy(instruction, one.expect as CopyShape)
    case 'runHeredoc':
      return checkRun(instruction, one.expect as RunShape)
    case 'builderFlags':
      return checkFlags(one)
    case 'handleJSONArgs': {
      const { args = [], attributes } = one
      const parsed = parse(`CMD ${attributes?.json === true ? JSON.stringify(args) : args.join(' ')}`)
      assert.ok(parsed.kind === 'CMD')
      const { command } = parsed
      const words = command.form === 'exec' ? command.args : [command.text].filter(Boolean)
      return assert.deepEqual(words, one.expect)
    }
    default:
      skip(`${op} is a part of the source that has no counterpart here`)
  }
}

interface CopyShape {
  readonly dest: string
  readonly sources: readonly string[]
  readonly inline: readonly { readonly path: string; readonly data: string; readonly expand: boolean }[]
}

function checkCopy(text: string, expected: CopyShape): void {
  const { sources, destination } = parse(text) as CopyInstruction
  const inline = sources.filter((source) => typeof source !== 'string')
  assert.deepEqual(
    {
      dest: destination,
      sources: sources.filter((source) => typeof source === 'string'),
      inline: inline.map((heredoc) => ({
        path: heredoc.name,
        data: heredocText(heredoc),
        expand: heredoc.expand,
      })),
    },
    expected,
  )
}

interface RunShape {
  readonly shellForm: boolean
  readonly cmdline: readonly string[]
  readonly inline: readonly { readonly name?: string; readonly data?: string; readonly chomp?: boolean }[]
}

function checkRun(text: string, expected: RunShape): void {
  const { command, heredocs } = parse(text) as RunInstruction
  assert.equal(command.form === 'shell', expected.shellForm)
  assert.deepEqual(command.form === 'shell' ? [command.text] : command.args, expected.cmdline)
  assert.equal(heredocs.length, expected.inline.length)
  for (const [at, { name, data, chomp }] of expected.inline.entries()) {
    if (name !== undefined) assert.equal(heredocs[at]?.name, name)
    if (data !== undefined) assert.equal(heredocs[at]?.body, data)
    if (chomp !== undefined) assert.equal(heredocs[at]?.chomp, chomp)
  }
}

const kinds: Readonly<Record<string, FlagKind>> = { bool: 'boolean', string: 'text', strings: 'list' }

function checkFlags({ flags = [], args = [], expect }: InstructionCase): void {
  const expected = expect as {
    readonly error?: boolean
    readonly values?: Readonly<Record<string, unknown>>
    readonly used?: readonly string[]
  }
  const known = Object.fromEntries(flags.map(({ name, type }) => [name, kinds[type] ?? 'text']))
  if (Object.keys(known).length < flags.length) skip('flags are declared as an object here, never twice')
  const end = args.indexOf('--')
  const words = (end < 0 ? args : args.slice(0, end)).map((text) => ({ text, start: 0, end: 0 }))
  const read = () => parseFlags(words, known, (message) => new Fault('dockerfile.invalid', message))
  if (expected.error === true) return assert.throws(read, isFault)
  const found = read()
  for (const [name, value] of Object.entries(expected.values ?? {})) {
    const declared = flags.find((flag) => flag.name === name)
    const got =
      known[name] === 'boolean'
        ? found.boolean(name)
        : known[name] === 'list'
          ? found.list(name)
          : found.text(name)
    assert.deepEqual(got ?? declared?.default, value, name)
  }
  if (expected.used !== undefined)
    assert.deepEqual(
      flags.map(({ name }) => name).filter((name) => found.word(name)),
      [...expected.used].sort(),
    )
}

function orFault(action: () => unknown): void {
  try {
    action()
  } catch (thrown) {
    if (!isFault(thrown) || thrown.code === 'internal') throw thrown
  }
}
