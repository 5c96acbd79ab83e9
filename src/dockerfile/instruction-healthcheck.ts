// HEALTHCHECK: how to tell that a container is well. Its type word comes before the command, and flags before NONE mean nothing.
import { type Flags, parseFlags } from './flags.ts'
import { parseDuration } from './go-values.ts'
import type { Fail, Head } from './head.ts'
import { readCommand } from './instruction-command.ts'
import { isSpace, quote, skipSpace } from './text.ts'
import type { HealthcheckInstruction } from './types.ts'

export function readHealthcheck(head: Head): HealthcheckInstruction {
  const { rest, restStart } = head
  if (rest === '')
    throw head.fail('HEALTHCHECK requires at least one argument', undefined, 'write CMD COMMAND, or NONE')
  let typeEnd = 0
  while (typeEnd < rest.length && !isSpace(rest[typeEnd]!)) typeEnd++
  const type = rest.slice(0, typeEnd).toUpperCase()
  const typeWord = { start: restStart, end: restStart + typeEnd }
  const commandStart = skipSpace(rest, typeEnd)
  const command = readCommand(head, {
    text: rest.slice(commandStart),
    start: restStart + commandStart,
    end: restStart + rest.length,
  })
  const isEmpty = command.form === 'shell' ? command.text === '' : command.args.length === 0
  if (type === 'NONE') {
    if (!isEmpty) throw head.fail('HEALTHCHECK NONE takes no arguments', typeWord)
    return { ...head.base('HEALTHCHECK'), check: { kind: 'none' } }
  }
  const flags = parseFlags(
    head.flags,
    {
      interval: 'text',
      timeout: 'text',
      'start-period': 'text',
      'start-interval': 'text',
      retries: 'text',
    },
    head.fail,
  )
  if (type !== 'CMD')
    throw head.fail(
      `Unknown type ${quote(type)} in HEALTHCHECK (try CMD)`,
      typeWord,
      'write CMD COMMAND, or NONE',
    )
  if (isEmpty) throw head.fail('Missing command after HEALTHCHECK CMD', typeWord)
  return {
    ...head.base('HEALTHCHECK'),
    check: {
      kind: 'command',
      command,
      interval: readDuration('interval', flags, head.fail),
      timeout: readDuration('timeout', flags, head.fail),
      startPeriod: readDuration('start-period', flags, head.fail),
      startInterval: readDuration('start-interval', flags, head.fail),
      retries: readRetries(flags, head.fail),
    },
  }
}

function readDuration(name: string, flags: Flags, fail: Fail): number {
  const text = flags.text(name) ?? ''
  if (text === '') return 0
  const duration = parseDuration(text)
  const hint = 'write a duration such as 30s or 1m30s'
  if (duration === undefined) throw fail(`time: invalid duration ${quote(text)}`, flags.word(name), hint)
  if (duration !== 0 && duration < 1e6)
    throw fail(`Interval ${quote(name)} cannot be less than 1ms`, flags.word(name), hint)
  return duration
}

function readRetries(flags: Flags, fail: Fail): number {
  const text = flags.text('retries') ?? ''
  if (text === '') return 0
  const retries = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN
  if (retries < 0) throw fail(`--retries cannot be negative (${retries})`, flags.word('retries'))
  if (Number.isNaN(retries) || retries > 0x7fffffff)
    throw fail(
      `strconv.ParseInt: parsing ${quote(text)}: invalid syntax`,
      flags.word('retries'),
      'write a whole number',
    )
  return retries
}
