// Runs an operation of the engine with a drawing of its progress.
import type { Context } from '../../core/index.ts'
import type { Shell } from '../shell.ts'
import type { Drawing } from './drawing.ts'
import { jsonDrawing } from './json.ts'
import { liveDrawing } from './live.ts'
import { plainDrawing } from './plain.ts'
import { quietDrawing } from './quiet.ts'
import { paintOf, stepStyle } from './screen.ts'
import type { Progress } from './state.ts'
import { noProgress, reduce } from './state.ts'
import { transferLines, transferStyle } from './transfer.ts'

export { countSteps, type Progress } from './state.ts'

export type ProgressMode = 'plain' | 'tty' | 'json' | 'quiet'

/** What the tasks are: steps of a build, or layers on their way. */
export type ProgressKind = 'steps' | 'layers'

/** What `auto` means here: the live view where the errors go to a terminal that can move its cursor, else `otherwise`. */
export function autoMode(shell: Shell, otherwise: ProgressMode): ProgressMode {
  return shell.err.terminal && shell.env.TERM !== 'dumb' ? 'tty' : otherwise
}

/** Calls `work` with a context whose events are drawn; `summary` gives the lines below them when it went well. */
export async function withProgress<T>(
  shell: Shell,
  mode: ProgressMode,
  work: (ctx: Context) => Promise<T>,
  {
    summary = () => [],
    kind = 'steps',
  }: {
    readonly summary?: (result: T, state: Progress) => readonly string[]
    readonly kind?: ProgressKind
  } = {},
): Promise<T> {
  const drawing = drawingOf(mode, shell, kind)
  let state = noProgress
  const ctx: Context = {
    signal: shell.signal,
    emit: (event) => {
      state = reduce(state, event, shell.now())
      drawing.draw(state, event)
    },
  }
  let lines: readonly string[] = []
  try {
    const result = await work(ctx)
    lines = summary(result, state)
    return result
  } finally {
    drawing.finish(state, lines)
  }
}

function drawingOf(mode: ProgressMode, shell: Shell, kind: ProgressKind): Drawing {
  const toErr = (text: string): void => shell.err.draw(text)
  const now = (): number => shell.now()
  switch (mode) {
    case 'plain':
      return kind === 'layers' ? transferLines((text) => shell.out.write(text)) : plainDrawing(toErr, now)
    case 'json':
      return jsonDrawing((text) => shell.out.write(text))
    case 'quiet':
      return quietDrawing(toErr)
    case 'tty':
      return liveDrawing(
        {
          write: toErr,
          now,
          size: () => shell.err.size(),
          paint: paintOf((shell.env.NO_COLOR ?? '') === ''),
          onExit: (act) => {
            process.once('exit', act)
            return () => process.off('exit', act)
          },
        },
        kind === 'layers' ? transferStyle : stepStyle,
      )
  }
}
