// RUN: its flags, of which `--mount` stays unexpanded (mount.ts reads it once its variables are known).
import { parseCsvFields } from './csv.ts'
import { parseFlags } from './flags.ts'
import { parseBoolean } from './go-values.ts'
import type { Fail, Head } from './head.ts'
import { readCommand } from './instruction-command.ts'
import { didYouMean } from './suggest.ts'
import { quote, type Word } from './text.ts'
import type { Device, RawMount, RunInstruction } from './types.ts'

const networks = ['default', 'none', 'host'] as const
const securities = ['sandbox', 'insecure'] as const

export function readRun(head: Head): RunInstruction {
  const flags = parseFlags(
    head.flags,
    { mount: 'list', network: 'text', security: 'text', device: 'list' },
    head.fail,
  )
  const command = readCommand(head)
  const mounts = flags.list('mount').map((text, at) => readMount(text, flags.word('mount', at), head.fail))
  const devices = flags
    .list('device')
    .map((text, at) => readDevice(text, flags.word('device', at), head.fail))
  const network = flags.text('network')
  const knownNetwork = networks.find((known) => known === network)
  if (network !== undefined && knownNetwork === undefined)
    throw head.fail(
      `invalid network mode ${quote(network)}`,
      flags.word('network'),
      'write default, none or host',
    )
  const security = flags.text('security')
  const knownSecurity = securities.find((known) => known === security)
  if (security !== undefined && knownSecurity === undefined)
    throw head.fail(
      `security ${quote(security)} is not valid`,
      flags.word('security'),
      'write sandbox or insecure',
    )
  return {
    ...head.base('RUN'),
    command,
    heredocs: head.heredocs,
    mounts,
    ...(knownNetwork === undefined ? {} : { network: knownNetwork }),
    ...(knownSecurity === undefined ? {} : { security: knownSecurity }),
    devices,
  }
}

function readMount(text: string, word: Word | undefined, fail: Fail): RawMount {
  const fields = parseCsvFields(text)
  if ('problem' in fields) throw fail(`failed to parse csv mounts: ${fields.problem}`, word)
  return {
    text,
    fields: fields.map((field) => {
      const equals = field.indexOf('=')
      const key = (equals < 0 ? field : field.slice(0, equals)).toLowerCase()
      if (equals < 0) return { key, text: field }
      const value = field.slice(equals + 1)
      const dollar = value.indexOf('$')
      if (key === 'from' && dollar >= 0 && dollar !== value.length - 1)
        throw fail(
          "'from' doesn't support variable expansion, define alias stage instead",
          word,
          'write FROM with the variable AS a name, and that name here',
        )
      return { key, value, text: field }
    }),
  }
}

/** Reads one `--device`: a name by itself or as `name=`, and `required`. */
export function readDevice(text: string, word: Word | undefined, fail: Fail): Device {
  const fields = parseCsvFields(text)
  if ('problem' in fields) throw fail(`failed to parse csv devices: ${fields.problem}`, word)
  let name = ''
  let required = false
  for (const field of fields) {
    const equals = field.indexOf('=')
    const key = (equals < 0 ? field : field.slice(0, equals)).toLowerCase()
    const value = equals < 0 ? undefined : field.slice(equals + 1)
    if (key === 'required') {
      const given = value === undefined ? true : parseBoolean(value)
      if (given === undefined) throw fail(`invalid value for ${key}: ${value}`, word, 'write true or false')
      required = given
    } else if (key === 'name' && value !== undefined) {
      if (name !== '') throw fail(`device name already set to ${name}`, word)
      name = value
    } else if (name === '') name = field
    else if (value === undefined)
      throw fail(`invalid field '${field}' must be a key=value pair`, word, 'keys are name and required')
    else
      throw fail(
        `unexpected key '${key}' in '${field}'${didYouMean(key, ['name', 'required'])}`,
        word,
        'keys are name and required',
      )
  }
  return { name, required }
}
