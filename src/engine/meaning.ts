// What a name stands for: itself, or what the user's registries.conf makes of one without a registry.
import { asFault, type Context, Fault, type Reference } from '../core/index.ts'
import type { Meaning } from '../registry/index.ts'
import type { Rooms } from './workshop.ts'

/** Faults with `reference.invalid` and `registry.config`. */
export async function meaningOf(rooms: Rooms, name: string): Promise<Meaning> {
  const { openRegistriesConf } = await import('../registry/index.ts')
  return openRegistriesConf({ env: rooms.env }).meaning(name)
}

/** Goes through what a name may stand for until one can be had. Where none can, the fault tells what each was refused for. */
export async function firstOf<T>(
  { references, by }: Meaning,
  attempt: (reference: Reference) => Promise<T>,
  ctx: Context,
): Promise<{ readonly reference: Reference; readonly value: T }> {
  const refusals: string[] = []
  for (const reference of references)
    try {
      return { reference, value: await attempt(reference) }
    } catch (thrown) {
      const fault = asFault(thrown)
      ctx.signal.throwIfAborted()
      if (references.length === 1 || !isRefusal(fault)) throw fault
      refusals.push(fault.message)
    }
  throw new Fault('image.missing', `none of the registries that ${by?.file} searches has it`, {
    hint: refusals.join('\n'),
  })
}

/** Whether it says that an image cannot be had there, which says nothing of other places. */
export function isRefusal({ code, kind }: Fault): boolean {
  return code !== 'image.platform' && ['unable', 'remote', 'missing', 'input'].includes(kind)
}
