import { Fault } from '../core/index.ts'
import type { Heredoc, RunInstruction, RunScript } from './types.ts'

/** The body as the file gets it: without leading tabs for `<<-`. */
export function heredocText(_heredoc: Heredoc): string {
  throw new Fault('internal', 'to be written')
}

/** What RUN runs, here documents put where they belong. */
export function readRun(_run: RunInstruction): RunScript {
  throw new Fault('internal', 'to be written')
}
