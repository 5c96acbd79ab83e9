// The waste: what is shipped and not seen, largest first, with the layers and lines that brought and hid it and what to do about it.
import { printSize } from '../../core/index.ts'
import type { StudyReport, WasteClass } from '../../engine/index.ts'
import { printCommand } from '../model/costs.ts'
import type { Area } from '../model/layout.ts'
import { wasteHeight } from '../model/move.ts'
import type { State } from '../model/state.ts'
import { type Line, lineOf } from './line.ts'
import { titleLine } from './title.ts'
import { wrapText } from './wrap.ts'

const classes: Readonly<Record<WasteClass, string>> = {
  deleted: 'deleted later',
  overwritten: 'overwritten',
  metadataOnly: 'attributes only',
  duplicate: 'duplicate',
  caches: 'left-over cache',
}

/** `Dockerfile:12` where the line is known, else the layer by its number. */
export function describeLayer({ layers }: StudyReport, layer: number): string {
  const place = layers[layer]?.place
  return place === undefined ? `layer ${layer}` : `${place.file}:${place.line}`
}

export function wasteLines({ study, waste }: State, { width, height }: Area): readonly Line[] {
  const { report } = study
  const { totals, items } = report
  const title = `Waste: ${printSize(totals.reclaimableBytes)} of ${printSize(totals.shippedBytes)} are shipped and not seen`
  const places = items.slice(waste.top, waste.top + wasteHeight(height)).map((item) => ({
    item,
    from: describeLayer(report, item.broughtBy),
    by: item.hiddenBy === undefined ? '' : describeLayer(report, item.hiddenBy),
  }))
  const column = Math.max(10, ...places.map(({ from, by }) => Math.max(from.length, by.length)))
  const rows = places.map(({ item, from, by }, i): Line => {
    const name = item.directory
      ? `${item.path}/ (${item.files} file${item.files === 1 ? '' : 's'})`
      : item.path
    const text = `${printSize(item.bytes).padStart(9)}  ${classes[item.class].padEnd(15)}  ${from.padEnd(column)}  ${by.padEnd(column)}  ${name}`
    return { pieces: [{ text }], marked: waste.top + i === waste.cursor }
  })
  const lines = [
    titleLine(title, width, true),
    lineOf(
      `${'Bytes'.padStart(9)}  ${'Why'.padEnd(15)}  ${'Brought by'.padEnd(column)}  ${'Hidden by'.padEnd(column)}  Path`,
      'strong',
    ),
    ...(items.length === 0 ? [lineOf('Nothing: all that is shipped is seen in the image.')] : rows),
  ]
  while (lines.length < height - 3) lines.push(lineOf(''))
  return [...lines, ...belowList(report, waste.cursor, width)].slice(0, height)
}

/** About the item under the cursor: what to do, and the instruction that brought it. */
function belowList(report: StudyReport, row: number, width: number): readonly Line[] {
  const item = report.items[row]
  if (item === undefined) return []
  const made = `${describeLayer(report, item.broughtBy)}  ${printCommand(report.layers[item.broughtBy]!.createdBy)}`
  const advice = wrapText(item.advice, width)
  return [
    lineOf('─'.repeat(width)),
    lineOf(advice[0]!, 'strong'),
    lineOf(advice.length > 1 ? advice.slice(1).join(' ') : made, advice.length > 1 ? 'strong' : 'plain'),
  ]
}
