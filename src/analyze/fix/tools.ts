// Compilers that stay in the image. Which of their files what runs needs cannot be told from the Dockerfile, so this is advice only.
import { packageUse } from '../shell/idioms.ts'
import { refuse } from './proposal.ts'
import { readRunText } from './run-text.ts'
import type { StageView } from './stage-view.ts'
import type { Proposal } from './types.ts'

const tools = /^(?:build-essential|build-base|gcc|g\+\+|clang|make|cmake|musl-dev|libc6?-dev|gcc-c\+\+)$/
const removes = /^(?:purge|remove|autoremove|del|erase)$/

export function adviseTools(view: StageView): readonly Proposal[] {
  const lines = view.runs.map((run) => ({ run, commands: readRunText(view.file, run)?.commands ?? [] }))
  const removed = new Set(
    lines.flatMap(({ commands }) =>
      commands.flatMap(({ words }) =>
        words.some(({ text }) => removes.test(text)) ? words.map(({ text }) => text) : [],
      ),
    ),
  )
  return lines.flatMap(({ run, commands }) => {
    const names = commands
      .filter((command) => packageUse(command)?.does === 'install')
      .flatMap(({ words }) => words.map(({ text }) => text))
      .filter((name) => tools.test(name) && !removed.has(name))
    if (names.length === 0) return []
    return [
      refuse(
        [run],
        { goal: 'bytes', title: `build tools stay in the image: ${names.join(', ')}` },
        'which files of the result are needed to run it cannot be told from here: build in an earlier stage and COPY --from=… what is needed, or purge the tools in the RUN that installs them',
      ),
    ]
  })
}
