// The engine's build: options as users give them, turned into a build room's request, and the outcome written down.
import { randomUUID } from 'node:crypto'
import { type Built, build, openNamedContexts, type Supply, writeCaches } from '../build/index.ts'
import {
  asFault,
  type Context,
  type Event,
  Fault,
  type Place,
  type Platform,
  printPlatform,
} from '../core/index.ts'
import type { BaseImage, FindImage } from '../plan/index.ts'
import type { Image, Lease } from '../store/index.ts'
import { parseAnnotations } from './annotations.ts'
import type { BuildOptions, BuildResult, PullPolicy } from './api/index.ts'
import { openBuildCaches } from './build-caches.ts'
import { openBuildLog } from './build-log.ts'
import { type BuildKind, openBuildRecord } from './build-record.ts'
import { findSource } from './build-source.ts'
import type { BuildSummary } from './builds.ts'
import { warn } from './check.ts'
import { holdAll } from './held.ts'
import { parseTag } from './names.ts'
import { type Obtained, obtainImage, sketchImage } from './obtain.ts'
import { sandboxOf } from './sandbox.ts'
import type { Rooms } from './workshop.ts'

export async function buildImage(
  options: BuildOptions,
  { rooms, kind = 'counted' }: { readonly rooms: Rooms; readonly kind?: BuildKind },
  ctx: Context,
): Promise<BuildResult> {
  const { store } = rooms
  const tags = (options.tags ?? []).map(parseTag)
  const annotations = parseAnnotations(options.annotations ?? [])
  const id = randomUUID()
  using log = openBuildLog(store, id)
  const warnings: Extract<Event, { type: 'warning' }>[] = []
  const inner: Context = {
    signal: ctx.signal,
    emit: (event) => {
      if (event.type === 'warning') warnings.push(event)
      log.write(event)
      ctx.emit(event)
    },
  }
  using lease = store.lease()
  const began = Date.now()
  const given = await findSource(options, rooms, inner)
  const { tools } = given
  const shared = await openBuildCaches(options, { rooms, lease, platforms: given.platforms }, inner)
  const { supply, caches } = shared
  const policy = options.pull === true ? 'always' : 'missing'
  const findImage = imageFinder(rooms, { lease, policy, supply: shared.given ? supply : undefined }, inner)
  const named = openNamedContexts(options.contexts ?? {}, { tools, findImage }, inner)
  const record = openBuildRecord({ ...given, id, tags, began, kind })
  try {
    await warn(given, rooms, inner)
    const request = {
      ...given,
      ...tools,
      directories: new Map([...given.directories, ...named.directories]),
      secretArguments: new Set(options.secretBuildArgs),
      labels: options.labels ?? {},
      network: options.network,
      noCache: options.noCache ?? false,
      noCacheFilter: options.noCacheFilter ?? [],
      requireCached: options.requireCached ?? false,
      allowSecretLeak: options.allowSecretLeak ?? false,
      allow: options.allow ?? [],
      deviceDirectories: options.cdiSpecDirs ?? [],
      sandbox: sandboxOf(options, given.buildArgs),
      agents: options.ssh ?? [],
      epoch: options.sourceDateEpoch,
      inlineCache: shared.inline,
      parallel: options.parallel,
      observer: record.observer,
    }
    const machine = await rooms.machine()
    const workshop = { store, machine, findImage, findContext: named.find, supply, caches }
    const isIndex = given.platforms.length > 1 || isTrue(given.buildArgs.get('BUILDKIT_MULTI_PLATFORM'))
    const hasIndexNotes = Object.keys(annotations.index).length > 0
    if (!isIndex && hasIndexNotes)
      throw new Fault(
        'usage.invalid',
        'an annotation is for the index, and a build for one platform makes none',
        {
          hint: 'leave out index:, or ask for the index: --build-arg BUILDKIT_MULTI_PLATFORM=1',
        },
      )
    const all: Built[] = []
    for (const platform of given.platforms.length === 0 ? [undefined] : given.platforms) {
      const told = given.platforms.length < 2 ? inner : labelled(inner, platform)
      const own = annotations.forManifest(platform)
      all.push(await build({ ...request, platform, annotations: own }, workshop, told))
    }
    const images = all.map(({ image }) => image)
    const [{ image, places }] = all as [Built, ...Built[]]
    const descriptor = isIndex
      ? store.images.createIndex(images, hasIndexNotes ? annotations.index : undefined)
      : image.descriptor
    store.refs.setAll(tags.map((name) => ({ name, descriptor })))
    const steps = all.flatMap((one) => one.steps)
    const layers = new Set(images.flatMap((one) => one.layers))
    await writeCaches(shared.targets, { steps, layers }, { store, caches }, inner)
    record.save(store, { outcome: 'done', places: places.map(placeOf) }, image.configDigest)
    return {
      id: isIndex ? descriptor.digest : image.configDigest,
      manifest: descriptor.digest,
      tags,
      ...(isIndex && { platforms: images.map(platformRow) }),
      steps: record.builtSteps(),
      warnings,
    }
  } catch (thrown) {
    const fault = asFault(thrown)
    const outcome = fault.kind === 'cancelled' || ctx.signal.aborted ? 'cancelled' : 'failed'
    record.save(store, { outcome, places: [], ...saidOf(fault) })
    throw fault
  }
}

