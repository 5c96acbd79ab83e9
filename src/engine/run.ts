// `peel run`: the image's file system with a writable layer of its own, one command in it, nothing left afterwards.
import * as fs from 'node:fs'
import * as path from 'node:path'
import { type Context, type DiffId, Fault, hexOf, parsePlatform, toRootPath } from '../core/index.ts'
import type { ContainerConfig } from '../image/index.ts'
import { findUser, type RunMount } from '../run/index.ts'
import type { Lease, Store } from '../store/index.ts'
import type { RunOptions } from './api/index.ts'
import { holdAll, holdImage } from './held.ts'
import { parseStepName } from './names.ts'
import type { Rooms } from './workshop.ts'

export async function runImage(
  options: RunOptions,
  rooms: Rooms,
  ctx: Context,
): Promise<{ readonly status: number }> {
  const { store } = rooms
  const { snapshots, runtime } = await rooms.machine()
  using lease = store.lease()
  const { layers, config, name } = await findRoot(options, store, lease)
  const entrypoint =
    options.entrypoint === undefined
      ? (config.Entrypoint ?? [])
      : options.entrypoint === ''
        ? []
        : [options.entrypoint]
  const command =
    options.command.length > 0 || options.entrypoint !== undefined ? options.command : (config.Cmd ?? [])
  const args = [...entrypoint, ...command]
  if (args.length === 0)
    throw new Fault('usage.invalid', `no command specified, and ${options.image} names none`, {
      hint: 'peel run IMAGE COMMAND',
    })
  const below = store.layers.stack(layers)
  const env = environment([...(config.Env ?? []), ...(options.env ?? [])], rooms.env)
  await using draft = await snapshots.draft(layers, {}, ctx)
  const result = await runtime.run(
    draft.root,
    {
      args,
      env,
      cwd: options.workdir ?? (config.WorkingDir || '/'),
      user: findUser(below, options.user ?? config.User ?? ''),
      mounts: (options.volumes ?? []).map(parseVolume),
      network: options.network ?? 'host',
      security: 'sandbox',
      hostname: options.hostname ?? name,
      terminal: options.terminal ?? false,
      readonlyRoot: options.readonlyRoot ?? false,
    },
    'inherit',
    ctx,
  )
  return { status: result.status }
}

interface Root {
  readonly layers: readonly DiffId[]
  readonly config: ContainerConfig
  /** The host name, if no other is asked for. */
  readonly name: string
}

/** The file system of an image, or of a failed step: `step:ID` as it ended, `step:ID-before` as it began. */
async function findRoot({ image: name, platform }: RunOptions, store: Store, lease: Lease): Promise<Root> {
  const wanted = parseStepName(name)
  if (wanted === undefined) {
    const image = holdImage(store, lease, name, platform === undefined ? undefined : parsePlatform(platform))
    return {
      layers: image.layers,
      config: image.config.config ?? {},
      name: hexOf(image.configDigest).slice(0, 12),
    }
  }
  const { findFailedStep } = await import('../build/index.ts')
  const { id, before } = wanted
  const step = findFailedStep(store, id)
  if (step === undefined)
    throw new Fault('image.missing', `there is no failed step ${id}`, {
      hint: 'what a step left is kept until a prune; the message of the failed build names it',
    })
  holdAll(lease, step.after, { of: `the failed step ${id}`, hint: 'build again: the state is kept anew' })
  return { layers: before ? step.before : step.after, config: step.config, name: id }
}

/** Later values win; a name without a value takes this process's, and is unset where that has none. */
function environment(variables: readonly string[], own: Rooms['env']): string[] {
  const values = new Map<string, string>()
  for (const variable of variables) {
    const at = variable.indexOf('=')
    const name = at < 0 ? variable : variable.slice(0, at)
    const value = at < 0 ? own[name] : variable.slice(at + 1)
    if (value === undefined) values.delete(name)
    else values.set(name, value)
  }
  return [...values].map(([name, value]) => `${name}=${value}`)
}

function parseVolume(text: string): RunMount {
  const [source = '', target = '', mode = 'rw', ...rest] = text.split(':')
  const relative = source.startsWith('.')
  const modes = mode.split(',')
  if (rest.length > 0 || !target.startsWith('/') || !(source.startsWith('/') || relative))
    throw new Fault('usage.invalid', `-v: "${text}" is not SOURCE:TARGET[:ro] with an absolute target`, {
      hint: 'named volumes are not kept; give a directory such as "$PWD":/work',
    })
  const absolute = path.resolve(source)
  fs.mkdirSync(path.dirname(absolute), { recursive: true })
  if (fs.statSync(absolute, { throwIfNoEntry: false }) === undefined) fs.mkdirSync(absolute)
  return { type: 'bind', source: absolute, target: toRootPath(target), readonly: modes.includes('ro') }
}
