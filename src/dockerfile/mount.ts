// RUN's `--mount`: keys to a typed mount with every default filled in. The order of keys matters as it does in BuildKit:
// `type=` must come before the keys that only some types have.
import { Fault } from '../core/index.ts'
import { parseBoolean, parseSize, parseUnsigned } from './go-values.ts'
import { didYouMean } from './suggest.ts'
import { quote } from './text.ts'
import type { Mount, RawMount } from './types.ts'

const types = ['bind', 'cache', 'tmpfs', 'secret', 'ssh'] as const
const sharings = ['shared', 'private', 'locked'] as const
const keys =
  'type from source target readonly id sharing required size mode uid gid src dst destination ro rw readwrite env'.split(
    ' ',
  )

interface Draft {
  type: Mount['type']
  from?: string
  source?: string
  target?: string
  readonly?: boolean
  required?: boolean
  size?: number
  id?: string
  sharing?: (typeof sharings)[number]
  mode?: number
  uid?: number
  gid?: number
  env?: string
}

function fail(message: string, hint?: string): Fault {
  return new Fault('dockerfile.invalid', message, { hint })
}

/** Reads a `--mount` whose values are expanded. Faults with `dockerfile.invalid` naming the key and the nearest right one. */
export function parseMount(raw: RawMount): Mount {
  const draft: Draft = { type: 'bind' }
  for (const { key, value, text } of raw.fields) {
    if (value === undefined) applyWord(draft, key, text)
    else applyPair(draft, { key, value, text })
  }
  return finish(draft)
}

function applyWord(draft: Draft, key: string, text: string): void {
  if (key === 'readonly' || key === 'ro') draft.readonly = true
  else if (key === 'readwrite' || key === 'rw') draft.readonly = false
  else if (key === 'required') {
    demandType(draft, key, ['secret', 'ssh'])
    draft.required = true
  } else
    throw fail(
      `invalid field '${text}' must be a key=value pair${didYouMean(key, ['readonly', 'readwrite', 'required'])}`,
    )
}

function applyPair(
  draft: Draft,
  field: { readonly key: string; readonly value: string; readonly text: string },
): void {
  const { key, value } = field
  const bad = () => fail(`invalid value for ${key}: ${value}`)
  switch (key) {
    case 'type':
      draft.type = oneOf(types, value) ?? raise(`unsupported mount type ${quote(value)}`, value, types)
      return
    case 'from':
      draft.from = value
      return
    case 'source':
    case 'src':
      draft.source = value
      return
    case 'target':
    case 'dst':
    case 'destination':
      draft.target = value
      return
    case 'readonly':
    case 'ro':
    case 'readwrite':
    case 'rw': {
      const given = parseBoolean(value)
      if (given === undefined) throw bad()
      draft.readonly = key.startsWith('readw') || key === 'rw' ? !given : given
      return
    }
    case 'required': {
      demandType(draft, key, ['secret', 'ssh'])
      const given = parseBoolean(value)
      if (given === undefined) throw bad()
      draft.required = given
      return
    }
    case 'size': {
      demandType(draft, key, ['tmpfs'])
      const given = parseSize(value)
      if (given === undefined) throw bad()
      draft.size = given
      return
    }
    case 'id':
      draft.id = value
      return
    case 'sharing':
      draft.sharing =
        oneOf(sharings, value) ?? raise(`unsupported sharing value ${quote(value)}`, value, sharings)
      return
    case 'mode':
    case 'uid':
    case 'gid': {
      const given = parseUnsigned(value, key === 'mode' ? 8 : 10)
      if (given === undefined) throw fail(`invalid value ${value} for ${key}`)
      draft[key] = given
      return
    }
    case 'env':
      draft.env = value
      return
    default:
      raise(`unexpected key '${key}' in '${field.text}'`, key, keys)
  }
}

function oneOf<T extends string>(options: readonly T[], value: string): T | undefined {
  return options.find((option) => option === value.toLowerCase())
}

function raise(message: string, value: string, options: readonly string[]): never {
  throw fail(`${message}${didYouMean(value, options)}`, `known: ${options.join(', ')}`)
}

function demandType(draft: Draft, key: string, allowed: readonly Mount['type'][]): void {
  if (!allowed.includes(draft.type))
    throw fail(
      `unexpected key '${key}' for mount type '${draft.type}'`,
      `${key} belongs to ${allowed.map((type) => `type=${type}`).join(' and ')}, which must come before it`,
    )
}

function finish(draft: Draft): Mount {
  const { type, source = '', target = '', uid = 0, gid = 0 } = draft
  if (type === 'bind' || type === 'tmpfs')
    for (const key of ['mode', 'uid', 'gid'] as const)
      if (draft[key] !== undefined) throw fail(`${key} not allowed for ${quote(type)} type mounts`)
  if (type === 'secret') checkSecret(draft)
  if (draft.sharing !== undefined && type !== 'cache')
    throw fail(`invalid cache sharing set for ${type} mount`)
  const from = draft.from === undefined || draft.from === '' ? {} : { from: draft.from }
  if ((type === 'bind' || type === 'tmpfs' || type === 'cache') && cleanPath(target) === '/')
    throw fail(`invalid mount target ${quote(target)}`, 'mount on a directory below /')
  const required = draft.required ?? false
  switch (type) {
    case 'bind':
      return { type, ...from, source, target, readonly: draft.readonly ?? true }
    case 'tmpfs':
      return { type, target, size: draft.size ?? 0 }
    case 'cache': {
      const id = draft.id === undefined || draft.id === '' ? cleanPath(target) : draft.id
      const { sharing = 'shared', mode = 0o755 } = draft
      return { type, id, ...from, source, target, readonly: draft.readonly ?? false, sharing, mode, uid, gid }
    }
    case 'secret': {
      const id = source || draft.id || baseName(target)
      const place = target || (draft.env === undefined ? `/run/secrets/${baseName(id)}` : '')
      return {
        type,
        id,
        ...(place === '' ? {} : { target: place }),
        ...(draft.env === undefined ? {} : { env: draft.env }),
        required,
        mode: draft.mode ?? 0o400,
        uid,
        gid,
      }
    }
    case 'ssh':
      if (source !== '') throw fail('ssh does not support source', 'name the socket or keys with id=')
      return {
        type,
        id: draft.id || 'default',
        ...(target === '' ? {} : { target }),
        required,
        mode: draft.mode ?? 0o600,
        uid,
        gid,
      }
  }
}

function checkSecret({ from, sharing, source, target, id }: Draft): void {
  if (from) throw fail('secret mount should not have a from')
  if (sharing !== undefined) throw fail('secret mount should not define sharing')
  if (!source && !target && !id)
    throw fail('invalid secret mount. one of source, target required', 'name it with id=')
  if (source && id) throw fail("both source and id can't be set", 'they mean the same; remove one')
}

/** Go's path.Clean. */
export function cleanPath(path: string): string {
  const isAbsolute = path.startsWith('/')
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop()
    else if (!isAbsolute) parts.push('..')
  }
  return `${isAbsolute ? '/' : ''}${parts.join('/')}` || '.'
}

/** Go's path.Base. */
function baseName(path: string): string {
  const clean = path.replace(/\/+$/, '')
  return clean === '' ? (path === '' ? '.' : '/') : clean.slice(clean.lastIndexOf('/') + 1)
}
