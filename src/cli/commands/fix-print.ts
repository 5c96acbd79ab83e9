// What `peel fix` says: what was gained, what the proof is worth, each change with its outcome, and the diff.
import { printSize } from '../../core/index.ts'
import type { FixChange, FixMeasure, FixProof, FixReport } from '../../engine/index.ts'
import { printSeconds } from '../text/human.ts'

export function printFix(
  report: FixReport,
  { file, written }: { readonly file: string; readonly written: boolean },
): string {
  const { changes, before, after, proof, diff } = report
  const made = changes.filter(({ outcome }) => outcome === 'made')
  const head =
    changes.length === 0
      ? [`${file}: nothing to mend was found`]
      : after === undefined
        ? [`${file}: nothing was changed`]
        : [
            `${file}: ${made.length} ${made.length === 1 ? 'change' : 'changes'} made${written ? ' and written' : ''}`,
          ]
  const gained =
    after === undefined
      ? []
      : gains(
          before,
          after,
          made.some(({ goal }) => goal === 'time'),
        )
  const proved = proof === undefined ? [] : proofLines(proof)
  const parts = [
    [...head, ...gained, ...proved].join('\n'),
    ...(changes.length === 0 ? [] : [changes.map(printChange).join('\n')]),
    ...(diff === '' || written ? [] : [diff.trimEnd()]),
  ]
  return `${parts.join('\n\n')}\n`
}

function gains(before: FixMeasure, after: FixMeasure, timed: boolean): readonly string[] {
  const saved = before.bytes - after.bytes
  const difference = saved < 0 ? `${printSize(-saved)} more` : `${printSize(saved)} less`
  const [slow, fast] = [before.rebuildMilliseconds, after.rebuildMilliseconds]
  return [
    `  ${printSize(before.bytes)} -> ${printSize(after.bytes)}, ${difference}; ${before.layers} -> ${after.layers} layers`,
    // without a change that is for it the difference is chance
    ...(!timed || slow === undefined || fast === undefined
      ? []
      : [`  a rebuild after a change of the sources: ${printSeconds(slow)} -> ${printSeconds(fast)}`]),
  ]
}

function proofLines({ same, paths, config, meant, unsteady }: FixProof): readonly string[] {
  return [
    same
      ? '  proved the same: files, modes, owners, links and configuration (times are not compared)'
      : `  NOT the same: ${paths.length} paths and ${config.length} fields of the configuration differ`,
    ...meant.paths.map((path) => `  but for ${path}, which was meant to go`),
    ...(meant.files === 0
      ? []
      : [`    (${meant.files} ${meant.files === 1 ? 'file' : 'files'}, ${printSize(meant.bytes)})`]),
    ...unsteady.map((path) => `  but for ${path}, which differs each time the Dockerfile as it was is built`),
    ...differenceLines({ paths, config }),
  ]
}

function differenceLines({ paths, config }: Pick<FixProof, 'paths' | 'config'>): readonly string[] {
  return [
    ...paths.map(({ path, change, details }) => {
      const facts = details.filter(({ name }) => name !== 'content')
      const what = facts.map(({ name, before, after }) => `${name} ${before || 'none'} -> ${after || 'none'}`)
      return `    ${path} ${change === 'attributesOnly' ? '' : change} ${what.join(', ')}`.trimEnd()
    }),
    ...config.map(({ field, before, after }) => `    ${field} ${before ?? 'none'} -> ${after ?? 'none'}`),
  ]
}

const words: Readonly<Record<FixChange['outcome'], string>> = {
  made: 'MADE',
  offered: 'OFFERED',
  dropped: 'DROPPED',
  refused: 'REFUSED',
}

function printChange({ outcome, title, lines, savedBytes, reason, secrets }: FixChange): string {
  const indent = ' '.repeat(9)
  const saved = outcome === 'made' && savedBytes > 0 ? ` (${printSize(savedBytes)} less)` : ''
  const where = `line${lines.length === 1 ? '' : 's'} ${[...new Set(lines)].join(', ')}`
  const asked = secrets.map(({ id, from }) =>
    from.kind === 'file'
      ? `${indent}build with --secret id=${id},src=${from.path}, and name it in .dockerignore`
      : `${indent}build with --secret id=${id},env=${from.name} instead of --build-arg`,
  )
  return [
    `${words[outcome].padEnd(9)}${title}${saved}`,
    ...(outcome === 'made'
      ? []
      : [
          `${indent}${where}: ${reason}${outcome === 'offered' ? '; --change-inputs makes this change' : ''}`,
        ]),
    ...(outcome === 'made' || outcome === 'offered' ? asked : []),
  ].join('\n')
}
