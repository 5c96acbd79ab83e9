// `peel secrets`: credentials in any layer of an image, hidden ones too, and in its configuration; never their values.
import { Fault } from '../../core/index.ts'
import type { SecretFinding, SecretSeverity, SecretsReport } from '../../engine/index.ts'
import { ownAllowList, readAllowList } from '../allow-list.ts'
import { defineCommand } from '../command.ts'
import { jsonFlag, writeJson } from '../listing.ts'
import { autoMode, withProgress } from '../progress/index.ts'
import { sourceAbout, sourceFlags } from '../study-source.ts'
import { ellipsis } from '../text/human.ts'
import { sarifLog } from '../text/sarif.ts'
import { readVersion } from '../version.ts'

const severities = ['low', 'medium', 'high'] as const

export default defineCommand({
  name: 'secrets',
  summary: 'Find credentials in all layers of an image and in its configuration',
  usage: 'IMAGE',
  details: `${sourceAbout} Values are never printed. Exits with 1 where something is found.`,
  flags: {
    platform: sourceFlags.platform,
    allow: {
      kind: 'text',
      value: 'FILE',
      about: `Findings to accept, one a line: an id, rule:ID, path:PATTERN (default: ${ownAllowList}, if there is one)`,
    },
    severity: {
      kind: 'choice',
      values: severities,
      about: 'Leave out what is less severe (default: medium)',
    },
    'exit-code': {
      kind: 'text',
      value: 'N',
      about: 'Status to exit with where something is found (default: 1)',
    },
    format: { kind: 'choice', values: ['text', 'json', 'sarif'], about: 'How to print (default: text)' },
    json: jsonFlag,
  },
  words: { min: 1, max: 1 },
  async run({ flags, words }, shell) {
    const status = parseStatus(flags['exit-code'])
    const allow = readAllowList(flags.allow)
    const engine = await shell.engine()
    const report = await withProgress(shell, autoMode(shell, 'quiet'), (ctx) =>
      engine.secrets(words[0]!, { platform: flags.platform, allow }, ctx),
    )
    const least = severities.indexOf(flags.severity ?? 'medium')
    const told = report.findings.filter(({ severity }) => severities.indexOf(severity) >= least)
    const format = flags.format ?? (flags.json ? 'json' : 'text')
    if (format === 'json') writeJson(shell, report)
    else if (format === 'sarif') writeJson(shell, sarifOf(told))
    else shell.out.write(printText(report, told))
    return told.length === 0 ? 0 : status
  },
})

function parseStatus(text: string | undefined): number {
  if (text === undefined) return 1
  if (!/^\d{1,3}$/.test(text) || Number(text) > 255)
    throw new Fault('usage.invalid', `--exit-code: "${text}" is no exit status`, {
      hint: 'it is a number from 0 to 255',
    })
  return Number(text)
}

function printText(
  { image, findings, allowed, scanned }: SecretsReport,
  told: readonly SecretFinding[],
): string {
  const hidden = told.filter(({ spot }) => spot.in === 'file' && !spot.visible).length
  const count = told.length === 0 ? 'no secrets' : told.length === 1 ? '1 secret' : `${told.length} secrets`
  const still = hidden === 0 ? '' : `, ${hidden} of them removed later and still to be read`
  const less = findings.length - told.length
  const notes = [
    `${scanned.contents} contents looked at, ${scanned.remembered} of them remembered.`,
    ...(less > 0 ? [`${less} less severe not shown: --severity low shows all.`] : []),
    ...(allowed.length > 0 ? [`${allowed.length} accepted by the allow list.`] : []),
  ]
  return `${[`${image.name}: ${count}${still}`, ...told.map(printFinding), notes.join(' ')].join('\n\n')}\n`
}

const marks: Readonly<Record<SecretSeverity, string>> = { high: 'HIGH  ', medium: 'MEDIUM', low: 'LOW   ' }

function printFinding({
  id,
  rule,
  what,
  severity,
  spot,
  where,
  place,
  hiddenAt,
  createdBy,
  masked,
  advice,
}: SecretFinding): string {
  const line = (at: SecretFinding['place'], layer: number | undefined): string =>
    [at === undefined ? [] : [`${at.file}:${at.line}`], layer === undefined ? [] : [`layer ${layer}`]]
      .flat()
      .join(', ')
  const brought = line(place, spot.in === 'file' ? spot.layer : undefined)
  const by = ellipsis(createdBy.replace(/\s+/g, ' ').trim(), 60)
  return [
    `${marks[severity]} ${what}  ${where}`,
    `       value       ${masked}`,
    ...(brought === '' && by === ''
      ? []
      : [`       brought by  ${[brought, by].filter((text) => text !== '').join('  ')}`]),
    ...(spot.in === 'file' && spot.hiddenBy !== undefined
      ? [`       hidden by   ${line(hiddenAt, spot.hiddenBy)}, and still in layer ${spot.layer}`]
      : []),
    `       ${advice}`,
    `       ${id}  rule:${rule}`,
  ].join('\n')
}

function sarifOf(told: readonly SecretFinding[]): object {
  const levels = { high: 'error', medium: 'warning', low: 'note' } as const
  return sarifLog(
    {
      rules: told.map(({ rule, what }) => ({ id: rule, about: `The image carries ${what}.` })),
      results: told.map(({ id, rule, what, severity, where, place, masked, advice }) => ({
        rule,
        level: levels[severity],
        message: `${what} in ${where} (${masked}). ${advice}`,
        file: place?.file ?? 'Dockerfile',
        region: { startLine: place?.line ?? 1 },
        fingerprint: id,
      })),
    },
    readVersion(),
  )
}
