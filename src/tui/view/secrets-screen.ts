// The secrets: what was found where, worst first, never the value; and about the one under the cursor what to do.
import { printSize } from '../../core/index.ts'
import type { SecretFinding, SecretSeverity, StudyReport } from '../../engine/index.ts'
import { printCommand } from '../model/costs.ts'
import type { Area } from '../model/layout.ts'
import { secretsHeight } from '../model/move.ts'
import { findingsOf } from '../model/secret-search.ts'
import type { State } from '../model/state.ts'
import { type Line, labelled, lineOf, type Tone } from './line.ts'
import { titleLine } from './title.ts'
import { describeLayer } from './waste-screen.ts'
import { wrapText } from './wrap.ts'

const tones: Readonly<Record<SecretSeverity, Tone>> = { high: 'removed', medium: 'modified', low: 'dim' }

export function secretsLines(state: State, { width, height }: Area): readonly Line[] {
  const { report } = state.study
  const { at } = state.secrets
  const findings = findingsOf(state.secrets.search)
  const places = findings
    .slice(at.top, at.top + secretsHeight(height))
    .map((finding) => ({ finding, line: lineOfFinding(finding), seen: seenOf(finding, report) }))
  const column = (name: keyof (typeof places)[number] & ('line' | 'seen'), least: number): number =>
    Math.max(least, ...places.map((place) => place[name].length))
  const columns = { line: column('line', 4), seen: column('seen', 4) }
  const what = Math.max(4, ...places.map(({ finding }) => finding.what.length))
  const rows = places.map(({ finding, line, seen }, i): Line => {
    const layer = finding.spot.in === 'file' ? String(finding.spot.layer) : ''
    const text = `  ${finding.what.padEnd(what)}  ${layer.padStart(5)}  ${line.padEnd(columns.line)}  ${seen.padEnd(columns.seen)}  ${finding.where}  ${finding.masked}`
    return {
      pieces: [{ text: finding.severity.padEnd(8), tone: tones[finding.severity] }, { text }],
      marked: at.top + i === at.cursor,
    }
  })
  const heads = `Severity  ${'What'.padEnd(what)}  Layer  ${'Line'.padEnd(columns.line)}  ${'Seen'.padEnd(columns.seen)}  Where, and the value without what is secret`
  const lines = [
    titleLine(titleOf(state), width, true),
    ...(findings.length === 0
      ? emptyText(state).flatMap((text) => wrapText(text, width).map((row) => lineOf(row)))
      : [lineOf(heads, 'strong'), ...rows]),
  ]
  const below = belowList(findings[at.cursor], { report, width })
  while (lines.length < height - below.length) lines.push(lineOf(''))
  return [...lines, ...below].slice(0, height)
}

function titleOf({ secrets: { search } }: State): string {
  if (search.kind !== 'done') return 'Secrets'
  const { findings, allowed } = search.report
  const hidden = findings.filter(({ spot }) => spot.in === 'file' && !spot.visible).length
  const still = hidden === 0 ? '' : `, ${hidden} of them removed later and still to be read`
  const accepted = allowed.length === 0 ? '' : `, ${allowed.length} more accepted by the allow list`
  return `Secrets: ${findings.length === 0 ? 'none' : findings.length} found${still}${accepted}`
}

/** What stands in place of the list. */
function emptyText({ secrets: { search } }: State): readonly string[] {
  switch (search.kind) {
    case 'none':
      return []
    case 'running': {
      const { done, total } = search
      const far = total === 0 ? '' : `: ${Math.floor((100 * done) / total)} % of ${printSize(total)}`
      return [`Looking for secrets in all layers${far}.`, 'Esc stops it; on other screens it goes on.']
    }
    case 'stopped':
      return [search.why, 'Enter searches again.']
    case 'done': {
      const { contents } = search.report.scanned
      return [
        `Nothing that looks like one, in ${contents} file contents of all layers, the configuration and the history.`,
      ]
    }
  }
}

function lineOfFinding({ place }: SecretFinding): string {
  return place === undefined ? '' : `${place.file}:${place.line}`
}

function seenOf({ spot }: SecretFinding, report: StudyReport): string {
  if (spot.in !== 'file') return 'with inspect'
  return spot.hiddenBy === undefined ? 'visible' : `hidden by ${describeLayer(report, spot.hiddenBy)}`
}

/** Rows below the list; `secretsHeight` leaves them free. */
const belowRows = 8

function belowList(
  finding: SecretFinding | undefined,
  { report, width }: { readonly report: StudyReport; readonly width: number },
): readonly Line[] {
  if (finding === undefined) return []
  const { where, masked, what, spot, createdBy, advice, id, rule } = finding
  const by = printCommand(createdBy)
  const from = spot.in === 'file' ? `${describeLayer(report, spot.layer)}  ` : `${lineOfFinding(finding)}  `
  const hidden =
    spot.in === 'file' && spot.hiddenBy !== undefined
      ? `hidden by ${describeLayer(report, spot.hiddenBy)}, and still in layer ${spot.layer}`
      : 'seen by everybody who has the image'
  const told = wrapText(advice, width).slice(0, 3)
  return [
    lineOf('─'.repeat(width)),
    labelled('Found:', `${what} in ${where}, ${hidden}`),
    labelled('Value:', `${masked}  (finding ${id}, rule:${rule})`),
    labelled('By:   ', `${from}${by}`),
    ...told.map((row) => lineOf(row, 'strong')),
    ...Array.from({ length: belowRows - 4 - told.length }, () => lineOf('')),
  ]
}
