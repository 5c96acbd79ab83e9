// What a Dockerfile offers: its targets, and what can be given to the build of one. Nothing is fetched and nothing built.
import { type Context, isFault, sha256 } from '../core/index.ts'
import { parseDockerfile } from '../dockerfile/index.ts'
import { outlineOf, planBuild } from '../plan/index.ts'
import type { BuildOptions, OutlineReport, TargetReport } from './api/index.ts'
import { findSource } from './build-source.ts'
import { findImage } from './names.ts'
import type { Rooms } from './workshop.ts'

/** The outline of the stage that would be built. A base image that is not here counts as an empty one. */
export async function outlineBuild(
  options: BuildOptions,
  rooms: Rooms,
  ctx: Context,
): Promise<OutlineReport> {
  const { dockerfile, buildArgs, target, platforms } = await findSource(options, rooms, ctx)
  const file = parseDockerfile(dockerfile.text, { file: dockerfile.name })
  const plan = await planBuild(file, {
    target,
    buildArgs,
    platform: platforms[0],
    findImage: async (name, platform) => {
      try {
        const { digest: manifest, layers, config } = findImage(rooms.store, name, platform)
        return { name, manifest, layers, config }
      } catch (thrown) {
        if (!isFault(thrown)) throw thrown
        const { architecture, os } = platform
        const config = { architecture, os, rootfs: { type: 'layers', diff_ids: [] } } as const
        return { name, manifest: sha256(''), layers: [], config }
      }
    },
  })
  return { file: dockerfile.name, source: file.source, ...outlineOf(file, plan, buildArgs) }
}

/** All stages of the Dockerfile. */
export async function listTargets(options: BuildOptions, rooms: Rooms, ctx: Context): Promise<TargetReport> {
  const { dockerfile } = await findSource(options, rooms, ctx)
  const file = parseDockerfile(dockerfile.text, { file: dockerfile.name })
  return {
    file: dockerfile.name,
    source: file.source,
    targets: file.stages.map(({ name, from, index }) => ({
      name,
      isDefault: index === file.stages.length - 1,
      description: from.description,
      base: from.image,
      platform: from.platform,
      place: from.place,
    })),
  }
}
