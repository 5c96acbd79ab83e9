// EXPOSE words: `80`, `53/udp`, `8000-8010`, and the `[ip:]host:` prefix that means nothing here but is checked all the same.
import { isIP } from 'node:net'
import { Fault } from '../core/index.ts'
import { quote } from './text.ts'
import type { Port } from './types.ts'

/** Reads expanded EXPOSE words, ranges spread out. Faults with `dockerfile.invalid`. */
export function parsePorts(words: readonly string[]): Port[] {
  return words.flatMap(parsePort)
}

function fail(message: string): Fault {
  return new Fault('dockerfile.invalid', message, { hint: 'write a port such as 80, 53/udp or 8000-8010' })
}

function parsePort(text: string): Port[] {
  const parts = text.split(':')
  const container = parts.pop()!
  const host = parts.pop() ?? ''
  const address = parts.join(':')
  const slash = container.indexOf('/')
  const range = slash < 0 ? container : container.slice(0, slash)
  const protocol = (slash < 0 ? '' : container.slice(slash + 1)).toLowerCase() || 'tcp'
  if (range === '') throw fail(`invalid port: ${quote(text)}: no port specified`)
  if (protocol !== 'tcp' && protocol !== 'udp' && protocol !== 'sctp')
    throw fail(`invalid port: ${quote(text)}: invalid proto: ${container.slice(slash + 1)}`)
  const plain = /^\[(.*)\]$/.exec(address)?.[1] ?? address
  if (plain !== '' && isIP(plain) === 0) throw fail(`invalid IP address: ${plain}`)
  const [start, end] = parseRange(range) ?? raise(`invalid containerPort: ${range}`)
  if (host !== '') {
    const [first, last] = parseRange(host) ?? raise(`invalid hostPort: ${host}`)
    if (end - start !== last - first && end !== start)
      throw fail(`invalid ranges specified for container and host Ports: ${range} and ${host}`)
  }
  return Array.from({ length: end - start + 1 }, (_, at) => ({
    port: start + at,
    protocol,
    text: `${start + at}/${protocol}`,
  }))
}

function raise(message: string): never {
  throw fail(message)
}

function parseRange(text: string): readonly [number, number] | undefined {
  const match = /^([+-]?\d+)(?:-([+-]?\d+))?$/.exec(text)
  if (match === null) return undefined
  const start = Number(match[1])
  const end = match[2] === undefined ? start : Number(match[2])
  return start < 0 || start > 65535 || end > 65535 || end < start ? undefined : [start, end]
}
