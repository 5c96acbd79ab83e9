// A real terminal for tests: a program in a tmux of its own, keys typed into it, and what is then on its screen.
import { spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'

export interface TmuxTerminal extends Disposable {
  /** Keys by tmux's names (`C-a`, `Down`, `Enter`) or as text. */
  press(...keys: readonly string[]): void
  /** Text as it is, such as the sequences that a mouse sends. */
  type(text: string): void
  /** What is on the screen, without the spaces at the ends of rows; with `looks` its colours too, as escape sequences. */
  screen(options?: { readonly looks?: boolean }): string
  /** Waits until the screen shows `text` (or matches) and has come to rest, and returns it; fails with what it shows after 20 seconds. */
  shows(text: string | RegExp): Promise<string>
  resize(columns: number, rows: number): void
}

export interface TmuxSetting {
  readonly columns: number
  readonly rows: number
  readonly env?: Readonly<Record<string, string>>
}

export function hasTmux(): boolean {
  return spawnSync('tmux', ['-V']).status === 0
}

let opened = 0

/** Runs a shell command line in a terminal of that size. */
export function openTmux(command: string, { columns, rows, env = {} }: TmuxSetting): TmuxTerminal {
  const socket = `peel-${process.pid}-${opened++}`
  const tmux = (...args: readonly string[]): string => {
    const result = spawnSync('tmux', ['-u', '-L', socket, '-f', '/dev/null', ...args], {
      encoding: 'utf8',
      env: { ...process.env, LANG: 'C.UTF-8' },
    })
    if (result.status !== 0) throw new Error(`tmux ${args.join(' ')}: ${result.error ?? result.stderr}`)
    return result.stdout
  }
  const variables = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`])
  const size = ['-x', String(columns), '-y', String(rows)]
  tmux('new-session', '-d', ...size, ...variables, `${command}; sleep 600`)
  const screen = ({ looks = false } = {}): string =>
    tmux('capture-pane', '-p', ...(looks ? ['-e'] : [])).replace(/ +$/gm, '')
  return {
    press: (...keys) => void tmux('send-keys', ...keys),
    type: (text) => void tmux('send-keys', '-l', text),
    screen,
    async shows(wanted) {
      const fits = (text: string): boolean =>
        typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text)
      const until = Date.now() + 20_000
      for (let before = ''; Date.now() < until; ) {
        const now = screen()
        if (now === before && fits(now)) return now
        before = now
        await sleep(60)
      }
      throw new Error(`the screen does not show ${wanted}:\n${screen()}`)
    },
    resize: (width, height) => void tmux('resize-window', '-x', String(width), '-y', String(height)),
    [Symbol.dispose]: () => void tmux('kill-server'),
  }
}
