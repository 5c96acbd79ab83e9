// What a build's flags say about the surroundings of its RUNs.
import type { BuildRequest } from '../build/index.ts'
import { Fault } from '../core/index.ts'
import { parseSize } from '../dockerfile/index.ts'
import type { BuildArguments } from '../plan/index.ts'
import { type Limit, parseLimit } from '../run/index.ts'
import type { BuildOptions } from './api/index.ts'

/** Faults with `usage.invalid` on a value that is not in docker's notation. */
export function sandboxOf(options: BuildOptions, buildArgs: BuildArguments): BuildRequest['sandbox'] {
  const { addHosts = [], ulimits = [], shmSize, cgroupParent } = options
  const limits = new Map<string, Limit>(ulimits.map(parseLimit).map((limit) => [limit.name, limit]))
  return {
    extraHosts: addHosts.map(parseHost),
    hostname: buildArgs.get('BUILDKIT_SANDBOX_HOSTNAME') || undefined,
    limits: [...limits.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    shmSize: shmSize === undefined ? undefined : readSize(shmSize),
    cgroupParent,
  }
}

function readSize(text: string): number {
  const size = parseSize(text)
  if (size !== undefined && size > 0) return size
  throw new Fault('usage.invalid', `--shm-size: "${text}" is not a size`, { hint: 'for example 128m or 1g' })
}

function parseHost(text: string): { readonly name: string; readonly address: string } {
  const at = text.search(/[:=]/)
  const name = text.slice(0, at)
  const address = text.slice(at + 1).replace(/^\[(.*)\]$/, '$1')
  if (at < 1 || address === '')
    throw new Fault('usage.invalid', `--add-host: "${text}" is not NAME:ADDRESS`, {
      hint: 'for example --add-host db:10.0.0.5',
    })
  return { name, address: address === 'host-gateway' ? '127.0.0.1' : address }
}
