// The engine's calls to registries: names as users give them, and what came of it.
import {
  type Context,
  parseFetchReference,
  parsePlatform,
  parseReference,
  printFamiliar,
  printReference,
} from '../core/index.ts'
import { pullImage } from '../transfer/index.ts'
import type { PulledImage, PullOptions, PullPolicy } from './api/index.ts'
import { obtainImage } from './obtain.ts'
import type { Rooms } from './workshop.ts'

export async function pull(
  rooms: Rooms,
  name: string,
  { platform, parallel }: PullOptions,
  ctx: Context,
): Promise<PulledImage> {
  const reference = parseFetchReference(name)
  const wanted = platform === undefined ? undefined : parsePlatform(platform)
  const registry = await rooms.registry()
  const hands = { store: rooms.store, registry }
  const pulled = await pullImage(hands, reference, { platform: wanted, parallel }, ctx)
  return {
    name: printFamiliar(reference),
    reference: printReference(reference),
    id: pulled.image.configDigest,
    digest: pulled.descriptor.digest,
    outcome: pulled.outcome,
  }
}

export async function obtain(
  rooms: Rooms,
  name: string,
  { platform, policy }: { readonly platform?: string | undefined; readonly policy?: PullPolicy | undefined },
  ctx: Context,
): Promise<void> {
  const wanted = platform === undefined ? undefined : parsePlatform(platform)
  await obtainImage(rooms, name, { platform: wanted, policy }, ctx)
}

export async function listTags(rooms: Rooms, repository: string, ctx: Context): Promise<readonly string[]> {
  const registry = await rooms.registry()
  const tags: string[] = []
  for await (const tag of registry.tags(parseReference(repository), ctx)) tags.push(tag)
  return tags
}
