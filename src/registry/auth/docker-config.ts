// docker's configuration file as far as it is about credentials. What else is in it survives our writing it.
import fs from 'node:fs'
import path from 'node:path'
import { Fault } from '../../core/index.ts'
import type { AuthEntry } from './credentials.ts'

export interface DockerConfig {
  readonly auths?: Readonly<Record<string, AuthEntry>>
  /** Helper by server. */
  readonly credHelpers?: Readonly<Record<string, string>>
  /** Helper for all other servers. */
  readonly credsStore?: string
}

/** Reads one; `{}` where there is no such file. Faults with `credentials.invalid`. */
export function readDockerConfig(file: string): DockerConfig {
  let text: string
  try {
    text = fs.readFileSync(file, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw new Fault('credentials.invalid', `${file} cannot be read: ${(cause as Error).message}`, { cause })
  }
  return parseDockerConfig(text, file)
}

/** `name` is for messages, which never show the text: it holds secrets. */
export function parseDockerConfig(text: string, name: string): DockerConfig {
  if (text.trim() === '') return {}
  const bad = (why: string): Fault =>
    new Fault('credentials.invalid', `${name} cannot be used: ${why}`, {
      hint: 'Mend it, or move it away and log in anew.',
    })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw bad('it is not JSON')
  }
  if (!isMap(value)) throw bad('it is not an object')
  const auths = value.auths ?? undefined
  if (auths !== undefined && !(isMap(auths) && Object.values(auths).every(isMap)))
    throw bad('"auths" is not an object of objects')
  const helpers = value.credHelpers ?? undefined
  if (
    helpers !== undefined &&
    !(isMap(helpers) && Object.values(helpers).every((one) => typeof one === 'string'))
  )
    throw bad('"credHelpers" is not an object of names')
  if (value.credsStore !== undefined && typeof value.credsStore !== 'string')
    throw bad('"credsStore" is not a name')
  return value as DockerConfig
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Writes it whole or not at all, for its owner alone; a link stays a link. */
export function writeDockerConfig(file: string, config: DockerConfig): void {
  const target = fs.existsSync(file) ? fs.realpathSync(file) : file
  try {
    fs.mkdirSync(path.dirname(target), { recursive: true, mode: 0o700 })
    const partial = `${target}.${process.pid}.new`
    fs.writeFileSync(partial, `${JSON.stringify(config, undefined, '\t')}\n`, { mode: 0o600 })
    fs.renameSync(partial, target)
  } catch (cause) {
    throw new Fault('credentials.invalid', `${file} cannot be written: ${(cause as Error).message}`, {
      hint: 'Choose another directory with DOCKER_CONFIG.',
      cause,
    })
  }
}
