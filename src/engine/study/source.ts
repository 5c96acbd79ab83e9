// What people write for an image, turned into an opened one.
import { existsSync } from 'node:fs'
import {
  type Context,
  Fault,
  hostPlatform,
  isFault,
  matchesPlatform,
  type Platform,
  parsePlatform,
  parseReference,
  printFamiliar,
  withDefaultTag,
} from '../../core/index.ts'
import { parseConfig } from '../../image/index.ts'
import { type ArchiveSource, type FoundImage, type SurveyedLayer, surveyArchive } from '../../store/index.ts'
import type { StudyOptions, StudySource } from '../api/index.ts'
import type { Rooms } from '../workshop.ts'
import type { OpenedImage } from './opened.ts'
import { openStored } from './stored.ts'
import { openSurveyed } from './surveyed.ts'

export interface SourceTools {
  readonly rooms: Rooms
  readonly ctx: Context
}

type Explicit = Exclude<StudySource, string>

/** Faults with `image.missing`, `archive.invalid`, `engine.unreachable`, and those of registries. */
export async function openSource(
  source: StudySource,
  options: Pick<StudyOptions, 'platform'>,
  tools: SourceTools,
): Promise<OpenedImage> {
  tools.ctx.signal.throwIfAborted()
  const platform = options.platform === undefined ? undefined : parsePlatform(options.platform)
  const explicit = typeof source === 'string' ? parseSource(source) : source
  return explicit === undefined
    ? openByName(source as string, platform, tools)
    : openExplicit(explicit, platform, tools)
}

/** What a prefix says; `undefined` without one. Faults with `usage.invalid` on a prefix that is not known. */
export function parseSource(text: string): Explicit | undefined {
  const [, prefix, rest = ''] = /^([a-z][a-z-]*):\/\/(.*)$/.exec(text) ?? []
  switch (prefix) {
    case undefined:
      return undefined
    case 'store':
      return { from: 'store', name: rest }
    case 'docker-archive':
    case 'docker-tar':
    case 'oci-archive':
    case 'oci':
      return { from: 'archive', archive: rest }
    case 'docker':
    case 'podman':
      return { from: prefix, name: rest }
    case 'registry':
      return { from: 'registry', name: rest }
    case 'containerd':
      throw new Fault('usage.invalid', 'containerd is not asked directly', {
        hint: 'ctr images export image.tar NAME, then peel dive image.tar',
      })
    default:
      throw new Fault('usage.invalid', `${prefix}:// is no source of images`, {
        hint: 'there are store, docker, podman, registry, docker-archive, oci-archive and oci',
      })
  }
}

async function openExplicit(
  source: Explicit,
  platform: Platform | undefined,
  { rooms, ctx }: SourceTools,
): Promise<OpenedImage> {
  switch (source.from) {
    case 'store':
      return openStored(rooms.store, source.name, platform)
    case 'archive': {
      const { archive, name } = source
      const from: ArchiveSource = typeof archive === 'string' ? archive : { once: archive }
      const found = await surveyArchive(from, ctx)
      const shown = typeof archive === 'string' ? archive : (name ?? 'standard input')
      return openSurveyed(choose(found, { name, platform }), shown, ctx)
    }
    case 'docker':
    case 'podman': {
      const { findEngine, imageOfEngine } = await import('./container-engine.ts')
      const engine = findEngine(source.from, source.host, rooms.env)
      const found = await surveyArchive(() => imageOfEngine(engine, source.name, ctx), ctx)
      return openSurveyed(choose(found, { name: undefined, platform }), source.name, ctx)
    }
    case 'registry':
      return (await import('./remote.ts')).openRemote(source.name, platform, { rooms, ctx })
  }
}

/** The store, then files, then docker's engine where one runs. */
async function openByName(
  name: string,
  platform: Platform | undefined,
  tools: SourceTools,
): Promise<OpenedImage> {
  try {
    return openStored(tools.rooms.store, name, platform)
  } catch (thrown) {
    if (!isFault(thrown) || thrown.code !== 'image.missing') throw thrown
    if (existsSync(name)) return openExplicit({ from: 'archive', archive: name }, platform, tools)
    const missing = new Fault('image.missing', `No such image: ${name}`, {
      hint: `It is not in the store, no file, and docker has none. peel pull ${name} brings it, registry://${name} looks at it where it is.`,
      cause: thrown,
    })
    try {
      return await openExplicit({ from: 'docker', name }, platform, tools)
    } catch (other) {
      if (isFault(other) && /^(engine\.|image\.missing|usage\.)/.test(other.code)) throw missing
      throw other
    }
  }
}

/** The image of that name, or the first that fits the platform. */
function choose(
  found: readonly FoundImage<SurveyedLayer>[],
  { name, platform }: { readonly name: string | undefined; readonly platform: Platform | undefined },
): FoundImage<SurveyedLayer> {
  const wanted = name === undefined ? undefined : printFamiliar(withDefaultTag(parseReference(name)))
  const named = wanted === undefined ? found : found.filter(({ names }) => names.includes(wanted))
  const fits = (image: FoundImage<SurveyedLayer>, one: Platform): boolean =>
    matchesPlatform(one, parseConfig(image.config), 'compatible')
  const chosen =
    platform === undefined
      ? (named.find((image) => fits(image, hostPlatform())) ?? named[0])
      : named.find((image) => fits(image, platform))
  if (chosen !== undefined) return chosen
  throw new Fault('image.missing', `the archive has no image ${name ?? 'for that platform'}`, {
    hint: `it has ${found.flatMap(({ names }) => names).join(', ') || 'images without names'}`,
  })
}
