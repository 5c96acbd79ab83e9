// One call of `peel`, from its arguments to its exit status, without touching the process: that is `main.ts`.
import { asFault, Fault } from '../core/index.ts'
import { findCommand } from './catalogue.ts'
import { globalFlags } from './command.ts'
import { printFault } from './errors.ts'
import { parseFlags } from './flags.ts'
import type { Shell } from './shell.ts'

const firstFlags = {
  ...globalFlags,
  version: { kind: 'switch', short: 'v', about: 'Show the version' },
} as const

/** Runs the command that `argv` names; every fault ends as text on `shell.err` and an exit status. */
export async function runCli(argv: readonly string[], shell: Shell): Promise<number> {
  try {
    return await dispatch(argv, shell)
  } catch (thrown) {
    const fault = asFault(thrown)
    // Whatever a stopped operation throws, that it was stopped is what happened.
    if (shell.signal.aborted || fault.kind === 'cancelled') {
      const reason = asFault(shell.signal.aborted ? shell.signal.reason : fault)
      shell.err.write(`ERROR: ${reason.message}\n`)
      return reason.details.data?.signal === 'SIGTERM' ? 143 : 130
    }
    const debug = (shell.env.PEEL_DEBUG ?? '') !== '' || argv.includes('--debug')
    shell.err.write(printFault(fault, { debug }))
    return fault.exitStatus
  }
}

async function dispatch(argv: readonly string[], shell: Shell): Promise<number> {
  const parsed = parseFlags(firstFlags, argv, { command: 'peel', stop: 'first' })
  if (parsed.kind === 'help') return overview(shell)
  const { root, version } = parsed.flags
  if (version) {
    const { readVersion } = await import('./version.ts')
    shell.out.write(`peel version ${readVersion()}\n`)
    return 0
  }
  const here = root === undefined ? shell : shell.at(root)
  const [first, ...rest] = parsed.words
  if (first === undefined) {
    await overview(shell)
    return 0
  }
  if (first === 'help') return help(rest, shell)
  const found = findCommand(parsed.words)
  if (found.kind === 'group') return group(found.name, found.rest, shell)
  const { default: command } = await found.load()
  return command.invoke(found.rest, found.typed, here)
}

async function overview(shell: Shell): Promise<number> {
  const { printOverview } = await import('./overview.ts')
  shell.out.write(await printOverview())
  return 0
}

async function group(name: string, rest: readonly string[], shell: Shell): Promise<number> {
  const [flag] = rest
  if (flag !== undefined && flag !== '--help' && flag !== '-h')
    throw new Fault('usage.invalid', `unknown flag: ${flag}`, { hint: `See 'peel ${name} --help'` })
  const { printGroup } = await import('./overview.ts')
  shell.out.write(await printGroup(name))
  return 0
}

async function help(words: readonly string[], shell: Shell): Promise<number> {
  if (words.length === 0) return overview(shell)
  const found = findCommand(words)
  if (found.kind === 'group') return group(found.name, [], shell)
  const { default: command } = await found.load()
  return command.invoke(['--help'], found.typed, shell)
}
