// Where podman, buildah and skopeo look for registries.conf, in the order in which the files are read: one main file, drop-ins by name,
// and what the environment puts last (containers-registries.conf(5)).
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Fault } from '../../core/index.ts'
import type { Environment } from '../auth/credential-program.ts'

export interface ConfFile {
  readonly file: string
  readonly text: string
  /** Whether the user has chosen it: it lies in the home directory, or the environment names it. */
  readonly own: boolean
}

export interface ConfSearch {
  readonly env: Environment
  /** Directories of the machine, those that count more first. */
  readonly system?: readonly string[]
  readonly uid?: number
}

const systemDirectories = ['/etc/containers', '/usr/share/containers']

/** Later files count more. Faults with `registry.config` where a file cannot be read that is there or that the environment names. */
export function readConfFiles({
  env,
  system = systemDirectories,
  uid = process.getuid?.() ?? -1,
}: ConfSearch): readonly ConfFile[] {
  const config = env.XDG_CONFIG_HOME || path.join(env.HOME ?? os.homedir(), '.config')
  const user = path.join(config, 'containers')
  const open = (file: string): ConfFile | undefined => {
    const text = readIfThere(file)
    return text === undefined ? undefined : { file, text, own: path.dirname(file).startsWith(user) }
  }
  const named = (variable: string): readonly ConfFile[] => {
    const file = env[variable]
    if (!file) return []
    const found = open(file)
    if (found !== undefined) return [{ ...found, own: true }]
    throw new Fault('registry.config', `there is no ${file}, which ${variable} names`)
  }
  const last = named('CONTAINERS_REGISTRIES_CONF_OVERRIDE')
  // Where the environment names the file, nothing else is read.
  const only = named('CONTAINERS_REGISTRIES_CONF')
  if (only.length > 0) return [...only, ...last]
  const mains = [user, ...system].map((directory) => path.join(directory, 'registries.conf'))
  const main = mains.map(open).find((found) => found !== undefined)
  const directories = [`${mains[0]}.d`, ...mains.slice(1).flatMap((file) => dropInsOf(file, uid))]
  return [...(main === undefined ? [] : [main]), ...dropIns(directories, open), ...last]
}

/** Beside a file of the machine there may be directories for root alone and for all others. */
function dropInsOf(file: string, uid: number): readonly string[] {
  const base = file.replace(/\.conf$/, '')
  if (uid < 0) return [`${file}.d`]
  const others = `${base}.rootless.conf.d`
  const special = uid === 0 ? [`${base}.rootful.conf.d`] : [path.join(others, String(uid)), others]
  return [...special, `${file}.d`]
}

/** By their names; of two of one name that in the earlier directory counts. */
function dropIns(
  directories: readonly string[],
  open: (file: string) => ConfFile | undefined,
): readonly ConfFile[] {
  const byName = new Map<string, string>()
  for (const directory of directories)
    for (const entry of listIfThere(directory))
      if (!entry.isDirectory() && entry.name.endsWith('.conf') && !byName.has(entry.name))
        byName.set(entry.name, path.join(directory, entry.name))
  const files = [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, file]) => open(file))
  return files.filter((file) => file !== undefined)
}

function listIfThere(directory: string): readonly fs.Dirent[] {
  return unlessMissing(directory, () => fs.readdirSync(directory, { withFileTypes: true })) ?? []
}

function readIfThere(file: string): string | undefined {
  return unlessMissing(file, () => fs.readFileSync(file, 'utf8'))
}

function unlessMissing<T>(place: string, read: () => T): T | undefined {
  try {
    return read()
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new Fault('registry.config', `${place} cannot be read: ${message}`, { cause })
  }
}
