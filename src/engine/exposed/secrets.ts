// The secrets of an image: what scanning found, with the layers, the lines of the Dockerfile and what to do.
import { createHash } from 'node:crypto'
import {
  findMetadataSecrets,
  isSample,
  type MetadataMatch,
  parseAllowList,
  secretRules,
} from '../../analyze/index.ts'
import { type Context, type Outcome, type RootPath, spellName } from '../../core/index.ts'
import { cellDigest, createStrata, never, nodePath, type Strata } from '../../layer/index.ts'
import type { SecretFinding, SecretSpot, SecretsOptions, SecretsReport, StudySource } from '../api/index.ts'
import { baseLayers } from '../study/base.ts'
import type { OpenedImage } from '../study/opened.ts'
import { historyOf } from '../study/report.ts'
import { openSource } from '../study/source.ts'
import type { Rooms } from '../workshop.ts'
import { advise } from './advice.ts'
import { type FileMatch, scanContents } from './contents.ts'

const ranks = { high: 0, medium: 1, low: 2 } as const

export interface ScannedImage {
  readonly image: OpenedImage
  readonly strata: Strata
  /** How many of the lowest layers came with the base. */
  readonly baseCount: number
}

export async function findImageSecrets(
  source: StudySource,
  options: SecretsOptions,
  { rooms, ctx }: { readonly rooms: Rooms; readonly ctx: Context },
): Promise<SecretsReport> {
  const { platform } = options
  using image = await openSource(source, { platform }, { rooms, ctx })
  const strata = createStrata(image.layers.map(({ index }) => index))
  const baseCount = await baseLayers(image, { platform }, { rooms, ctx })
  return await secretsOf({ image, strata, baseCount }, options, { rooms, ctx })
}

export async function secretsOf(
  { image, strata, baseCount }: ScannedImage,
  { allow = '' }: Pick<SecretsOptions, 'allow'>,
  { rooms, ctx }: { readonly rooms: Rooms; readonly ctx: Context },
): Promise<SecretsReport> {
  const isAllowed = parseAllowList(allow)
  const { matches, ...scanned } = await asTask(ctx, () =>
    scanContents(image, strata, { store: rooms.store, ctx }),
  )
  const describe = describer(image, strata, baseCount)
  const all = [
    ...findMetadataSecrets(image.config).map(describe.metadata),
    ...matches.map(describe.file),
  ].sort((a, b) => ranks[a.severity] - ranks[b.severity])
  const allowed = all.filter(({ id, rule, spot }) =>
    isAllowed({ id, rule, path: spot.in === 'file' ? spot.path : undefined }),
  )
  return {
    image: { name: image.name, id: image.id, layers: image.layers.length },
    findings: all.filter((finding) => !allowed.includes(finding)),
    allowed,
    scanned,
  }
}

/** As a person would name it, on one line whatever names hold. */
function printSpot(spot: SecretSpot): string {
  switch (spot.in) {
    case 'file':
      return `${spellName([spot.path, spot.member ?? []].flat().join('!'))}:${spot.line}`
    case 'environment':
      return `ENV ${spellName(spot.name)}`
    case 'label':
      return `LABEL ${spellName(spot.name)}`
    case 'argument':
      return `ARG ${spot.name}`
    case 'command':
      return spot.name === '' ? 'in the history' : spot.name
  }
}

/** Tells of the search as of one task, which ends however the search does. */
async function asTask<Result>(ctx: Context, search: () => Promise<Result>): Promise<Result> {
  const task = 'secrets'
  let outcome: Outcome = 'failed'
  ctx.emit({ type: 'began', task, name: 'looking for secrets', at: Date.now() })
  try {
    const result = await search()
    outcome = 'done'
    return result
  } finally {
    if (outcome !== 'done' && ctx.signal.aborted) outcome = 'cancelled'
    ctx.emit({ type: 'ended', task, outcome, at: Date.now() })
  }
}

function describer(image: OpenedImage, strata: Strata, baseCount: number) {
  const history = historyOf(image)
  const layers = image.layers.map((_, layer) => history.find((entry) => entry.layer === layer))
  const finish = (
    match: FileMatch | MetadataMatch,
    parts: Pick<SecretFinding, 'spot' | 'place' | 'hiddenAt' | 'createdBy' | 'base'>,
  ): SecretFinding => {
    const rule = secretRules.find(({ id }) => id === match.rule)!
    const { spot } = parts
    const where =
      spot.in === 'file' ? [spot.path, spot.member ?? []].flat().join('!') : `${spot.in} ${spot.name}`
    const content = 'cell' in match ? (cellDigest(strata, match.cell) ?? '') : ''
    const sample = spot.in === 'file' && isSample(spot.path as RootPath)
    const finding = {
      id: createHash('sha256')
        .update([match.rule, where, content, match.offset].join('\0'))
        .digest('hex')
        .slice(0, 12),
      rule: match.rule,
      what: rule.what,
      severity: sample ? ('low' as const) : rule.severity,
      masked: match.masked,
      ...parts,
    }
    return { ...finding, where: printSpot(spot), advice: `${advise(finding)} ${rule.revoke}` }
  }
  return {
    file(match: FileMatch): SecretFinding {
      const layer = strata.layer[match.cell]!
      const gone = strata.goneBy[match.cell]!
      const hiddenBy = gone === never ? undefined : gone
      return finish(match, {
        spot: {
          in: 'file',
          path: nodePath(strata, match.node),
          ...(match.member !== undefined && { member: match.member }),
          line: match.line,
          offset: match.offset,
          layer,
          visible: hiddenBy === undefined,
          ...(hiddenBy !== undefined && { hiddenBy }),
        },
        place: layers[layer]?.place,
        hiddenAt: hiddenBy === undefined ? undefined : layers[hiddenBy]?.place,
        createdBy: layers[layer]?.createdBy ?? '',
        base: layer < baseCount,
      })
    },
    metadata(match: MetadataMatch): SecretFinding {
      const entry = match.entry === undefined ? undefined : history[match.entry]
      const firstOwn = history.findIndex((one) => one.layer === baseCount)
      return finish(match, {
        spot: { in: match.in, name: match.name },
        place: entry?.place,
        createdBy: entry?.createdBy ?? '',
        base: entry !== undefined && entry.place === undefined && match.entry! < firstOwn,
      })
    },
  }
}
