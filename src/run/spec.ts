// What to run and in what surroundings, in Peel's words; `config.ts` turns it into the OCI runtime's.
import type { RootPath } from '../core/index.ts'
import type { DeviceHook } from '../device/index.ts'
import type { Limit } from './limits.ts'

/** Whom a command runs as. `home` is the directory /etc/passwd names; it becomes HOME where the environment sets none. */
export interface User {
  readonly uid: number
  readonly gid: number
  readonly additionalGids: readonly number[]
  readonly home?: string | undefined
}

export type RunMount =
  /** `source`: an absolute path of this machine, a directory or a file. */
  | {
      readonly type: 'bind'
      readonly source: string
      readonly target: RootPath
      readonly readonly: boolean
    }
  /** `size` in bytes (no limit by default), `mode` permission bits (1777 by default). */
  | {
      readonly type: 'tmpfs'
      readonly target: RootPath
      readonly size?: number | undefined
      readonly mode?: number | undefined
    }
  /** A read-only file whose bytes are kept in memory and never reach a disk: a secret. */
  | {
      readonly type: 'file'
      readonly target: RootPath
      readonly bytes: Uint8Array
      readonly uid: number
      readonly gid: number
      readonly mode: number
    }

/** A device node that the runtime makes. */
export interface RunNode {
  readonly path: RootPath
  /** Block, character (`u`: the same) or fifo; a fifo has no numbers. */
  readonly type: 'b' | 'c' | 'u' | 'p'
  readonly major: number | undefined
  readonly minor: number | undefined
  /** Permission bits; the runtime's choice where they are not said. */
  readonly fileMode: number | undefined
  readonly uid: number
  readonly gid: number
  /** Some of `rwm`: what a device cgroup lets the command do with it. */
  readonly permissions: string
}

/** What a command is given of devices. */
export interface RunDevices {
  /** `NAME=value`, in place of variables of the same names. */
  readonly env: readonly string[]
  readonly nodes: readonly RunNode[]
  /** `kind` is what the mount point is. */
  readonly mounts: readonly {
    readonly source: string
    readonly target: RootPath
    readonly type: string
    readonly options: readonly string[]
    readonly kind: 'directory' | 'file'
  }[]
  /** Programs of this machine. */
  readonly hooks: readonly DeviceHook[]
  readonly additionalGids: readonly number[]
}

export interface RunSpec {
  /** The command and its arguments; a command without `/` is looked up in PATH. */
  readonly args: readonly string[]
  /** `NAME=value`; PATH gets docker's default where it is not set. */
  readonly env: readonly string[]
  /** Absolute; made if missing. */
  readonly cwd: string
  readonly user: User
  readonly mounts: readonly RunMount[]
  readonly devices?: RunDevices | undefined
  /** `host`: this machine's network; `none`: a loopback device and nothing else. */
  readonly network: 'host' | 'none'
  /** `sandbox`: docker's default capabilities, seccomp profile and masked paths; `insecure`: all capabilities, none of the rest. */
  readonly security: 'sandbox' | 'insecure'
  /** By default `buildkitsandbox`, as in docker's builds. */
  readonly hostname?: string | undefined
  /** Gives the command a terminal; only with `io: 'inherit'` and when Peel's own stdin is one. */
  readonly terminal?: boolean | undefined
  readonly readonlyRoot?: boolean | undefined
  /** Lines for /etc/hosts. */
  readonly extraHosts?: readonly { readonly name: string; readonly address: string }[] | undefined
  readonly limits?: readonly Limit[] | undefined
  /** Bytes of /dev/shm; 64 MiB by default. */
  readonly shmSize?: number | undefined
  /** A cgroup to make the command's own one in: a path from the root of the hierarchies. */
  readonly cgroupParent?: string | undefined
}

export const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
export const defaultHostname = 'buildkitsandbox'
