// The demo's user: types commands into sh, in a directory of its own, and reads what they print. `peel` is this repository's.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { gap, openPrinter, printClaim, put } from './screen.ts'

export interface Ran {
  readonly status: number
  /** Standard output. */
  readonly out: string
  /** Both streams, in the order in which they came. */
  readonly all: string
}

export interface Shell {
  /** Where the commands run. */
  readonly home: string
  /** Where `peel` keeps its images meanwhile. */
  readonly store: string
  /** Shows the command, runs it and shows its output. Throws when it fails, unless `fails` says that it should. */
  type(command: string, options?: { readonly fails?: boolean }): Promise<Ran>
  /** Runs a command without showing it; throws when it fails. */
  ask(command: string): Promise<string>
  write(name: string, text: string): void
  /** Shows a claim of the demo with what the demo found; claims that don't hold make it fail in the end. */
  claim(text: string, holds: boolean): void
  /** The claims so far that hold, and those that don't. */
  claims(): { readonly held: number; readonly broken: readonly string[] }
}

export function openShell(directory: string, bin: string): Shell {
  const home = path.join(directory, 'home')
  const store = path.join(directory, 'store')
  fs.mkdirSync(home, { recursive: true })
  const env = {
    ...process.env,
    PATH: `${bin}:${process.env.PATH ?? ''}:/usr/sbin:/sbin`,
    PEEL_ROOT: store,
    LC_ALL: 'C.UTF-8',
  }
  const broken: string[] = []
  let held = 0
  let spoke = false
  const run = (command: string, line: (text: string) => void): Promise<Ran> =>
    new Promise((resolve, reject) => {
      const child = spawn('sh', ['-c', command], { cwd: home, env, stdio: ['ignore', 'pipe', 'pipe'] })
      const out: string[] = []
      const all: string[] = []
      for (const stream of [child.stdout, child.stderr])
        readLines(stream, (text) => {
          if (stream === child.stdout) out.push(text)
          all.push(text)
          line(text)
        })
      child.on('error', reject)
      child.on('close', (status) =>
        resolve({ status: status ?? 130, out: out.join('\n'), all: all.join('\n') }),
      )
    })
  return {
    home,
    store,
    async type(command, { fails = false } = {}) {
      if (spoke) gap()
      put(`$ ${command}`)
      const printer = openPrinter()
      const ran = await run(command, printer.line)
      printer.end()
      spoke = ran.all !== ''
      if ((ran.status !== 0) !== fails)
        throw new Error(`"${command}" ended with status ${ran.status}${fails ? ', but it should fail' : ''}`)
      return ran
    },
    async ask(command) {
      const ran = await run(command, () => {})
      if (ran.status !== 0) throw new Error(`"${command}" ended with status ${ran.status}:\n${ran.all}`)
      return ran.out
    },
    write(name, text) {
      const file = path.join(home, name)
      fs.mkdirSync(path.dirname(file), { recursive: true })
      fs.writeFileSync(file, text)
    },
    claim(text, holds) {
      printClaim(text, holds)
      if (holds) held++
      else broken.push(text)
    },
    claims: () => ({ held, broken }),
  }
}

function readLines(stream: Readable, line: (text: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\n')
    rest = lines.pop() ?? ''
    for (const whole of lines) line(whole.replaceAll('\r', ''))
  })
  stream.on('end', () => {
    if (rest !== '') line(rest)
  })
}
