// The terminal while the browser has it: alternate screen, raw keys, mouse, and all of that taken back whatever happens. Sequences are
// those of xterm (ctlseqs): 1049 alternate screen, 25 cursor, 7 wrapping at the edge, 1000 and 1006 mouse, 2004 bracketed paste.
import { writeSync } from 'node:fs'
import type { ReadStream, WriteStream } from 'node:tty'
import type { Size } from '../model/state.ts'
import type { Grid } from './grid.ts'
import { type Palette, paint } from './paint.ts'

const enter = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?1000h\x1b[?1006h\x1b[?2004h'
const leave = '\x1b[?2004l\x1b[?1006l\x1b[?1000l\x1b[?7h\x1b[?25h\x1b[0m\x1b[?1049l'

export interface Terminal extends Disposable {
  size(): Size
  /** Shows a screen by what differs from the one before; nothing while suspended. */
  show(grid: Grid): void
  /** Gives the terminal back until the process is continued. */
  suspend(): void
}

export interface TerminalStreams {
  readonly input: ReadStream
  readonly output: WriteStream & { readonly fd: number }
}

/** Takes the terminal; disposing gives it back, and so does the end of the process. */
export function openTerminal({ input, output }: TerminalStreams, palette: Palette): Terminal {
  let shown: Grid | undefined
  let taken = false
  const take = (): void => {
    input.setRawMode(true)
    output.write(enter)
    shown = undefined
    taken = true
  }
  const give = (): void => {
    if (!taken) return
    taken = false
    // at once, since the process may be about to end
    writeSync(output.fd, leave)
    input.setRawMode(false)
  }
  take()
  process.on('exit', give)
  return {
    size: () => ({ columns: output.columns || 80, rows: output.rows || 24 }),
    show(grid) {
      if (!taken) return
      const text = paint(shown, grid, palette)
      if (text !== '') output.write(text)
      shown = grid
    },
    suspend() {
      give()
      process.once('SIGCONT', take)
      process.kill(0, 'SIGTSTP')
    },
    [Symbol.dispose]() {
      process.off('exit', give)
      give()
    },
  }
}
