// Images that something is about to be made of: the ones that are here, else from their registries, as docker decides.

import type { Supply } from '../build/index.ts'
import { asFault, type Context, Fault, type Platform, printFamiliar, type Reference } from '../core/index.ts'
import type { BaseImage } from '../plan/index.ts'
import type { Meaning } from '../registry/index.ts'
import type { Image } from '../store/index.ts'
import type { PullPolicy } from './api/index.ts'
import { firstOf, isRefusal, meaningOf } from './meaning.ts'
import { findImage } from './names.ts'
import type { Rooms } from './workshop.ts'

export interface Wanted {
  readonly platform?: Platform | undefined
  /** Default: `missing`. */
  readonly policy?: PullPolicy | undefined
}

export interface Obtained {
  readonly image: Image
  /** What it is called here: what was given, or what registries.conf made of it. */
  readonly name: string
}

/** Faults with `image.missing` where it is neither here nor to be had. */
export async function obtainImage(
  rooms: Rooms,
  name: string,
  { platform, policy = 'missing' }: Wanted,
  ctx: Context,
): Promise<Obtained> {
  const stored = storedImage(rooms, name, platform)
  if (!(stored instanceof Fault) && (policy !== 'always' || isId(name, stored)))
    return { image: stored, name }
  const meaning = await meaningOf(rooms, name)
  const here =
    policy === 'always' || meaning.by === undefined ? undefined : storedAs(rooms, meaning, platform)
  if (here !== undefined) return here
  if (stored instanceof Fault && policy === 'never') throw stored
  const task = `pull ${name}`
  ctx.emit({ type: 'began', task, name: task, at: Date.now() })
  try {
    // what speaks HTTP takes a while to load, and most images are here
    const { pullImage } = await import('../transfer/index.ts')
    const hands = { store: rooms.store, registry: await rooms.registry() }
    const pull = (reference: Reference) => pullImage(hands, reference, { platform, parent: task }, ctx)
    const { reference, value } = await firstOf(meaning, pull, ctx)
    ctx.emit({ type: 'ended', task, outcome: 'done', at: Date.now() })
    return { image: value.image, name: meaning.by === undefined ? name : printFamiliar(reference) }
  } catch (thrown) {
    const fault = asFault(thrown)
    const outcome = ctx.signal.aborted ? 'cancelled' : 'failed'
    ctx.emit({ type: 'ended', task, outcome, at: Date.now(), message: fault.message })
    if (!isRefusal(fault) || !(stored instanceof Fault)) throw fault
    throw new Fault('image.missing', `No such image: ${name}`, {
      hint: `It is not here, and ${fault.message}${fault.details.hint === undefined ? '' : `\n${fault.details.hint}`}`,
      cause: fault,
    })
  }
}

/**
 * An image that is not here, as its registry describes it: its layers are offered, and the first that is asked for brings the whole image.
 * `undefined` for one that is here or that cannot be had so.
 */
export async function sketchImage(
  rooms: Rooms,
  name: string,
  { platform, supply }: { readonly platform: Platform; readonly supply: Supply },
  ctx: Context,
): Promise<BaseImage | undefined> {
  if (!(storedImage(rooms, name, platform) instanceof Fault)) return undefined
  try {
    const { references, by } = await meaningOf(rooms, name)
    const [reference, another] = references
    if (reference === undefined || another !== undefined) return undefined
    const named = by === undefined ? name : printFamiliar(reference)
    if (!(storedImage(rooms, named, platform) instanceof Fault)) return undefined
    const registry = await rooms.registry()
    const { descriptor, config } = await registry.image(reference, { platform }, ctx)
    const layers = config.rootfs.diff_ids
    let coming: Promise<Obtained> | undefined
    for (const id of layers)
      supply.offer(id, async (inner) => {
        coming ??= obtainImage(rooms, name, { platform }, inner)
        await coming
      })
    return { name: named, manifest: descriptor.digest, layers, config }
  } catch (thrown) {
    ctx.signal.throwIfAborted()
    if (asFault(thrown).kind === 'internal') throw thrown
    // what stands against it is told when the image is obtained
    return undefined
  }
}

/** The first of its meanings that is here. */
function storedAs(
  rooms: Rooms,
  { references }: Meaning,
  platform: Platform | undefined,
): Obtained | undefined {
  for (const name of references.map(printFamiliar)) {
    const image = storedImage(rooms, name, platform)
    if (!(image instanceof Fault)) return { image, name }
  }
  return undefined
}

function storedImage(rooms: Rooms, name: string, platform: Platform | undefined): Image | Fault {
  try {
    return findImage(rooms.store, name, platform)
  } catch (thrown) {
    const fault = asFault(thrown)
    if (fault.code === 'image.missing' || fault.code === 'image.platform') return fault
    throw fault
  }
}

/** Whether it was called by its id, which no registry knows. */
function isId(name: string, image: Image): boolean {
  const prefix = name.replace(/^sha256:/, '')
  return (
    /^[0-9a-f]+$/.test(prefix) &&
    [image.configDigest, image.digest].some((id) => id.slice(7).startsWith(prefix))
  )
}
