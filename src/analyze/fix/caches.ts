// Caches of package managers that stay in a layer: cleared by the RUN that fills them, or kept in a mount that outlives the build.
import { addFlag } from './edits.ts'
import { propose, refuse } from './proposal.ts'
import { appendCommand, appendObstacle, readRunText } from './run-text.ts'
import type { StageView } from './stage-view.ts'
import type { FixFindings, Proposal } from './types.ts'

/** Caches of the system's package managers are stale when the next build comes; those of languages are worth keeping. */
const cleared = new Set(['apt', 'apk', 'dnf', 'pacman', 'zypper'])
/** Start-up is slower without them, so they are no plain waste. */
const kept = new Set(['python'])

export function fixCaches(view: StageView, { waste }: FixFindings): readonly Proposal[] {
  return waste.flatMap(({ class: kind, path, cache = '', broughtBy }): readonly Proposal[] => {
    const run = view.at(broughtBy)
    if (kind !== 'caches' || run?.kind !== 'RUN' || kept.has(cache)) return []
    const title = `keep ${path}, left by ${cache}, out of the layer of line ${run.place.line}`
    const words = { goal: 'bytes', title, gone: [path] } as const
    if (!cleared.has(cache))
      return [
        propose([run], { ...words, kind: 'cache-mount' }, [
          addFlag(view.file, run, `--mount=type=cache,target=${path}`),
        ]),
      ]
    const text = readRunText(view.file, run)
    const obstacle = text === undefined ? 'no command can be added to its form' : appendObstacle(text)
    if (text === undefined || obstacle !== undefined)
      return [refuse([run], words, `line ${run.place.line}: ${obstacle}`)]
    return [
      propose([run], { ...words, kind: 'clear-lists' }, [appendCommand(view.file, text, `rm -rf ${path}/*`)]),
    ]
  })
}
