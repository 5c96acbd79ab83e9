// `peel rmi`: docker's rules for what goes when a name goes.
import { type Context, type Digest, Fault } from '../core/index.ts'
import type { Image, Store } from '../store/index.ts'
import type { RemovedItem } from './api/index.ts'
import { findImage, refName, splitName } from './names.ts'

/** Removes names, and images whose last name that was; layers that the build cache or other images use stay. */
export async function removeImages(
  store: Store,
  names: readonly string[],
  { force = false, ctx }: { readonly force?: boolean | undefined; readonly ctx: Context },
): Promise<RemovedItem[]> {
  const removed: RemovedItem[] = []
  for (const name of names) {
    const image = findImage(store, name)
    const own = namesOf(store, image)
    const given = own.find((one) => one === refName(name))
    const gone = given === undefined ? own : withDigests(given, own)
    if (given === undefined && own.filter(hasTag).length > 1 && !force)
      throw new Fault(
        'image.used',
        `conflict: unable to remove ${name} (must be forced) - image is referenced in multiple repositories`,
        {
          hint: `it is called ${own.join(', ')}; remove those names, or use --force`,
        },
      )
    for (const tag of gone) {
      store.refs.remove(tag)
      removed.push({ kind: 'untagged', name: tag })
    }
    if (gone.length === own.length) removed.push(...(await deleteImage(store, image.digest, ctx)))
  }
  return removed
}

function hasTag(name: string): boolean {
  return splitName(name).tag !== undefined
}

/** With its last tag a repository's names by digest go, too. */
function withDigests(given: string, own: readonly string[]): readonly string[] {
  const { repository } = splitName(given)
  const others = own.filter((name) => name !== given && splitName(name).repository === repository)
  return others.some(hasTag) ? [given] : [given, ...others]
}

function namesOf(store: Store, image: Image): string[] {
  return store.refs
    .list()
    .filter(
      ({ descriptor }) =>
        descriptor.digest === image.digest || store.images.find(descriptor.digest)?.digest === image.digest,
    )
    .map(({ name }) => name)
}

async function deleteImage(store: Store, digest: Digest, ctx: Context): Promise<RemovedItem[]> {
  const { images, layers } = await store.collect({ within: [digest] }, ctx)
  return [...images, ...layers].map((name) => ({ kind: 'deleted', name }))
}
