// `peel waste`: which line of the Dockerfile ships bytes that the image does not show, largest first, and what to do about it.
import { printSize, spellName } from '../../core/index.ts'
import type { StudyItem, StudyLayer, StudyReport } from '../../engine/index.ts'
import { defineCommand } from '../command.ts'
import { jsonFlag, writeJson } from '../listing.ts'
import { autoMode, withProgress } from '../progress/index.ts'
import { sourceAbout, sourceFlags } from '../study-source.ts'
import { ellipsis } from '../text/human.ts'

export default defineCommand({
  name: 'waste',
  summary: 'Show which lines of the Dockerfile waste bytes, and what to do about it',
  usage: 'IMAGE',
  details: sourceAbout,
  flags: {
    ...sourceFlags,
    json: jsonFlag,
    all: { kind: 'switch', short: 'a', about: 'Show all items, not the 20 largest' },
  },
  words: { min: 1, max: 1 },
  async run({ flags, words }, shell) {
    const engine = await shell.engine()
    using study = await withProgress(shell, autoMode(shell, 'quiet'), (ctx) =>
      engine.study(words[0]!, { platform: flags.platform, base: flags.base }, ctx),
    )
    const { report } = study
    if (flags.json) writeJson(shell, wasteDocument(report))
    else shell.out.write(printWaste(report, flags.all ? report.items.length : 20))
    return 0
  },
})

/** Layers in items are numbers there and lines here, so that a script need not look them up. */
function wasteDocument({ totals, classes, dive, items, layers }: StudyReport): object {
  const line = (index: number | undefined): object | undefined => {
    if (index === undefined) return undefined
    const { createdBy, place } = layers[index]!
    return { layer: index, createdBy, ...place }
  }
  return {
    shippedBytes: totals.shippedBytes,
    visibleBytes: totals.visibleBytes,
    reclaimableBytes: totals.reclaimableBytes,
    classes,
    dive: { efficiency: dive.efficiency, wastedBytes: dive.wastedBytes },
    items: items.map((item) => ({
      ...item,
      broughtBy: line(item.broughtBy),
      hiddenBy: line(item.hiddenBy),
    })),
  }
}

const words: Readonly<Record<StudyItem['class'], string>> = {
  deleted: 'deleted later',
  overwritten: 'overwritten',
  metadataOnly: 'shipped again for other attributes',
  duplicate: 'duplicate content',
  caches: 'left-over cache',
}

function printWaste(report: StudyReport, most: number): string {
  const { image, totals, classes, dive, items, layers } = report
  const { shippedBytes, visibleBytes, reclaimableBytes } = totals
  const part = shippedBytes === 0 ? 0 : (reclaimableBytes / shippedBytes) * 100
  const class_ = (name: StudyItem['class']): string => `${printSize(classes[name])} ${words[name]}`
  const head = [
    `${image.name}: ${printSize(shippedBytes)} shipped, ${printSize(visibleBytes)} to be seen, ${printSize(reclaimableBytes)} reclaimable (${part.toFixed(1)} %)`,
    `  reclaimable: ${class_('deleted')}, ${class_('overwritten')}, ${class_('metadataOnly')}`,
    `  besides:     ${class_('duplicate')}, ${class_('caches')}`,
    `  by dive's formula: efficiency ${(dive.efficiency * 100).toFixed(2)} %, ${printSize(dive.wastedBytes)} wasted`,
  ]
  const shown = items.slice(0, most)
  const left = items.slice(most)
  const rest = left.reduce((sum, { bytes }) => sum + bytes, 0)
  const more = left.length === 0 ? [] : [`${left.length} more of ${printSize(rest)} together; -a shows them`]
  return `${[head.join('\n'), ...shown.map((item) => printItem(item, layers)), ...more].join('\n\n')}\n`
}

function printItem(item: StudyItem, layers: readonly StudyLayer[]): string {
  const files = item.directory ? `/ (${item.files} ${item.files === 1 ? 'file' : 'files'})` : ''
  const about = item.cache === undefined ? words[item.class] : `${words[item.class]}: ${item.cache}`
  const copies = (item.copies ?? []).slice(0, 3).map(({ path }) => `           also ${spellName(path)}`)
  const more = (item.copies?.length ?? 0) - copies.length
  return [
    `${printSize(item.bytes).padStart(9)}  ${item.path === '/' ? '' : spellName(item.path)}${files}  ${about}`,
    ...copies,
    ...(more > 0 ? [`           and ${more} more`] : []),
    `           brought by  ${printLine(layers[item.broughtBy]!)}`,
    ...(item.hiddenBy === undefined ? [] : [`           hidden by   ${printLine(layers[item.hiddenBy]!)}`]),
    `           ${item.advice}`,
  ].join('\n')
}

function printLine({ index, place, createdBy, base }: StudyLayer): string {
  const where = place === undefined ? `layer ${index}${base ? ' (base)' : ''}` : `${place.file}:${place.line}`
  return `${where}  ${ellipsis(createdBy.replace(/\s+/g, ' ').trim(), 70)}`
}
