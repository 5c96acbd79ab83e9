// The engine's calls to registries: names as users give them, and what came of it.
import {
  type Context,
  type Descriptor,
  Fault,
  familiarName,
  parsePlatform,
  parseReference,
  printFamiliar,
  printName,
  printReference,
  type Reference,
  withDefaultTag,
} from '../core/index.ts'
import type { Store } from '../store/index.ts'
import { pullImage, pushName } from '../transfer/index.ts'
import type {
  NameMeaning,
  PulledImage,
  PullOptions,
  PullPolicy,
  PushedImage,
  PushOptions,
} from './api/index.ts'
import { firstOf, meaningOf } from './meaning.ts'
import { findImage, parseStepName } from './names.ts'
import { obtainImage } from './obtain.ts'
import type { Rooms } from './workshop.ts'

export async function pull(
  rooms: Rooms,
  name: string,
  { platform, parallel }: PullOptions,
  ctx: Context,
): Promise<PulledImage> {
  const wanted = platform === undefined ? undefined : parsePlatform(platform)
  const hands = { store: rooms.store, registry: await rooms.registry() }
  const { reference, value: pulled } = await firstOf(
    await meaningOf(rooms, name),
    (reference) => pullImage(hands, reference, { platform: wanted, parallel }, ctx),
    ctx,
  )
  return {
    name: printFamiliar(reference),
    reference: printReference(reference),
    id: pulled.image.configDigest,
    digest: pulled.descriptor.digest,
    outcome: pulled.outcome,
  }
}

export async function push(
  rooms: Rooms,
  names: readonly string[],
  options: PushOptions,
  ctx: Context,
): Promise<readonly PushedImage[]> {
  const { store } = rooms
  const registry = await rooms.registry()
  const groups = new Map<string, { descriptor: Descriptor; references: Reference[] }>()
  for (const name of names) {
    const reference = withDefaultTag(parseReference(name))
    const descriptor = findPushed(store, reference)
    const key = `${printName(reference)}@${descriptor.digest}`
    const group = groups.get(key) ?? { descriptor, references: [] }
    group.references.push(reference)
    groups.set(key, group)
  }
  const pushed: PushedImage[] = []
  for (const { descriptor: named, references } of groups.values()) {
    const { descriptor } = await pushName({ store, registry }, { named, references }, options, ctx)
    pushed.push({
      names: references.map(printFamiliar),
      reference: `${printName(references[0]!)}@${descriptor.digest}`,
      digest: descriptor.digest,
      size: descriptor.size,
    })
  }
  return pushed
}

/** What is pushed under a name: what has that name here. Faults with `image.missing`, in docker's words. */
function findPushed(store: Store, reference: Reference): Descriptor {
  const name = printFamiliar(reference)
  if (reference.digest !== undefined) return findImage(store, name).descriptor
  const found = store.refs.find(name)
  if (found !== undefined) return found
  const repository = familiarName(reference)
  const isKnown = store.refs.list().some((ref) => ref.name.startsWith(`${repository}:`))
  throw new Fault(
    'image.missing',
    isKnown ? `tag does not exist: ${name}` : `An image does not exist locally with the tag: ${repository}`,
    { hint: `peel images lists those that are here; name one of them ${name}: peel tag IMAGE ${name}` },
  )
}

export async function obtain(
  rooms: Rooms,
  name: string,
  { platform, policy }: { readonly platform?: string | undefined; readonly policy?: PullPolicy | undefined },
  ctx: Context,
): Promise<string> {
  if (parseStepName(name) !== undefined) return name
  const wanted = platform === undefined ? undefined : parsePlatform(platform)
  return (await obtainImage(rooms, name, { platform: wanted, policy }, ctx)).name
}

export async function meaning(rooms: Rooms, name: string): Promise<NameMeaning> {
  const { references, by } = await meaningOf(rooms, name)
  return { names: references.map(printFamiliar), by }
}

export async function listTags(rooms: Rooms, repository: string, ctx: Context): Promise<readonly string[]> {
  const registry = await rooms.registry()
  const tags: string[] = []
  for await (const tag of registry.tags(parseReference(repository), ctx)) tags.push(tag)
  return tags
}
