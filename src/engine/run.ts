// `peel run`: the image's file system with a writable layer of its own, one command in it, nothing left afterwards.
import * as fs from 'node:fs'
import * as path from 'node:path'
import { type Context, Fault, hexOf, parsePlatform, toRootPath } from '../core/index.ts'
import { findUser, type RunMount } from '../run/index.ts'
import type { RunOptions } from './api/index.ts'
import { findImage } from './names.ts'
import type { Rooms } from './workshop.ts'

export async function runImage(
  options: RunOptions,
  rooms: Rooms,
  ctx: Context,
): Promise<{ readonly status: number }> {
  const { store } = rooms
  const { snapshots, runtime } = await rooms.machine()
  const image = findImage(
    store,
    options.image,
    options.platform === undefined ? undefined : parsePlatform(options.platform),
  )
  using lease = store.lease()
  lease.hold([image.digest, ...image.layers])
  const config = image.config.config ?? {}
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
  const below = store.layers.stack(image.layers)
  const env = environment([...(config.Env ?? []), ...(options.env ?? [])], rooms.env)
  await using draft = await snapshots.draft(image.layers, {}, ctx)
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
      hostname: options.hostname ?? hexOf(image.configDigest).slice(0, 12),
      terminal: options.terminal ?? false,
      readonlyRoot: options.readonlyRoot ?? false,
    },
    'inherit',
    ctx,
  )
  return { status: result.status }
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
