// The Dockerfile with what each of its lines costs: the bytes its layer brought, and how many of them are not to be seen any more.
// Without the Dockerfile's text the history stands in for it.
import type { StudyReport } from '../../engine/index.ts'

export interface CostLine {
  readonly text: string
  /** In the Dockerfile, counted from 1; absent for what no line is known of. */
  readonly number: number | undefined
  /** The layer that the line made. */
  readonly layer: number | undefined
  readonly bytes: number
  readonly wasted: number
}

const known = new WeakMap<StudyReport, readonly CostLine[]>()

export function costLines(report: StudyReport): readonly CostLine[] {
  let lines = known.get(report)
  if (lines === undefined) {
    lines =
      report.image.dockerfile?.text === undefined
        ? fromHistory(report)
        : fromText(report, report.image.dockerfile.text)
    known.set(report, lines)
  }
  return lines
}

/** The row of the line that made a layer. */
export function rowOfLayer(report: StudyReport, layer: number): number {
  const lines = costLines(report)
  return lines.findIndex((line) => line.layer === layer)
}

function fromText(report: StudyReport, text: string): readonly CostLine[] {
  const file = report.image.dockerfile!.file
  const placed = new Map<number, number>()
  const others: CostLine[] = []
  for (const { index, place, createdBy } of report.layers) {
    if (place?.file === file) placed.set(place.line, index)
    else others.push(costOf(report, index, printCommand(createdBy)))
  }
  const lines = text.replace(/\n$/, '').split('\n')
  return [
    ...others,
    ...lines.map((line, i): CostLine => {
      const layer = placed.get(i + 1)
      const row = layer === undefined ? empty(line) : costOf(report, layer, line)
      return { ...row, number: i + 1 }
    }),
  ]
}

function fromHistory(report: StudyReport): readonly CostLine[] {
  return report.history.map(({ createdBy, layer, place }) => {
    const text = printCommand(createdBy)
    const row = layer === undefined ? empty(text) : costOf(report, layer, text)
    return { ...row, number: place?.line }
  })
}

function empty(text: string): CostLine {
  return { text, number: undefined, layer: undefined, bytes: 0, wasted: 0 }
}

function costOf(report: StudyReport, layer: number, text: string): CostLine {
  const { size, wastedBytes } = report.layers[layer]!
  return { text, number: undefined, layer, bytes: size, wasted: wastedBytes }
}

/** A history entry as it would stand in a Dockerfile, on one line: without the shell and the marks that builders put around it. */
export function printCommand(createdBy: string): string {
  return createdBy
    .replace(/ # buildkit$/, '')
    .replace(/^RUN \|\d+ .*?(\/bin\/sh -c )/s, 'RUN $1')
    .replace(/^(?:RUN )?\/bin\/sh -c #\(nop\)\s+/, '')
    .replace(/^(?:RUN )?\/bin\/sh -c /, 'RUN ')
    .replace(/\s*\n\s*/g, ' ')
    .trim()
}
