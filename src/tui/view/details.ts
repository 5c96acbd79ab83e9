// The two lower panes on the left: what the layer under the cursor is, and what the image as a whole ships and wastes.
import { printSize } from '../../core/index.ts'
import type { StudyLayer, StudyReport } from '../../engine/index.ts'
import { printCommand } from '../model/costs.ts'
import { type Line, labelled, lineOf } from './line.ts'
import { wrapText } from './wrap.ts'

/** The layer details, as many lines as they take at this width. */
export function layerLines(report: StudyReport, layer: StudyLayer, width: number): readonly Line[] {
  const { names } = report.image
  const top = layer.index === report.layers.length - 1
  const compressed =
    layer.compressedSize === undefined ? '' : ` (${printSize(layer.compressedSize)} compressed)`
  const changes = [
    `${layer.added} added`,
    `${layer.changed} modified`,
    `${layer.attributesChanged} attributes only`,
    `${layer.removed} removed`,
  ]
  const waste =
    layer.wastedBytes === 0
      ? 'all of it is seen in the image'
      : `${printSize(layer.wastedBytes)} hidden by upper layers`
  const facts: readonly (readonly [string, string])[] = [
    ['Tags:', top && names.length > 0 ? names.join(', ') : '(none)'],
    ['Id:', layer.diffId],
    ['Size:', `${printSize(layer.size)}${compressed}${layer.base ? ', from the base image' : ''}`],
    ['Digest:', String(layer.digest) === layer.diffId ? 'the same: it is not compressed' : layer.digest],
    ['Line:', layer.place === undefined ? '(not known)' : `${layer.place.file}:${layer.place.line}`],
    ['Files:', changes.join(', ')],
    ['Waste:', layer.hidesBytes === 0 ? waste : `${waste}; hides ${printSize(layer.hidesBytes)} below`],
  ]
  return [
    ...facts.flatMap(([label, value]) =>
      wrapText(value, Math.max(1, width - 8)).map((text, i) =>
        labelled((i === 0 ? label : '').padEnd(7), text),
      ),
    ),
    lineOf('Command:', 'strong'),
    ...wrapText(printCommand(layer.createdBy), width).map((text) => lineOf(text)),
  ]
}

const imageHead = 8

/** Rows of the image details. */
export function imageLength(report: StudyReport): number {
  return imageHead + report.dive.files.length
}

/** The path in a row of the image details, where it names one. */
export function imagePath(report: StudyReport, row: number): string | undefined {
  return report.dive.files[row - imageHead]?.path
}

export function imageLine(report: StudyReport, row: number): Line {
  const file = report.dive.files[row - imageHead]
  if (file !== undefined)
    return lineOf(
      `${String(file.count).padStart(5)}  ${printSize(file.sizeBytes).padStart(12)}  ${file.path}`,
    )
  const { image, dive, totals, classes } = report
  const percent = (ratio: number): string => `${Math.floor(100 * ratio)} %`
  const ours = totals.shippedBytes === 0 ? 1 : totals.visibleBytes / totals.shippedBytes
  const { deleted, overwritten, metadataOnly, duplicate, caches } = classes
  const heads: readonly Line[] = [
    labelled('Image name:', image.name),
    labelled(
      'Total Image size:',
      `${printSize(totals.shippedBytes)} (${printSize(totals.visibleBytes)} of it seen)`,
    ),
    labelled(
      'Potential wasted space:',
      `${printSize(totals.reclaimableBytes)} (dive: ${printSize(dive.wastedBytes)})`,
    ),
    labelled('Image efficiency score:', `${percent(ours)} (dive: ${percent(dive.efficiency)})`),
    lineOf(
      `Deleted ${printSize(deleted)}, overwritten ${printSize(overwritten)}, attributes only ${printSize(metadataOnly)}`,
    ),
    lineOf(`Duplicates ${printSize(duplicate)}, left-over caches ${printSize(caches)}`),
    lineOf(''),
    lineOf('Count   Total Space  Path (as dive counts)', 'strong'),
  ]
  return heads[row] ?? lineOf('')
}
