// `peel why`: what kept the steps of a build from the cache.
import { printPlace } from '../../core/index.ts'
import type { ExplainedStep, WhyReport } from '../../engine/index.ts'
import { defineCommand } from '../command.ts'
import { jsonFlag, writeJson } from '../listing.ts'
import { buildTitle, stepTitle } from './builds.ts'

export default defineCommand({
  name: 'why',
  summary: 'Say why the steps of a build were not in the cache',
  usage: '[BUILD|IMAGE]',
  flags: {
    all: { kind: 'switch', short: 'a', about: 'Show every difference, not only the first 20 of a step' },
    json: jsonFlag,
  },
  words: { min: 0, max: 1 },
  async run({ flags, words }, shell) {
    const report = await (await shell.engine()).why(words[0])
    if (flags.json) writeJson(shell, report)
    else
      shell.out.write(printWhy(report, { now: shell.now(), most: flags.all ? Number.POSITIVE_INFINITY : 20 }))
    return 0
  },
})

interface Drawing {
  readonly now: number
  /** So many reasons of one step are shown. */
  readonly most: number
}

function printWhy(report: WhyReport, drawing: Drawing): string {
  const lines = [buildTitle(report, drawing.now), '']
  for (const base of report.bases) {
    if (base.reasons.length === 0) continue
    lines.push(row('FROM', `[${base.stage}] ${base.name}`))
    lines.push(...base.reasons.map(indented))
  }
  for (const step of report.steps) {
    lines.push(row(words[step.outcome], `${stepTitle(step)} (line ${step.place.line})`))
    lines.push(...reasonLines(step, report, drawing))
    // a fault that only says that the step missed repeats its reason
    if (step.message !== undefined && !step.reasons.some((reason) => step.message?.includes(reason)))
      lines.push(indented(step.message))
  }
  const failed = report.steps.some(({ message }) => message !== undefined)
  if (report.failure !== undefined && !failed) lines.push(...failureLines(report.failure))
  return `${lines.join('\n')}\n`
}

/** Of what no step is to blame for: a text that says nothing to do, an image that is not to be had. */
function failureLines({
  message,
  hint,
  place,
  source,
}: NonNullable<WhyReport['failure']>): readonly string[] {
  return [
    row(words.failed, message),
    ...(place === undefined
      ? []
      : [source === undefined ? `${place.file}:${place.line}` : printPlace(place, source)]),
    ...(hint === undefined ? [] : [hint]),
  ]
}

const words: Readonly<Record<ExplainedStep['outcome'], string>> = {
  done: 'DONE',
  reused: 'CACHED',
  failed: 'FAILED',
  cancelled: 'STOPPED',
}

function row(word: string, text: string): string {
  return `${word.padEnd(8)}${text}`
}

function indented(text: string): string {
  return `${' '.repeat(8)}  ${text}`
}

function reasonLines(step: ExplainedStep, report: WhyReport, { most }: Drawing): readonly string[] {
  const { reasons, follows } = step
  const shown = reasons.slice(0, most)
  const left = reasons.length - shown.length + step.more
  const lines = shown.map((reason, i) => {
    const last = i === reasons.length - 1
    return indented(last && follows !== undefined ? `${reason}: ${source(follows, report)}` : reason)
  })
  if (left > 0)
    lines.push(indented(`… and ${left} more${reasons.length > shown.length ? '; --all shows them' : ''}`))
  return lines
}

function source(follows: NonNullable<ExplainedStep['follows']>, { steps }: WhyReport): string {
  const step = steps.find(({ stage, number }) => stage === follows.stage && number === follows.number)
  return step === undefined ? `[${follows.stage}] ${follows.name}` : stepTitle(step)
}
