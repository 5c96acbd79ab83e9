// `peel run`: one command in a fresh writable layer. Its status is the container's; 125 is an error of Peel itself, 126 and 127
// a command that could not be started (`data.status` of the fault), as with docker.
import { readFileSync } from 'node:fs'
import { asFault, Fault } from '../../core/index.ts'
import type { Engine, PullPolicy } from '../../engine/index.ts'
import { defineCommand } from '../command.ts'
import { printFault } from '../errors.ts'
import { autoMode, withProgress } from '../progress/index.ts'
import type { Shell } from '../shell.ts'

export default defineCommand({
  name: 'run',
  summary: 'Run a command in a new container from an image',
  usage: 'IMAGE [COMMAND] [ARG...]',
  flags: {
    entrypoint: { kind: 'text', value: 'string', about: 'Overwrite the default ENTRYPOINT of the image' },
    env: { kind: 'list', short: 'e', value: 'list', about: 'Set environment variables' },
    'env-file': { kind: 'list', value: 'list', about: 'Read in a file of environment variables' },
    hostname: { kind: 'text', short: 'h', value: 'string', about: 'Container host name' },
    interactive: { kind: 'switch', short: 'i', about: 'Keep STDIN open' },
    name: { kind: 'text', value: 'string', about: 'Accepted', hidden: true },
    network: {
      kind: 'choice',
      values: ['default', 'host', 'none'],
      about: "The machine's network or none",
    },
    net: { kind: 'choice', values: ['default', 'host', 'none'], about: 'As --network', hidden: true },
    platform: { kind: 'text', value: 'string', about: 'Platform of the image: os/arch[/variant]' },
    pull: {
      kind: 'choice',
      values: ['always', 'missing', 'never'],
      about: 'Pull the image before running; default missing',
    },
    quiet: { kind: 'switch', short: 'q', about: 'Show no progress of pulling' },
    'read-only': { kind: 'switch', about: "Mount the container's root filesystem as read only" },
    rm: { kind: 'switch', about: 'Accepted: the container is always removed when it exits' },
    tty: { kind: 'switch', short: 't', about: 'Allocate a pseudo-TTY' },
    user: { kind: 'text', short: 'u', value: 'string', about: 'Username or UID ("name|uid[:group|gid]")' },
    volume: { kind: 'list', short: 'v', value: 'list', about: 'Bind mount a directory: SOURCE:TARGET[:ro]' },
    workdir: { kind: 'text', short: 'w', value: 'string', about: 'Working directory inside the container' },
  },
  words: { min: 1, stop: 'first' },
  async run({ flags, words }, shell) {
    const [image = '', ...command] = words
    if (flags.tty && flags.interactive && !shell.input.terminal)
      throw new Fault('usage.invalid', 'the input device is not a terminal', {
        hint: 'Leave out -t, or run it from a terminal.',
      })
    const network = flags.network ?? flags.net
    try {
      const engine = await shell.engine()
      const { status } = await engine.run(
        {
          image: await obtain(engine, image, { ...flags, shell }),
          platform: flags.platform,
          command,
          entrypoint: flags.entrypoint,
          env: [...flags['env-file'].flatMap(readEnvFile), ...flags.env],
          volumes: flags.volume,
          workdir: flags.workdir,
          user: flags.user,
          hostname: flags.hostname,
          network: network === 'default' ? undefined : network,
          interactive: flags.interactive,
          terminal: flags.tty,
          readonlyRoot: flags['read-only'],
        },
        { signal: shell.signal, emit: (event) => warn(event, shell) },
      )
      return status
    } catch (thrown) {
      const fault = asFault(thrown)
      if (shell.signal.aborted || fault.kind === 'cancelled' || fault.kind === 'internal') throw fault
      shell.err.write(printFault(fault))
      const status = fault.details.data?.status
      return status === 126 || status === 127 ? status : 125
    }
  },
})

/** Pulls the image where it must, and says what it is called; the container's own output stays alone on standard output. */
async function obtain(
  engine: Engine,
  image: string,
  {
    shell,
    quiet,
    platform,
    pull: policy,
  }: {
    readonly shell: Shell
    readonly quiet: boolean
    readonly platform: string | undefined
    readonly pull: PullPolicy | undefined
  },
): Promise<string> {
  const mode = quiet ? 'quiet' : autoMode(shell, 'plain')
  return await withProgress(
    { ...shell, out: shell.err },
    mode,
    (ctx) => engine.obtain(image, { platform, policy }, ctx),
    { kind: 'layers' },
  )
}

function warn(event: { readonly type: string; readonly message?: string }, shell: Shell): void {
  if (event.type === 'warning') shell.err.write(`WARN: ${event.message}\n`)
}

/** `NAME=value` or `NAME` a line; empty lines and those that begin with `#` are left out, values are taken as they stand. */
function readEnvFile(path: string): readonly string[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new Fault('usage.invalid', `--env-file ${path} cannot be read`, { cause })
  }
  const lines = text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .map((line) => line.trimStart())
    .filter((line) => line !== '' && !line.startsWith('#'))
  for (const line of lines) {
    const [name = ''] = line.split('=', 1)
    if (name === '' || /\s/.test(name))
      throw new Fault('usage.invalid', `--env-file ${path}: "${line}" does not begin with a variable's name`)
  }
  return lines
}
