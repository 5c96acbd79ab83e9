// The entry of `peel`: joins one call to this process, its streams, its signals and the engine. It stands outside the rooms, so that
// it can hand one face to another, which may not import each other.
import { isatty } from 'node:tty'
import { type Browsed, type Output, openOutput, readInputText, runCli, type Shell } from './cli/index.ts'
import { Fault } from './core/index.ts'
import type { Engine } from './engine/index.ts'

const controller = new AbortController()
const opened: Engine[] = []

// The first signal lets the operation stop in order, a second one does not wait for that.
for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.on(signal, () => {
    if (controller.signal.aborted) process.exit(status)
    controller.abort(new Fault('cancelled', `cancelled by ${signal}`, { data: { signal } }))
  })
}

// Whoever read our output has seen enough (`peel images | head -1`): end as a program does that SIGPIPE kills.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 141 : 1)
  })
}

function outputOf(stream: NodeJS.WriteStream): Output {
  return openOutput({
    stream,
    terminal: stream.isTTY === true,
    draw: (text) => void stream.write(text),
    size: () => ({ columns: stream.columns || 80, rows: stream.rows || 24 }),
  })
}

function shellWith(root: string | undefined): Shell {
  let engine: Promise<Engine> | undefined
  return {
    out: outputOf(process.stdout),
    err: outputOf(process.stderr),
    input: {
      get stream() {
        return process.stdin
      },
      terminal: isatty(0),
      text: () => readInputText(0),
    },
    env: process.env,
    signal: controller.signal,
    now: () => Date.now(),
    engine() {
      engine ??= open(root)
      return engine
    },
    browse,
    pages: () => import('./web/index.ts'),
    at: (other) => shellWith(other),
  }
}

async function open(root: string | undefined): Promise<Engine> {
  const { openEngine } = await import('./engine/index.ts')
  const engine = openEngine({ root, exits: true })
  opened.push(engine)
  return engine
}

async function browse(subject: Browsed): Promise<void> {
  const { browse } = await import('./tui/index.ts')
  const { stdin: input, stdout: output, env } = process
  await browse(subject, { input, output, env }, { signal: controller.signal, emit: () => {} })
}

const status = await runCli(process.argv.slice(2), shellWith(undefined))
for (const engine of opened) engine[Symbol.dispose]()
// what a slow reader has not taken yet would be lost
for (const stream of [process.stdout, process.stderr])
  if (stream.writableLength > 0) await new Promise<void>((resolve) => stream.write('', () => resolve()))
process.exit(status)