function saidOf({
  message,
  details: { hint, place },
}: Fault): Pick<BuildSummary, 'message' | 'hint' | 'place'> {
  return { message, hint, place }
}

/** Images by name and platform, each asked for once. They stay until the lease ends. */
function imageFinder(
  rooms: Rooms,
  {
    lease,
    policy,
    supply,
  }: { readonly lease: Lease; readonly policy: PullPolicy; readonly supply: Supply | undefined },
  ctx: Context,
): FindImage {
  const asked = new Map<string, Promise<Obtained>>()
  const sketched = new Map<string, Promise<BaseImage | undefined>>()
  return async (name, platform) => {
    const key = `${name} ${printPlatform(platform)}`
    if (supply !== undefined && policy === 'missing') {
      const sketch = sketched.get(key) ?? sketchImage(rooms, name, { platform, supply }, ctx)
      sketched.set(key, sketch)
      const found = await sketch
      if (found !== undefined) return found
    }
    const obtained = asked.get(key) ?? obtainImage(rooms, name, { platform, policy }, ctx)
    asked.set(key, obtained)
    const { image, name: named } = await obtained
    holdAll(lease, [image.digest, ...image.layers], { of: `image ${name}`, hint: 'load or pull it again' })
    return { name: named, manifest: image.digest, layers: image.layers, config: image.config }
  }
}

/** Events of one platform's build among those of others. */
function labelled({ signal, emit }: Context, platform: Platform | undefined): Context {
  const label = platform === undefined ? '' : `${printPlatform(platform)} `
  return {
    signal,
    emit(event) {
      if (event.type === 'warning') emit(event)
      else if (event.type === 'omitted') emit({ ...event, stage: `${label}${event.stage}` })
      else if (event.type === 'began' && event.stage !== undefined)
        emit({ ...event, task: `${label}${event.task}`, stage: `${label}${event.stage}` })
      else emit({ ...event, task: `${label}${event.task}` })
    },
  }
}

function platformRow({ config, configDigest, digest }: Image): NonNullable<BuildResult['platforms']>[number] {
  return { platform: printPlatform(config), id: configDigest, manifest: digest }
}

function isTrue(text: string | undefined): boolean {
  return /^(?:1|t|true)$/i.test(text ?? '')
}

function placeOf(place: Place | undefined): { readonly file: string; readonly line: number } | null {
  return place === undefined ? null : { file: place.file, line: place.line }
}
