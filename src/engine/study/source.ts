// What people write for an image, turned into an opened one.
import { type Context, Fault, parsePlatform } from '../../core/index.ts'
import type { StudyOptions, StudySource } from '../api/index.ts'
import type { Rooms } from '../workshop.ts'
import type { OpenedImage } from './opened.ts'
import { openStored } from './stored.ts'

export interface SourceTools {
  readonly rooms: Rooms
  readonly ctx: Context
}

export async function openSource(
  source: StudySource,
  options: Pick<StudyOptions, 'platform'>,
  { rooms }: SourceTools,
): Promise<OpenedImage> {
  const platform = options.platform === undefined ? undefined : parsePlatform(options.platform)
  if (typeof source === 'string') return openStored(rooms.store, source, platform)
  if (source.from === 'store') return openStored(rooms.store, source.name, platform)
  throw new Fault('usage.invalid', `images from ${source.from} cannot be studied yet`)
}
