// What to do about a piece of waste, in one sentence that names the lines or layers it is about.
import { spellName } from '../../core/index.ts'
import type { StudyLayer, WasteItem } from '../api/index.ts'

export function advise(item: WasteItem, layers: readonly StudyLayer[]): string {
  const path = spellName(item.path)
  const from = describeLayer(layers[item.broughtBy])
  const by = describeLayer(item.hiddenBy === undefined ? undefined : layers[item.hiddenBy])
  const inBase = layers[item.broughtBy]?.base === true
  switch (item.class) {
    case 'deleted':
      if (inBase)
        return `${path} comes with the base image; ${by} hides it but cannot make it smaller: choose a base without it.`
      if (isCopy(layers[item.broughtBy]))
        return `Keep ${path} out of ${from}: name it in .dockerignore, or give it to the RUN that needs it by --mount=type=bind or secret. Whoever has the image can read it; ${by} only hides it.`
      return `Remove ${path} in the same RUN that makes it (${from}), or make it in an earlier stage or under a RUN --mount=type=cache; ${by} only hides it.`
    case 'overwritten':
      return inBase
        ? `${path} comes with the base image and ${by} ships it again with other content.`
        : `Write ${path} once: ${from} ships it, and ${by} ships it again with other content.`
    case 'metadataOnly':
      return inBase
        ? `${by} ships ${path} of the base image again to change its owner, mode or times.`
        : `Give ${path} its owner and mode where it is made (COPY --chown, --chmod, or in the same RUN: ${from}); ${by} ships it again for that.`
    case 'duplicate':
      return `Keep one copy of ${path} and link to it, or copy it to its place once.`
    case 'caches':
      return `Keep ${path} out of ${from}: ${cacheAdvice[item.cache!] ?? 'put it into a RUN --mount=type=cache'}.`
  }
}

const cacheAdvice: Readonly<Record<string, string>> = {
  apt: 'end the RUN with rm -rf /var/lib/apt/lists/*, or mount caches over /var/lib/apt and /var/cache/apt',
  apk: 'use apk add --no-cache',
  dnf: 'end the RUN with dnf clean all',
  pip: 'use pip install --no-cache-dir, or a cache mount',
  python:
    'set PYTHONDONTWRITEBYTECODE=1, or remove __pycache__ in the same RUN if start-up time does not matter',
  npm: 'end the RUN with npm cache clean --force, or mount a cache over ~/.npm',
  yarn: 'end the RUN with yarn cache clean, or mount a cache',
  go: 'build in an earlier stage, or mount caches over /root/.cache/go-build and /go/pkg/mod',
  cargo: 'build in an earlier stage, or mount caches over the registry and the target directory',
}

/** As BuildKit and Peel write it into the history, and as the classic builder did. */
function isCopy(layer: StudyLayer | undefined): boolean {
  return /^(?:\/bin\/sh -c #\(nop\) +)?(?:COPY|ADD)\b/.test(layer?.createdBy ?? '')
}

function describeLayer(layer: StudyLayer | undefined): string {
  if (layer === undefined) return 'another layer'
  if (layer.place !== undefined) return `${layer.place.file}:${layer.place.line}`
  const words = spellName(layer.createdBy.replace(/\s+/g, ' ').trim())
  return words === ''
    ? `layer ${layer.index}`
    : `layer ${layer.index} (${words.length > 60 ? `${words.slice(0, 59)}…` : words})`
}
