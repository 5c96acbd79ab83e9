// `peel builds`: what was built when; with a build, its steps as a table beside a time axis.
import { Fault, printSize } from '../../core/index.ts'
import type { BuildReport, BuildRow, RecordedStep } from '../../engine/index.ts'
import { defineCommand } from '../command.ts'
import { type Listing, listFlags, writeListing } from '../listing.ts'
import type { Shell } from '../shell.ts'
import { printBar } from '../text/bar.ts'
import { ellipsis, printSeconds, printShortId, printSince, printTime } from '../text/human.ts'

export default defineCommand({
  name: 'builds',
  summary: 'List the builds that ran, or the steps of one with their times and bytes',
  usage: '[BUILD|IMAGE]',
  flags: {
    limit: { kind: 'text', short: 'n', value: 'n', about: 'List at most so many (default 20)' },
    ...listFlags,
  },
  words: { min: 0, max: 1 },
  async run({ flags, words }, shell) {
    const engine = await shell.engine()
    const [which] = words
    if (which === undefined) {
      const rows = await engine.builds({ limit: parseLimit(flags.limit) })
      writeListing(shell, flags, rowListing(rows, shell.now()))
      return 0
    }
    const build = await engine.buildReport(which)
    if (!flags.json && flags.format === undefined) shell.out.write(`${buildTitle(build, shell.now())}\n\n`)
    writeListing(shell, flags, stepListing(build, shell))
    return 0
  },
})

function parseLimit(text = '20'): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw new Fault('usage.invalid', `--limit ${text} is not a number from 1 on`)
}

/** One line about a build. */
export function buildTitle(build: Omit<BuildReport, 'bases'>, now: number): string {
  const { number, dockerfile, tags, outcome, began, ended, reused, steps } = build
  const what = [dockerfile, ...tags].join(', ')
  const when = printSince(new Date(ended).toISOString(), now)
  const none = outcome === 'done' ? 'no steps' : 'before its first step'
  const cached =
    steps.length === 0 ? none : `${reused} of ${steps.length} step${steps.length === 1 ? '' : 's'} cached`
  const name = number === 0 ? 'Trial of peel fix' : `Build ${number}`
  return `${name} (${what}), ${when}: ${outcome} in ${printSeconds(ended - began)}, ${cached}`
}

/** `[stage 2/3] COPY . .`, as progress shows it. */
export function stepTitle({
  stage,
  number,
  of,
  name,
}: Pick<RecordedStep, 'stage' | 'number' | 'of' | 'name'>): string {
  return `[${stage} ${number}/${of}] ${name.replace(/\s*\n\s*/g, ' ')}`
}

function rowListing(rows: readonly BuildRow[], now: number): Listing {
  const objects = rows.map((row) => ({
    ID: String(row.number),
    Name: row.tags.join(', ') || '<none>',
    Dockerfile: row.dockerfile,
    Image: row.image === undefined ? '<none>' : printShortId(row.image),
    Status: row.outcome,
    Steps: String(row.steps),
    Cached: String(row.reused),
    Size: printSize(row.made),
    Duration: printSeconds(row.ended - row.began),
    CreatedAt: printTime(new Date(row.began).toISOString()),
    CreatedSince: printSince(new Date(row.ended).toISOString(), now),
  }))
  return {
    data: rows,
    objects,
    table: [
      ['BUILD', 'NAME', 'DOCKERFILE', 'STATUS', 'STEPS', 'CACHED', 'MADE', 'TIME', 'ENDED'],
      ...objects.map((row) => [
        row.ID,
        row.Name,
        row.Dockerfile,
        row.Status,
        row.Steps,
        row.Cached,
        row.Size,
        row.Duration,
        row.CreatedSince,
      ]),
    ],
  }
}

const blocks: Readonly<Record<RecordedStep['outcome'], string>> = {
  done: '█',
  reused: '░',
  failed: '▓',
  cancelled: '▒',
}

function stepListing(build: BuildReport, shell: Shell): Listing {
  const axis = { from: build.began, to: build.ended }
  const objects = build.steps.map((step) => ({
    Stage: step.stage,
    Step: `${step.number}/${step.of}`,
    Name: step.name,
    Line: `${step.place.file}:${step.place.line}`,
    Status: step.outcome === 'reused' ? 'CACHED' : step.outcome,
    Started: printSeconds(step.began - build.began),
    Duration: printSeconds(step.ended - step.began),
    Size: step.layer === undefined ? '' : printSize(step.layer.size),
  }))
  const { columns } = shell.out.size()
  const titles = build.steps.map((step) => ellipsis(stepTitle(step), Math.max(30, Math.floor(columns * 0.4))))
  const cells = Math.max(20, columns - Math.max(10, ...titles.map((title) => title.length + 3)) - 33)
  const end = printSeconds(build.ended - build.began)
  return {
    data: build,
    objects,
    table: [
      ['STEP', 'STATUS', 'TIME', 'SIZE', `0s${end.padStart(cells - 2)}`],
      ...build.steps.map((step, i) => [
        titles[i]!,
        objects[i]!.Status,
        objects[i]!.Duration,
        objects[i]!.Size,
        printBar({ from: step.began, to: step.ended }, axis, { cells, block: blocks[step.outcome] }),
      ]),
    ],
  }
}
