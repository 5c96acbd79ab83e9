// FROM is no step: its layers are there already, and what stands on them has them in its key. It is recorded like one all the same,
// so that a miss further up can be led back to another image under the same name.
import { changedParts, field, keyOf, type PartChange, parseRecipe, printRecipe } from '../cache/index.ts'
import { type Platform, printPlatform } from '../core/index.ts'
import type { BaseImage } from '../plan/index.ts'
import type { Records } from '../store/index.ts'

/** Records which image a stage starts from; gives what differs from the last time, nothing where this image was used before. */
export function recordBase(
  image: BaseImage,
  {
    platform,
    slot,
    records,
  }: { readonly platform: Platform; readonly slot: string; readonly records: Records },
): readonly PartChange[] {
  const name = field('base image', image.name)
  const key = keyOf([
    field('instruction', 'FROM'),
    name,
    field('base digest', image.manifest),
    field('platform', printPlatform(platform)),
  ])
  if (records.get(key.digest) !== undefined) return []
  const op = keyOf([name]).digest
  const nearest = records.nearest(slot, op)
  const record = { key: key.digest, op, slot, result: '', uses: [], created: Date.now() }
  records.put(record, printRecipe(key.parts))
  return nearest === undefined ? [] : changedParts(parseRecipe(records.recipe(nearest.key)), key.parts)
}
