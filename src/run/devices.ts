// What devices change about a container, made complete for the runtime: what their files leave open is read off the machine's own nodes
// (the CDI specification, "OCI Edits").
import fs from 'node:fs'
import { Fault, splitDeviceNumber, toRootPath } from '../core/index.ts'
import type { DeviceMount, DeviceNode, NamedEdits } from '../device/index.ts'
import type { RunDevices, RunNode, User } from './spec.ts'

/** In the order of the edits, later ones over earlier ones. Faults with `device.unusable` where the machine lacks what they name. */
export function runDevices(all: readonly NamedEdits[], user: User): RunDevices {
  const nodes = new Map<string, RunNode>()
  const mounts = new Map<string, RunDevices['mounts'][number]>()
  for (const { of, edits } of all) {
    const [beyond] = edits.beyond
    if (beyond !== undefined)
      throw unusable(of, `it asks for ${beyond}, which Peel cannot do`, 'ask for another device')
    for (const node of edits.deviceNodes) {
      const path = toRootPath(node.path)
      nodes.set(path, { path, ...completed(node, of), ...owner(node, user) })
    }
    for (const mount of edits.mounts) {
      const target = toRootPath(mount.containerPath)
      mounts.set(target, { target, ...bindOrOther(mount, of) })
    }
  }
  return {
    env: all.flatMap(({ edits }) => edits.env),
    nodes: [...nodes.values()],
    mounts: [...mounts.values()],
    hooks: all.flatMap(({ edits }) => edits.hooks),
    additionalGids: all.flatMap(({ edits }) => edits.additionalGids).filter((gid) => gid !== 0),
  }
}

type Completed = Pick<RunNode, 'type' | 'major' | 'minor' | 'fileMode' | 'permissions'>

/** A node whose kind and numbers are stated need not be there; every other one is what the machine's is. */
function completed(node: DeviceNode, of: string): Completed {
  const { hostPath, type, permissions } = node
  const stat = look(hostPath, (path) => fs.lstatSync(path, noEntry), of)
  const found = stat === undefined ? undefined : kindOf(stat)
  const fileMode =
    node.fileMode ?? (stat === undefined || found === undefined ? undefined : stat.mode & 0o7777)
  const major = node.major || undefined
  if (type !== undefined && (type === 'p' || major !== undefined))
    return { type, major, minor: type === 'p' ? undefined : (node.minor ?? 0), fileMode, permissions }
  if (stat === undefined) throw unusable(of, `there is no ${hostPath} on this machine`, bringIt)
  if (found === undefined) throw unusable(of, `${hostPath} is no device node`, bringIt)
  if (type !== undefined && type !== found)
    throw unusable(of, `${hostPath} is of the type ${found}, not ${type}`, bringIt)
  if (found === 'p') return { type: found, major: undefined, minor: undefined, fileMode, permissions }
  return { type: found, ...splitDeviceNumber(stat.rdev), fileMode, permissions }
}

const noEntry = { throwIfNoEntry: false } as const

/** `undefined` where there is nothing. */
function look(
  hostPath: string,
  stat: (path: string) => fs.Stats | undefined,
  of: string,
): fs.Stats | undefined {
  try {
    return stat(hostPath)
  } catch (cause) {
    throw unusable(of, `${hostPath} cannot be looked at (${(cause as Error).message})`, bringIt)
  }
}

const bringIt = 'load its driver, or have its CDI spec written anew'

function kindOf(stat: fs.Stats): 'b' | 'c' | 'p' | undefined {
  if (stat.isBlockDevice()) return 'b'
  if (stat.isCharacterDevice()) return 'c'
  return stat.isFIFO() ? 'p' : undefined
}

/** A node belongs to whom its file says, else to whom the command runs as. */
function owner({ uid, gid }: DeviceNode, user: User): Pick<RunNode, 'uid' | 'gid'> {
  return { uid: uid ?? user.uid, gid: gid ?? user.gid }
}

/** A mount without a type of its own is a bind mount, which the runtimes know by an option. */
function bindOrOther({ hostPath, type, options }: DeviceMount, of: string) {
  const isBind =
    type === undefined || type === 'bind' || options.some((option) => option === 'bind' || option === 'rbind')
  if (!isBind) return { source: hostPath, type, options, kind: 'directory' as const }
  const stat = look(hostPath, (path) => fs.statSync(path, noEntry), of)
  if (stat === undefined) throw unusable(of, `there is no ${hostPath} on this machine to mount`, bringIt)
  const bind = options.some((option) => option === 'bind' || option === 'rbind') ? [] : ['rbind']
  return {
    source: hostPath,
    type: 'bind',
    options: [...bind, ...options],
    kind: stat.isDirectory() ? ('directory' as const) : ('file' as const),
  }
}

function unusable(of: string, problem: string, hint: string): Fault {
  return new Fault('device.unusable', `device ${of} cannot be used: ${problem}`, { hint })
}
