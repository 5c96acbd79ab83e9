// Images that something is about to be made of: the ones that are here, else from their registries, as docker decides.

import type { Supply } from '../build/index.ts'
import { asFault, type Context, Fault, type Platform, parseFetchReference } from '../core/index.ts'
import type { BaseImage } from '../plan/index.ts'
import type { Image } from '../store/index.ts'
import type { PullPolicy } from './api/index.ts'
import { findImage } from './names.ts'
import type { Rooms } from './workshop.ts'

export interface Wanted {
  readonly platform?: Platform | undefined
  /** Default: `missing`. */
  readonly policy?: PullPolicy | undefined
}

/** Faults with `image.missing` where it is neither here nor to be had. */
export async function obtainImage(
  rooms: Rooms,
  name: string,
  { platform, policy = 'missing' }: Wanted,
  ctx: Context,
): Promise<Image> {
  const stored = storedImage(rooms, name, platform)
  if (stored instanceof Fault) {
    if (policy === 'never') throw stored
  } else if (policy !== 'always' || isId(name, stored)) return stored
  const reference = parseFetchReference(name)
  const task = `pull ${name}`
  ctx.emit({ type: 'began', task, name: task, at: Date.now() })
  try {
    // what speaks HTTP takes a while to load, and most images are here
    const { pullImage } = await import('../transfer/index.ts')
    const hands = { store: rooms.store, registry: await rooms.registry() }
    const { image } = await pullImage(hands, reference, { platform, parent: task }, ctx)
    ctx.emit({ type: 'ended', task, outcome: 'done', at: Date.now() })
    return image
  } catch (thrown) {
    const fault = asFault(thrown)
    const outcome = ctx.signal.aborted ? 'cancelled' : 'failed'
    ctx.emit({ type: 'ended', task, outcome, at: Date.now(), message: fault.message })
    const notToBeHad =
      fault.code !== 'image.platform' && ['unable', 'remote', 'missing', 'input'].includes(fault.kind)
    if (!notToBeHad || !(stored instanceof Fault)) throw fault
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
    const registry = await rooms.registry()
    const { descriptor, config } = await registry.image(parseFetchReference(name), { platform }, ctx)
    const layers = config.rootfs.diff_ids
    let coming: Promise<Image> | undefined
    for (const id of layers)
      supply.offer(id, async (inner) => {
        coming ??= obtainImage(rooms, name, { platform }, inner)
        await coming
      })
    return { name, manifest: descriptor.digest, layers, config }
  } catch (thrown) {
    ctx.signal.throwIfAborted()
    if (asFault(thrown).kind === 'internal') throw thrown
    // what stands against it is told when the image is obtained
    return undefined
  }
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
