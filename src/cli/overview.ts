// What `peel --help` and the help of a group such as `peel image` show.
import { commandOf, commands, groups } from './catalogue.ts'
import { globalFlags } from './command.ts'
import { printFlags, printRows } from './help.ts'

export async function printOverview(): Promise<string> {
  const rows = await Promise.all(
    Object.entries(commands).map(
      async ([name, load]) => [`  ${name}`, (await load()).default.summary] as const,
    ),
  )
  const version = { kind: 'switch', short: 'v', about: 'Show the version' } as const
  return [
    'Usage:  peel [OPTIONS] COMMAND\n',
    'Build container images, and see what is inside them\n',
    `Commands:\n${printRows(rows)}`,
    `Options:\n${printFlags({ ...globalFlags, version })}`,
    'Groups: peel cache (ls, prune, export, import), peel context (ls, why), peel manifest (create, inspect, push).',
    "Docker's groups work too: peel image ls, peel builder prune, peel buildx build, peel system df.",
    "See 'peel COMMAND --help' for more about a command.\n",
  ].join('\n')
}

/** Faults with nothing: `name` is a group. */
export async function printGroup(name: string): Promise<string> {
  const rows = await Promise.all(
    Object.entries(groups[name]!).map(async ([word, command]) => {
      const { default: loaded } = await commandOf(command)()
      return [`  ${word}`, loaded.summary] as const
    }),
  )
  return `Usage:  peel ${name} COMMAND\n\nCommands:\n${printRows(rows)}\nSee 'peel ${name} COMMAND --help' for more.\n`
}
