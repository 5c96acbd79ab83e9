// What a device changes about a container ("container edits" of the CDI specification), read from a spec file's value.
import { fields, list, natural, optional, refuse, text, texts } from './fields.ts'

export interface DeviceNode {
  /** In the container. */
  readonly path: string
  /** On this machine; `path` where it is not said. */
  readonly hostPath: string
  /** Block, character (`u`: the same) or fifo; what `hostPath` is where it is not said. */
  readonly type: 'b' | 'c' | 'u' | 'p' | undefined
  readonly major: number | undefined
  readonly minor: number | undefined
  /** Permission bits. */
  readonly fileMode: number | undefined
  /** Some of `rwm`, for the device cgroup. */
  readonly permissions: string
  readonly uid: number | undefined
  readonly gid: number | undefined
}

export interface DeviceMount {
  readonly hostPath: string
  readonly containerPath: string
  readonly type: string | undefined
  readonly options: readonly string[]
}

/** The runtime specification's names of the moments at which a program of the machine is run. */
const hookNames = [
  'prestart',
  'createRuntime',
  'createContainer',
  'startContainer',
  'poststart',
  'poststop',
] as const

export interface DeviceHook {
  readonly hookName: (typeof hookNames)[number]
  readonly path: string
  readonly args: readonly string[]
  readonly env: readonly string[]
  /** Seconds. */
  readonly timeout: number | undefined
}

export interface ContainerEdits {
  /** `NAME=value`. */
  readonly env: readonly string[]
  readonly deviceNodes: readonly DeviceNode[]
  readonly mounts: readonly DeviceMount[]
  readonly hooks: readonly DeviceHook[]
  readonly additionalGids: readonly number[]
  /** Fields of the edits that Peel reads and cannot do. */
  readonly beyond: readonly ('netDevices' | 'intelRdt')[]
  /** The earliest version of the specification that has what these edits say. */
  readonly needs: string
}

/** Edits and what they are of: a device, or all devices of a kind. */
export interface NamedEdits {
  readonly of: string
  readonly edits: ContainerEdits
}

/** Reads one `containerEdits`; `at` names it in faults. Faults with `device.invalid`. */
export function readEdits(value: unknown, at: string): ContainerEdits {
  const given = fields(value, at, [
    'env',
    'deviceNodes',
    'netDevices',
    'hooks',
    'mounts',
    'intelRdt',
    'additionalGids',
  ])
  const nodes = list(given.deviceNodes, `${at}.deviceNodes`, readNode)
  const mounts = list(given.mounts, `${at}.mounts`, readMount)
  const hooks = list(given.hooks, `${at}.hooks`, readHook)
  const gids = list(given.additionalGids, `${at}.additionalGids`, natural)
  const interfaces = list(given.netDevices, `${at}.netDevices`, (one, place) =>
    fields(one, place, ['hostInterfaceName', 'name']),
  )
  const rdt = optional(given.intelRdt, (one) => fields(one, `${at}.intelRdt`, rdtFields))
  const needs = [
    '0.3.0',
    ...(mounts.some(({ type }) => type !== undefined) ? ['0.4.0'] : []),
    ...(nodes.some(({ ownHostPath }) => ownHostPath) ? ['0.5.0'] : []),
    ...(gids.length > 0 || rdt !== undefined ? ['0.7.0'] : []),
    ...(interfaces.length > 0 || rdt?.schemata !== undefined || rdt?.enableMonitoring !== undefined
      ? ['1.1.0']
      : []),
  ]
  return {
    env: readVariables(given.env, `${at}.env`),
    deviceNodes: nodes.map(({ node }) => node),
    mounts,
    hooks,
    additionalGids: gids,
    beyond: [
      ...(interfaces.length > 0 ? (['netDevices'] as const) : []),
      ...(rdt === undefined ? [] : (['intelRdt'] as const)),
    ],
    needs: needs.at(-1) ?? '',
  }
}

const rdtFields = [
  'closID',
  'l3CacheSchema',
  'memBwSchema',
  'schemata',
  'enableMonitoring',
  'enableCMT',
  'enableMBM',
] as const

/** Whether these edits change nothing. */
export function isEmpty({
  env,
  deviceNodes,
  mounts,
  hooks,
  additionalGids,
  beyond,
}: ContainerEdits): boolean {
  return [env, deviceNodes, mounts, hooks, additionalGids, beyond].every((edits) => edits.length === 0)
}

function readVariables(value: unknown, at: string): readonly string[] {
  const variables = texts(value, at)
  const wrong = variables.find((variable) => variable.indexOf('=') < 1)
  return wrong === undefined ? variables : refuse(at, `"${wrong}" is not NAME=value`)
}

function readNode(value: unknown, at: string): { readonly node: DeviceNode; readonly ownHostPath: boolean } {
  const given = fields(value, at, [
    'path',
    'hostPath',
    'type',
    'major',
    'minor',
    'fileMode',
    'permissions',
    'uid',
    'gid',
  ])
  const path = text(given.path) ?? refuse(at, 'it has no path')
  const hostPath = text(given.hostPath)
  const written = text(given.type)
  const type = (['b', 'c', 'u', 'p'] as const).find((known) => known === written)
  if (written !== undefined && type === undefined)
    refuse(at, `the type "${written}" is none of b, c, u and p`)
  const permissions = text(given.permissions) ?? 'rwm'
  if (!/^[rwm]+$/.test(permissions)) refuse(at, `the permissions "${permissions}" are not some of rwm`)
  const number = (name: 'major' | 'minor' | 'fileMode' | 'uid' | 'gid') =>
    optional(given[name], (one) => natural(one, `${at}.${name}`))
  const node = {
    path,
    hostPath: hostPath ?? path,
    type,
    major: number('major'),
    minor: number('minor'),
    fileMode: number('fileMode'),
    permissions,
    uid: number('uid'),
    gid: number('gid'),
  }
  return { node, ownHostPath: hostPath !== undefined }
}

function readMount(value: unknown, at: string): DeviceMount {
  const given = fields(value, at, ['hostPath', 'containerPath', 'options', 'type'])
  return {
    hostPath: text(given.hostPath) ?? refuse(at, 'it has no hostPath'),
    containerPath: text(given.containerPath) ?? refuse(at, 'it has no containerPath'),
    type: text(given.type),
    options: texts(given.options, `${at}.options`),
  }
}

function readHook(value: unknown, at: string): DeviceHook {
  const given = fields(value, at, ['hookName', 'path', 'args', 'env', 'timeout'])
  const hookName = hookNames.find((known) => known === given.hookName)
  if (hookName === undefined)
    return refuse(at, `the hookName "${text(given.hookName) ?? ''}" is none of ${hookNames.join(', ')}`)
  return {
    hookName,
    path: text(given.path) ?? refuse(at, 'it has no path'),
    args: texts(given.args, `${at}.args`),
    env: readVariables(given.env, `${at}.env`),
    timeout: optional(given.timeout, (one) => natural(one, `${at}.timeout`)),
  }
}
