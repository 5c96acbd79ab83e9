// What of a RUN is in its key. Of a device it is the name, as of a cache mount: what is behind the name differs from machine to machine.
import { field, type KeyPart } from '../../cache/index.ts'
import { chainId } from '../../core/index.ts'
import type { KnownDevice } from '../../device/index.ts'
import type { PlannedMount, RunStep } from '../../plan/index.ts'
import { type Sandbox, sourceLayers, type Tools } from '../tools.ts'

/** Everything that tells one RUN from another and is known without reading a file. */
export function runFields(
  step: RunStep,
  { devices }: { readonly devices: readonly KnownDevice[] },
  tools: Tools,
): KeyPart[] {
  return [
    field('instruction', 'RUN'),
    ...commandFields(step.args),
    ...(step.script === undefined ? [] : [field('script', step.script.body)]),
    ...step.env.map((variable) => {
      const at = variable.indexOf('=')
      const name = variable.slice(0, at)
      const label = `${step.argumentNames.has(name) ? 'ARG' : 'ENV'} ${name}`
      return field(`variable ${name}`, variable.slice(at + 1), label)
    }),
    field('working directory', step.workdir),
    field('user', step.user),
    field('network', step.network),
    field('security', step.security),
    ...sandboxFields(tools.sandbox),
    ...devices.map(({ name }) => field(`device ${name}`, 'given', `--device ${name}`)),
    ...step.mounts.flatMap((planned, number) => mountFields(planned, number + 1, tools)),
    field('platform', step.platform),
  ]
}

/** Of what a build gives to all its RUNs the names of hosts count, not their addresses (BuildKit's rule). */
function sandboxFields({
  extraHosts = [],
  hostname,
  limits = [],
  shmSize,
  cgroupParent,
}: Sandbox): KeyPart[] {
  return [
    ...extraHosts.map(({ name }) => field(`host ${name}`, 'set')),
    ...(hostname === undefined ? [] : [field('host name', hostname)]),
    ...limits.map(({ name, soft, hard }) => field(`ulimit ${name}`, `${soft}:${hard}`)),
    ...(shmSize === undefined ? [] : [field('size of /dev/shm', String(shmSize))]),
    ...(cgroupParent === undefined ? [] : [field('cgroup parent', cgroupParent)]),
  ]
}

/** A shell's command line is told apart from the shell, so that an explanation can show what the Dockerfile says. */
function commandFields(args: readonly string[]): KeyPart[] {
  const [shell, flag, text, ...rest] = args
  if (flag !== '-c' || text === undefined || rest.length > 0) return [field('command', JSON.stringify(args))]
  return [field('shell', shell ?? ''), field('command', text)]
}

/** What of a mount is the step's identity: where and how, never the contents of a secret or of a cache. */
function mountFields({ mount, target, source }: PlannedMount, number: number, tools: Tools): KeyPart[] {
  const options = mountOptions(mount)
  if (mount.type === 'cache') options.push(['from', chainId(sourceLayers(source, tools))])
  return [
    field(`mount ${number} type`, mount.type),
    ...(target === undefined ? [] : [field(`mount ${number} target`, target)]),
    ...options.flatMap(([name, value]) =>
      value === undefined
        ? []
        : [field(`mount ${number} ${name}`, String(value), `--mount ${target ?? mount.type} ${name}`)],
    ),
  ]
}

type MountOption = readonly [name: string, value: string | number | boolean | undefined]

function mountOptions(mount: PlannedMount['mount']): MountOption[] {
  switch (mount.type) {
    case 'bind':
      return [['readonly', mount.readonly]]
    case 'cache':
      return [
        ['id', mount.id],
        ['source', mount.source],
        ['uid', mount.uid],
        ['gid', mount.gid],
        ['mode', octal(mount.mode)],
        ['readonly', mount.readonly],
      ]
    case 'tmpfs':
      return [['size', mount.size]]
    case 'secret':
    case 'ssh':
      return [
        ['id', mount.id],
        ...(mount.type === 'secret' ? [['env', mount.env] as const] : []),
        ['uid', mount.uid],
        ['gid', mount.gid],
        ['mode', octal(mount.mode)],
        ['required', mount.required],
      ]
  }
}

function octal(mode: number): string {
  return mode.toString(8)
}
