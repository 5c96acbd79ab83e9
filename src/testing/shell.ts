// A shell for tests of the command line: it records what is written, and its engine answers from a table of functions.
import { Readable, Writable } from 'node:stream'
import { runCli } from '../cli/cli.ts'
import { openOutput, type Shell } from '../cli/shell.ts'
import { Fault } from '../core/index.ts'
import type { Engine } from '../engine/index.ts'

export interface ShellSetting {
  /** What the engine can do here; anything else faults with `internal`. */
  readonly engine?: Partial<Engine>
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  readonly terminals?: readonly ('in' | 'out' | 'err')[]
  readonly now?: () => number
  readonly signal?: AbortSignal
}

export interface Called {
  readonly status: number
  readonly out: string
  readonly err: string
  /** The `--root` of each engine that was opened. */
  readonly roots: readonly (string | undefined)[]
}

/** Runs `peel` with these arguments and nothing of this process. */
export async function callCli(argv: readonly string[], setting: ShellSetting = {}): Promise<Called> {
  const written = { out: '', err: '' }
  const roots: (string | undefined)[] = []
  const terminal = (name: 'in' | 'out' | 'err'): boolean => setting.terminals?.includes(name) ?? false
  const output = (name: 'out' | 'err'): Shell['out'] =>
    openOutput({
      draw: (text) => {
        written[name] += text
      },
      stream: new Writable({
        write(chunk: Buffer, _encoding, done) {
          written[name] += chunk.toString()
          done()
        },
      }),
      terminal: terminal(name),
      size: () => ({ columns: 60, rows: 24 }),
    })
  const shellAt = (root: string | undefined): Shell => ({
    out: output('out'),
    err: output('err'),
    input: {
      stream: Readable.from([Buffer.from(setting.input ?? '')]),
      terminal: terminal('in'),
      text: () => setting.input ?? '',
    },
    env: setting.env ?? {},
    signal: setting.signal ?? new AbortController().signal,
    now: setting.now ?? (() => Date.parse('2026-01-01T00:00:00Z')),
    engine: async () => {
      roots.push(root)
      return pretend(setting.engine ?? {})
    },
    pages: () => import('../web/index.ts'),
    at: (other) => shellAt(other),
  })
  const status = await runCli(argv, shellAt(undefined))
  return { status, ...written, roots }
}

function pretend(engine: Partial<Engine>): Engine {
  return new Proxy(engine as Engine, {
    get(target, name, receiver) {
      const known: unknown = Reflect.get(target, name, receiver)
      if (known !== undefined || name === 'then') return known
      return () => {
        throw new Fault('internal', `the test's engine has no ${String(name)}`)
      }
    },
  })
}
