// A gate's verdict, drawn: as dive's text, as JSON, and as the formats that CI systems read.
import { spellName } from '../../core/index.ts'
import type { GateReport, StudyItem, StudyReport } from '../../engine/index.ts'
import { printDiveSize } from '../text/human.ts'
import { sarifLog } from '../text/sarif.ts'

export const gateFormats = ['text', 'json', 'sarif', 'junit', 'github'] as const
export type GateFormat = (typeof gateFormats)[number]

export interface Verdict {
  readonly report: StudyReport
  readonly gate: GateReport
}

/** How many pieces of waste CI systems are told of; more are not looked at there. */
const mostItems = 100
const mostAnnotations = 10

export function printVerdict(verdict: Verdict, format: GateFormat, version: string): string {
  switch (format) {
    case 'text':
      return printText(verdict)
    case 'json':
      return `${JSON.stringify({ image: verdict.report.image, ...verdict.gate }, undefined, 2)}\n`
    case 'sarif':
      return `${JSON.stringify(sarifOf(verdict, version), undefined, 2)}\n`
    case 'junit':
      return printJunit(verdict)
    case 'github':
      return `${printText(verdict)}${printAnnotations(verdict)}`
  }
}

/** As dive prints it (wagoodman/dive, command/ci/evaluator.go). */
function printText({ gate }: Verdict): string {
  const { dive, results, passed } = gate
  const wasted = dive.wastedBytes > 0
  const percent = wasted ? `${(dive.wastedUserPercent * 100).toFixed(2)} %` : '0 %'
  const analysis = [
    'Analysis:',
    `  efficiency:        ${(dive.efficiency * 100).toFixed(2)} %`,
    `  wastedBytes:       ${dive.wastedBytes} bytes ${wasted ? `(${printDiveSize(dive.wastedBytes)})` : ''}`,
    `  userWastedPercent: ${percent}`,
  ]
  const files =
    dive.files.length === 0
      ? ['Inefficient Files: (None)']
      : [
          'Inefficient Files:',
          '  Count  Wasted Space  File Path',
          ...dive.files.map(
            ({ count, sizeBytes, path }) =>
              `  ${String(count).padEnd(5)}  ${printDiveSize(sizeBytes).padEnd(12)}  ${spellName(path)}`,
          ),
        ]
  const words = { passed: 'PASS', failed: 'FAIL', disabled: 'SKIP' } as const
  const lines = results.map(({ key, status, message }) => `  ${words[status]}  ${key} (${message})`)
  const tally = (['passed', 'failed', 'disabled'] as const)
    .map((status) => [words[status].toLowerCase(), results.filter((one) => one.status === status).length])
    .filter(([, count]) => count !== 0)
    .map(([word, count]) => `${word}:${count}`)
  const verdict = `${passed ? 'PASS' : 'FAIL'} [${tally.join(' ')}]`
  return `${[analysis.join('\n'), files.join('\n'), ['Evaluation:', ...lines].join('\n'), verdict].join('\n\n')}\n`
}

/** The line to go to: of the layer that hides the bytes, else of the one that brought them. */
function placeOf({ layers }: StudyReport, item: StudyItem): StudyReport['layers'][number]['place'] {
  const hiding = item.hiddenBy === undefined ? undefined : layers[item.hiddenBy]?.place
  return hiding ?? layers[item.broughtBy]?.place
}

function describeItem(item: StudyItem): string {
  return `${printDiveSize(item.bytes)} ${describeClass[item.class]}: ${spellName(item.path)}. ${item.advice}`
}

const describeClass: Readonly<Record<StudyItem['class'], string>> = {
  deleted: 'shipped and deleted',
  overwritten: 'shipped and overwritten',
  metadataOnly: 'shipped twice for a change of mode, owner or time',
  duplicate: 'shipped as a copy',
  caches: 'left over in a cache',
}

function sarifOf({ report, gate }: Verdict, version: string): object {
  const failed = gate.results.filter(({ status }) => status === 'failed')
  const items = gate.items.slice(0, mostItems)
  const file = report.image.dockerfile?.file ?? 'Dockerfile'
  return sarifLog(
    {
      rules: [
        ...failed.map(({ key, about }) => ({ id: key, about })),
        ...items.map((item) => ({ id: item.class, about: `Bytes ${describeClass[item.class]}` })),
      ],
      results: [
        ...failed.map(({ key, message }) => ({
          rule: key,
          level: 'error' as const,
          message: `${report.image.name}: ${message}`,
          file,
          region: { startLine: 1 },
        })),
        ...items.map((item) => {
          const place = placeOf(report, item)
          return {
            rule: item.class,
            level: 'warning' as const,
            message: describeItem(item),
            file: place?.file ?? file,
            region: { startLine: place?.line ?? 1 },
          }
        }),
      ],
    },
    version,
  )
}

function printJunit({ report, gate }: Verdict): string {
  const count = (status: string): number => gate.results.filter((one) => one.status === status).length
  const cases = gate.results.map(({ key, status, message }) => {
    const name = `    <testcase classname="peel.dive" name="${escapeXml(key)}"`
    if (status === 'passed') return `${name}/>`
    const inside =
      status === 'failed'
        ? `<failure message="${escapeXml(message)}"/>`
        : `<skipped message="${escapeXml(message)}"/>`
    return `${name}>${inside}</testcase>`
  })
  const counts = `tests="${gate.results.length}" failures="${count('failed')}" skipped="${count('disabled')}"`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="${escapeXml(report.image.name)}" ${counts}>`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

function escapeXml(text: string): string {
  const names: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
  return text.replace(/[&<>"]/g, (character) => names[character]!)
}

/** Workflow commands of GitHub Actions (docs.github.com, "Workflow commands"). */
function printAnnotations({ report, gate }: Verdict): string {
  const file = report.image.dockerfile?.file
  const failed = gate.results
    .filter(({ status }) => status === 'failed')
    .map(({ key, message }) => annotation('error', { file, line: undefined, title: key }, message))
  const items = gate.items.slice(0, mostAnnotations).map((item) => {
    const place = placeOf(report, item)
    return annotation(
      'warning',
      { ...place, title: `${printDiveSize(item.bytes)} ${item.class}` },
      describeItem(item),
    )
  })
  return [...failed, ...items].join('')
}

function annotation(
  level: 'error' | 'warning',
  facts: { readonly file?: string | undefined; readonly line?: number | undefined; readonly title: string },
  message: string,
): string {
  const value = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
  const properties = Object.entries(facts)
    .filter(([, fact]) => fact !== undefined)
    .map(([name, fact]) => `${name}=${value(String(fact))}`)
  return `::${level} ${properties.join(',')}::${data(message)}\n`
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}
