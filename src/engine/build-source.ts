// What a build or a check is about: the context, the Dockerfile and the values given from outside, as users name them.
import * as fs from 'node:fs'
import * as path from 'node:path'
import { type FoundDockerfile, findDockerfile, textDockerfile } from '../build/index.ts'
import { Fault, type Platform, parsePlatform } from '../core/index.ts'
import type { BuildArguments } from '../plan/index.ts'
import type { BuildOptions } from './api/index.ts'
import type { Rooms } from './workshop.ts'

export interface BuildSource {
  /** An absolute directory. */
  readonly context: string | undefined
  readonly dockerfile: FoundDockerfile
  readonly buildArgs: BuildArguments
  readonly platform: Platform | undefined
  readonly target: string | undefined
}

/** Faults with `context.missing`, `dockerfile.missing` or `platform.invalid`. */
export function findSource(options: BuildOptions, env: Rooms['env']): BuildSource {
  const context = options.context.kind === 'directory' ? contextDirectory(options.context.path) : undefined
  const { dockerfile: source, platform, target } = options
  const dockerfile =
    source?.kind === 'text'
      ? textDockerfile(source.text, source.name, context)
      : findDockerfile(context, source?.path)
  return {
    context,
    dockerfile,
    target,
    buildArgs: buildArguments(options.buildArgs ?? {}, env),
    platform: platform === undefined ? undefined : parsePlatform(platform),
  }
}

function contextDirectory(given: string): string {
  const directory = path.resolve(given)
  const info = fs.statSync(directory, { throwIfNoEntry: false })
  if (info === undefined)
    throw new Fault('context.missing', `unable to prepare context: path "${given}" not found`, {
      hint: 'give an existing directory',
    })
  if (!info.isDirectory())
    throw new Fault('context.missing', `unable to prepare context: "${given}" is not a directory`)
  return fs.realpathSync(directory)
}

/** A name without a value takes it from the environment, and is dropped where that has none (docker's rule). */
function buildArguments(
  given: Readonly<Record<string, string | undefined>>,
  env: Rooms['env'],
): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  for (const [name, value] of Object.entries(given)) {
    const found = value ?? env[name]
    if (found !== undefined) values.set(name, found)
  }
  return values
}
