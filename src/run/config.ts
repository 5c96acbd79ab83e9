// The OCI runtime's config.json (runtime-spec, config.md and config-linux.md) for a command, with the defaults docker has. Pure: files
// and secrets it names have been put in place by the caller.
import { allCapabilities, defaultCapabilities, withinBounds } from './capabilities.ts'
import { type DeviceRule, deviceRules, hooksByMoment, withVariables } from './device-config.ts'
import { type SeccompProfile, seccompProfile } from './seccomp.ts'
import { defaultHostname, defaultPath, type RunMount, type RunNode, type RunSpec } from './spec.ts'

export interface ConfigMount {
  readonly destination: string
  readonly type?: string
  readonly source: string
  readonly options: readonly string[]
}

/** The part of the runtime-spec's configuration that Peel uses. */
export interface RuntimeConfig {
  readonly ociVersion: string
  readonly root: { readonly path: string; readonly readonly: boolean }
  readonly hostname: string
  readonly process: {
    readonly terminal: boolean
    readonly user: { readonly uid: number; readonly gid: number; readonly additionalGids: readonly number[] }
    readonly args: readonly string[]
    readonly env: readonly string[]
    readonly cwd: string
    readonly capabilities: Readonly<Record<string, readonly string[]>>
    readonly noNewPrivileges: boolean
    readonly rlimits?: readonly { readonly type: string; readonly soft: bigint; readonly hard: bigint }[]
  }
  readonly mounts: readonly ConfigMount[]
  readonly linux: {
    readonly namespaces: readonly { readonly type: string }[]
    readonly cgroupsPath?: string | undefined
    readonly devices?: readonly Omit<RunNode, 'permissions'>[] | undefined
    readonly resources?: { readonly devices: readonly DeviceRule[] } | undefined
    readonly maskedPaths: readonly string[]
    readonly readonlyPaths: readonly string[]
    readonly seccomp?: SeccompProfile | undefined
  }
  /** By the moment at which they run. */
  readonly hooks?: Readonly<Record<string, readonly object[]>> | undefined
  readonly annotations?: Readonly<Record<string, string>> | undefined
}

/** Where the caller has put what the configuration names, and what the runtime at hand wants. */
export interface ConfigPlaces {
  /** The root file system's directory on this machine. */
  readonly root: string
  /** Files of this machine for the container's /etc/resolv.conf and /etc/hosts. */
  readonly resolvConf: string
  readonly hosts: string
  /** For each `file` mount of the spec the file that holds its bytes. */
  readonly files: ReadonlyMap<RunMount, string>
  readonly cgroupsPath?: string | undefined
  /** The capabilities this process may hand on at all, as a mask. */
  readonly bounds: bigint
  /** The seccomp profile compiled to a BPF program in base64, for runtimes that take one (crun). */
  readonly seccompProgram?: string | undefined
}

const nothing = ['nosuid', 'noexec', 'nodev']

/** Every mount a container has before its own, in the order they are made. Only directories. */
export const defaultMounts: readonly ConfigMount[] = [
  { destination: '/proc', type: 'proc', source: 'proc', options: nothing },
  {
    destination: '/dev',
    type: 'tmpfs',
    source: 'tmpfs',
    options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
  },
  {
    destination: '/dev/pts',
    type: 'devpts',
    source: 'devpts',
    options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
  },
  {
    destination: '/dev/shm',
    type: 'tmpfs',
    source: 'shm',
    options: [...nothing, 'mode=1777', 'size=65536k'],
  },
  { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: nothing },
  { destination: '/sys', type: 'sysfs', source: 'sysfs', options: [...nothing, 'ro'] },
  { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: [...nothing, 'ro'] },
]

/** The files Peel mounts into every container. */
export const defaultFiles = ['/etc/resolv.conf', '/etc/hosts'] as const

const maskedPaths = [
  ...['/proc/acpi', '/proc/asound', '/proc/interrupts', '/proc/kcore', '/proc/keys', '/proc/latency_stats'],
  ...['/proc/sched_debug', '/proc/scsi', '/proc/timer_list', '/proc/timer_stats'],
  ...['/sys/devices/virtual/powercap', '/sys/firmware'],
]
const readonlyPaths = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger']

