// The engine's build: options as users give them, turned into a build room's request, and the outcome written down.
import { randomUUID } from 'node:crypto'
import { build, openNamedContexts } from '../build/index.ts'
import { asFault, type Context, type Event, Fault, type Place } from '../core/index.ts'
import type { FindImage } from '../plan/index.ts'
import type { Lease } from '../store/index.ts'
import type { BuildOptions, BuildResult } from './api/index.ts'
import { findSource } from './build-source.ts'
import { warn } from './check.ts'
import { findImage, parseTag } from './names.ts'
import type { Rooms } from './workshop.ts'

/** What is written down of a build besides its times. */
export interface BuildSummary {
  readonly dockerfile: string
  /** The Dockerfile's text. */
  readonly text: string
  readonly context: string | undefined
  readonly tags: readonly string[]
  readonly steps: BuildResult['steps']
  /** For each history entry of the image its line; `null` for those of the base. */
  readonly places: readonly ({ readonly file: string; readonly line: number } | null)[]
  readonly fault?: string
}

export async function buildImage(options: BuildOptions, rooms: Rooms, ctx: Context): Promise<BuildResult> {
  const { store } = rooms
  const tags = (options.tags ?? []).map(parseTag)
  const warnings: Extract<Event, { type: 'warning' }>[] = []
  const inner: Context = {
    signal: ctx.signal,
    emit: (event) => {
      if (event.type === 'warning') warnings.push(event)
      ctx.emit(event)
    },
  }
  using lease = store.lease()
  const started = Date.now()
  const given = await findSource(options, rooms, inner)
  const { context, dockerfile, tools } = given
  const findImage = imageFinder(rooms, lease)
  const named = openNamedContexts(options.contexts ?? {}, { tools, findImage }, inner)
  const id = randomUUID()
  const text = typeof dockerfile.text === 'string' ? dockerfile.text : Buffer.from(dockerfile.text).toString()
  const base = { dockerfile: dockerfile.name, text, context: context.name || undefined, tags }
  try {
    await warn(given, rooms, inner)
    const built = await build(
      {
        ...given,
        ...tools,
        directories: new Map([...given.directories, ...named.directories]),
        labels: options.labels ?? {},
        network: options.network,
        noCache: options.noCache ?? false,
        noCacheFilter: options.noCacheFilter ?? [],
        allow: options.allow ?? [],
        extraHosts: (options.addHosts ?? []).map(parseHost),
        epoch: options.sourceDateEpoch,
        parallel: options.parallel,
      },
      { store, machine: await rooms.machine(), findImage, findContext: named.find },
      inner,
    )
    const { image } = built
    store.refs.setAll(tags.map((name) => ({ name, descriptor: image.descriptor })))
    const summary: BuildSummary = { ...base, steps: built.steps, places: built.places.map(placeOf) }
    store.builds.save({
      id,
      started,
      ended: Date.now(),
      image: image.configDigest,
      summary: JSON.stringify(summary),
    })
    return { id: image.configDigest, manifest: image.digest, tags, steps: built.steps, warnings }
  } catch (thrown) {
    const fault = asFault(thrown)
    const summary: BuildSummary = { ...base, steps: [], places: [], fault: fault.message }
    store.builds.save({ id, started, ended: Date.now(), image: undefined, summary: JSON.stringify(summary) })
    throw fault
  }
}

function imageFinder(rooms: Rooms, lease: Lease): FindImage {
  return async (name, platform) => {
    const image = findImage(rooms.store, name, platform)
    const missing = lease.hold([image.digest, ...image.layers])
    if (missing.length > 0)
      throw new Fault('blob.missing', `image ${name} lacks the layer ${missing[0]}`, {
        hint: 'load it again',
      })
    return { name, manifest: image.digest, layers: image.layers, config: image.config }
  }
}

function parseHost(text: string): { readonly name: string; readonly address: string } {
  const at = text.search(/[:=]/)
  const name = text.slice(0, at)
  const address = text.slice(at + 1).replace(/^\[(.*)\]$/, '$1')
  if (at < 1 || address === '')
    throw new Fault('usage.invalid', `--add-host: "${text}" is not NAME:ADDRESS`, {
      hint: 'for example --add-host db:10.0.0.5',
    })
  return { name, address: address === 'host-gateway' ? '127.0.0.1' : address }
}

function placeOf(place: Place | undefined): { readonly file: string; readonly line: number } | null {
  return place === undefined ? null : { file: place.file, line: place.line }
}
