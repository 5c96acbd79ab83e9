// `peel diff`: what distinguishes two images, or two states of one: files, configuration, installed packages.
import { printSize, spellName } from '../../core/index.ts'
import type { ComparisonReport, PathDifference } from '../../engine/index.ts'
import { defineCommand } from '../command.ts'
import { jsonFlag, writeJson } from '../listing.ts'
import { autoMode, withProgress } from '../progress/index.ts'
import { parseSide, sourceAbout, sourceFlags } from '../study-source.ts'

export default defineCommand({
  name: 'diff',
  summary: 'Show how two images differ: files, configuration, installed packages',
  usage: 'IMAGE[@layerN] IMAGE[@layerN]',
  details: `${sourceAbout} With @layerN it is the lowest layers of that image up to and with layer N, counted from 0.`,
  flags: {
    platform: sourceFlags.platform,
    json: jsonFlag,
    only: {
      kind: 'choice',
      values: ['files', 'config', 'packages'],
      about: 'Show one kind of differences',
    },
    'exit-code': { kind: 'switch', about: 'Exit with 1 where something differs' },
  },
  words: { min: 2, max: 2 },
  async run({ flags, words }, shell) {
    const engine = await shell.engine()
    using comparison = await withProgress(shell, autoMode(shell, 'quiet'), (ctx) =>
      engine.compare(
        { before: parseSide(words[0]!), after: parseSide(words[1]!) },
        { platform: flags.platform },
        ctx,
      ),
    )
    const { report } = comparison
    if (flags.json) writeJson(shell, report)
    else shell.out.write(printComparison(report, flags.only))
    const differs = report.paths.length + report.config.length + report.packages.length > 0
    return flags['exit-code'] && differs ? 1 : 0
  },
})

type Part = 'files' | 'config' | 'packages'

function printComparison(report: ComparisonReport, only: Part | undefined): string {
  const sections: readonly (readonly [Part, readonly string[]])[] = [
    ['files', foldTrees(report.paths).map(printPath)],
    ['config', report.config.map(({ field, before, after }) => printChange(spellName(field), before, after))],
    [
      'packages',
      report.packages.map(({ system, name, before, after }) =>
        printChange(spellName(`${system} ${name}`), before, after),
      ),
    ],
  ]
  const shown = sections.filter(([part, lines]) => lines.length > 0 && (only === undefined || only === part))
  return shown.map(([part, lines]) => `${part}:\n${lines.join('\n')}\n`).join('\n')
}

function printChange(name: string, before: string | undefined, after: string | undefined): string {
  if (before === undefined) return `  A ${name} ${after}`
  if (after === undefined) return `  D ${name} ${before}`
  return `  C ${name} ${before} -> ${after}`
}

/** A directory that comes or goes stands for all below it. */
interface Folded extends PathDifference {
  readonly below: number
}

function foldTrees(paths: readonly PathDifference[]): readonly Folded[] {
  const folded: { -readonly [Key in keyof Folded]: Folded[Key] }[] = []
  for (const path of paths) {
    const last = folded.at(-1)
    const within =
      last?.directory === true && last.change === path.change && path.path.startsWith(`${last.path}/`)
    if (within && (path.change === 'added' || path.change === 'removed')) {
      last.below++
      last.before += path.before
      last.after += path.after
    } else folded.push({ ...path, below: 0 })
  }
  return folded
}

const letters = { added: 'A', removed: 'D', modified: 'C', attributesOnly: 'M' } as const

function printPath({ path, change, directory, before, after, below, details }: Folded): string {
  const size = change === 'removed' ? before : after
  const grown =
    change === 'modified' && before !== after ? ` ${printSize(before)} -> ${printSize(after)}` : ''
  const count = below === 0 ? '' : ` (${below} ${below === 1 ? 'path' : 'paths'}, ${printSize(size)})`
  const facts = details
    // Times change with everything else; they are told where nothing else is.
    .filter(({ name }) => name !== 'content' && (name !== 'mtime' || details.length === 1))
    .map(({ name, before, after }) => spellName(`${name} ${before || 'none'} -> ${after || 'none'}`))
  const single =
    below === 0 && !directory && (change === 'added' || change === 'removed') ? ` ${printSize(size)}` : ''
  return `  ${letters[change]} ${spellName(path)}${directory ? '/' : ''}${count}${single}${grown}${facts.length === 0 ? '' : ` [${facts.join(', ')}]`}`
}