export function runtimeConfig(spec: RunSpec, places: ConfigPlaces): RuntimeConfig {
  const sandboxed = spec.security === 'sandbox'
  const capabilities = withinBounds(sandboxed ? defaultCapabilities : allCapabilities, places.bounds)
  const namespaces = ['mount', 'pid', 'ipc', 'uts', ...(spec.network === 'none' ? ['network'] : [])]
  return {
    ociVersion: '1.0.2',
    root: { path: places.root, readonly: spec.readonlyRoot ?? false },
    hostname: spec.hostname ?? defaultHostname,
    process: {
      terminal: spec.terminal ?? false,
      user: {
        uid: spec.user.uid,
        gid: spec.user.gid,
        // The primary group among the others keeps a dropped group from opening files (as docker has it since CVE-2022-36109).
        additionalGids: [
          ...new Set([spec.user.gid, ...spec.user.additionalGids, ...(spec.devices?.additionalGids ?? [])]),
        ],
      },
      args: spec.args,
      env: environment(spec),
      cwd: spec.cwd,
      capabilities: capabilitySets(spec.user.uid === 0, capabilities),
      noNewPrivileges: false,
      ...(spec.limits !== undefined &&
        spec.limits.length > 0 && {
          rlimits: spec.limits.map(({ name, soft, hard }) => ({
            type: `RLIMIT_${name.toUpperCase()}`,
            soft,
            hard,
          })),
        }),
    },
    mounts: configMounts(spec, places),
    linux: {
      namespaces: namespaces.map((type) => ({ type })),
      devices: spec.devices?.nodes.map(({ permissions: _, ...node }) => node),
      cgroupsPath: places.cgroupsPath,
      resources: places.cgroupsPath === undefined ? undefined : { devices: deviceRules(spec) },
      maskedPaths: sandboxed ? maskedPaths : [],
      readonlyPaths: sandboxed ? readonlyPaths : [],
      seccomp:
        sandboxed && places.seccompProgram === undefined
          ? seccompProfile(
              process.arch,
              capabilities,
              places.cgroupsPath === undefined ? 'seccomp' : 'cgroup',
            )
          : undefined,
    },
    hooks: spec.devices && hooksByMoment(spec.devices),
    annotations:
      sandboxed && places.seccompProgram !== undefined
        ? { 'run.oci.seccomp_bpf_data': places.seccompProgram }
        : undefined,
  }
}

/** The text of config.json: limits are 64 bits wide, so they are written digit by digit (JSON.rawJSON, which TypeScript does not know yet). */
export function printConfig(config: RuntimeConfig): string {
  const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown }
  return JSON.stringify(config, (_, value: unknown) =>
    typeof value === 'bigint' ? rawJSON(String(value)) : value,
  )
}

/** The kernel drops effective and permitted sets when an ordinary user runs a program; docker asks for the same. */
function capabilitySets(
  isRoot: boolean,
  all: readonly string[],
): Readonly<Record<string, readonly string[]>> {
  const held = isRoot ? all : []
  return { bounding: all, permitted: held, effective: held }
}

/** What the command sees: its own variables, and what is missing of those that every command has. */
export function environment({
  env,
  user,
  terminal,
  devices,
}: Pick<RunSpec, 'env' | 'user' | 'terminal' | 'devices'>): readonly string[] {
  const own = devices === undefined ? env : withVariables(env, devices.env)
  const has = (name: string) => own.some((line) => line.startsWith(`${name}=`))
  const added: string[] = []
  if (!has('PATH')) added.push(`PATH=${defaultPath}`)
  if (!has('HOME')) added.push(`HOME=${user.home ?? '/'}`)
  if (terminal && !has('TERM')) added.push('TERM=xterm')
  return [...added, ...own]
}

/** The defaults, then the rest with parents before what is in them; a mount of the spec replaces a default on the same target. */
function configMounts(spec: RunSpec, places: ConfigPlaces): readonly ConfigMount[] {
  const given = (spec.devices?.mounts ?? []).map(({ target, source, type, options }) => ({
    destination: target,
    type,
    source,
    options,
  }))
  const replaced = new Set<string>(given.map((mount) => mount.destination))
  const asked = [
    ...spec.mounts
      .map((mount) => configMount(mount, places))
      .filter(({ destination }) => !replaced.has(destination)),
    ...given,
  ]
  const taken = new Set(asked.map((mount) => mount.destination))
  const free = (mount: ConfigMount) => !taken.has(mount.destination)
  // Without a cgroup of its own a container has nothing to look up there, and a fresh cgroup2 mount costs 10 ms.
  const present = defaultMounts.filter(({ type }) => type !== 'cgroup' || places.cgroupsPath !== undefined)
  const sized = present.map((mount) =>
    mount.source === 'shm' && spec.shmSize !== undefined
      ? { ...mount, options: mount.options.with(-1, `size=${spec.shmSize}`) }
      : mount,
  )
  const system = sized.map((mount) =>
    spec.security === 'insecure' && mount.destination.startsWith('/sys')
      ? { ...mount, options: mount.options.filter((option) => option !== 'ro') }
      : mount,
  )
  const files = [
    bound(places.resolvConf, '/etc/resolv.conf', ['ro']),
    bound(places.hosts, '/etc/hosts', ['ro']),
  ]
  const depth = (mount: ConfigMount) => mount.destination.split('/').length
  const rest = [...files.filter(free), ...asked].sort((a, b) => depth(a) - depth(b))
  return [...system.filter(free), ...rest]
}

function configMount(mount: RunMount, places: ConfigPlaces): ConfigMount {
  switch (mount.type) {
    case 'bind':
      return bound(mount.source, mount.target, [mount.readonly ? 'ro' : 'rw'])
    case 'file':
      return bound(places.files.get(mount) ?? '', mount.target, [
        'ro',
        ...nothing.filter((option) => option !== 'noexec' || (mount.mode & 0o111) === 0),
      ])
    case 'tmpfs': {
      const size = mount.size === undefined ? [] : [`size=${mount.size}`]
      const mode = `mode=${(mount.mode ?? 0o1777).toString(8)}`
      return {
        destination: mount.target,
        type: 'tmpfs',
        source: 'tmpfs',
        options: ['nosuid', 'nodev', mode, ...size],
      }
    }
  }
}

function bound(source: string, destination: string, options: readonly string[]): ConfigMount {
  return { destination, type: 'bind', source, options: ['rbind', 'rprivate', ...options] }
}
