// `peel rebase`: an image's own layers on another base.
import { type Context, Fault } from '../core/index.ts'
import { type HistoryEntry, rebaseConfig, splitHistory } from '../image/index.ts'
import { rebaseConflicts } from '../layer/index.ts'
import type { Image, Store } from '../store/index.ts'
import type { RebaseOptions, RebaseReport } from './api/index.ts'
import { baseDigestKey, baseNameKey, baseOf, standsOn } from './base.ts'
import { createdNow } from './created.ts'
import { holdImage } from './held.ts'
import { findImage } from './names.ts'
import { storeReshaped } from './reshape.ts'
import type { Rooms } from './workshop.ts'

export async function rebaseImage(options: RebaseOptions, rooms: Rooms, ctx: Context): Promise<RebaseReport> {
  const { store } = rooms
  using lease = store.lease()
  const image = holdImage(store, lease, options.image)
  const onto = holdImage(store, lease, options.onto)
  const base = oldBase(store, image, options)
  lease.hold([base.digest, ...base.layers])
  checkPlatform(image, onto, options)
  const layers = [...onto.layers, ...image.layers.slice(base.layers.length)]
  const paths = rebaseConflicts({
    oldBase: store.layers.stack(base.layers),
    newBase: store.layers.stack(onto.layers),
    image: store.layers.stack(image.layers),
    rebased: store.layers.stack(layers),
  })
  ctx.signal.throwIfAborted()
  const { config, conflicts: variables } = rebaseConfig(image.config.config ?? {}, {
    before: base.config.config ?? {},
    after: onto.config.config ?? {},
  })
  if (paths.length + variables.length > 0 && options.force !== true) return { paths, variables }
  const created = createdNow(rooms.env)
  const made = storeReshaped(store, image, {
    layers,
    kept: onto.layers.length,
    history: [...ownHistory(onto, onto.layers.length), ...historyAbove(image, base)],
    created,
    config,
    annotations: rebasedAnnotations(image, onto, options.onto),
    tag: options.tag,
  })
  return { paths, variables, image: made }
}

function oldBase(store: Store, image: Image, { image: name, base }: RebaseOptions): Image {
  const found = base === undefined ? baseOf(store, image).image : findImage(store, base)
  if (found === undefined)
    throw new Fault('image.base', `the base of ${name} is not known, or not stored any more`, {
      hint: 'name it with --base',
    })
  if (!standsOn(image, found))
    throw new Fault('image.base', `${name} does not stand on ${base ?? 'the base it names'}`, {
      hint: 'name the image that it was built on with --base',
    })
  return found
}

function checkPlatform(image: Image, onto: Image, names: RebaseOptions): void {
  const platform = ({ config: { os, architecture, variant } }: Image): string =>
    [os, architecture, variant].filter((part) => part !== undefined).join('/')
  if (platform(image) === platform(onto)) return
  throw new Fault(
    'image.platform',
    `${names.image} is made for ${platform(image)}, ${names.onto} for ${platform(onto)}`,
  )
}

/** The entries of an image, one more for each layer that they do not mention. */
function ownHistory(image: Image, layers: number): readonly HistoryEntry[] {
  const history = image.config.history ?? []
  const mentioned = history.filter((entry) => entry.empty_layer !== true).length
  return [...history, ...Array.from({ length: Math.max(0, layers - mentioned) }, (): HistoryEntry => ({}))]
}

/** What was done on top of the base; its own entries without a layer are known only where it is told apart by its history. */
function historyAbove(image: Image, base: Image): readonly HistoryEntry[] {
  const history = image.config.history ?? []
  const below = base.config.history ?? []
  const same = below.every((entry, i) => JSON.stringify(entry) === JSON.stringify(history[i]))
  return same && below.length > 0
    ? history.slice(below.length)
    : splitHistory(history, base.layers.length).above
}

function rebasedAnnotations(image: Image, onto: Image, name: string): Readonly<Record<string, string>> {
  const annotations = { ...image.manifest.annotations }
  if (annotations[baseDigestKey] !== undefined) annotations[baseDigestKey] = onto.digest
  if (annotations[baseNameKey] !== undefined) annotations[baseNameKey] = name
  return annotations
}
