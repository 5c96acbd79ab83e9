// Which paths an instruction surely makes, as far as its words tell: what COPY and ADD name, and what well-known commands write.
import { type RootPath, rootPath, toRootPath } from '../../core/index.ts'
import type { Instruction } from '../../dockerfile/index.ts'
import { readCommands, type ShellCommand } from '../shell/commands.ts'
import { packageUse, removedPaths } from '../shell/idioms.ts'
import type { InstructionFacts } from './facts.ts'

export interface Made {
  readonly path: string
  readonly by: Instruction
}

/** The commands of a RUN in the shell's form; none for other instructions and where they cannot be told. */
export function commandsOf(instruction: Instruction): readonly ShellCommand[] {
  if (instruction.kind !== 'RUN' || instruction.command.form !== 'shell') return []
  return instruction.heredocs.length > 0 ? [] : (readCommands(instruction.command.text) ?? [])
}

/** What one instruction makes that is still there when it ends. */
export function madeBy(
  { written, expanded }: InstructionFacts,
  workdir: string | undefined,
): readonly Made[] {
  if (expanded.kind === 'COPY' || expanded.kind === 'ADD')
    return [...copiedPaths(expanded, workdir), ...destinationOf(expanded, workdir)].map((path) => ({
      path,
      by: written,
    }))
  const commands = commandsOf(expanded)
  const removed = commands.flatMap((command) => removedPaths(command) ?? [])
  return commands
    .flatMap((command) => writtenPaths(command, commands.length === 1))
    .filter((path) => path.startsWith('/') && !removed.some((word) => word === path || word === `${path}/*`))
    .map((path) => ({ path, by: written }))
}

/** Where COPY and ADD put each source that is named without a pattern; an archive that ADD unpacks is no such file. */
export function copiedPaths(
  { kind, sources, destination, flags }: Extract<Instruction, { kind: 'COPY' | 'ADD' }>,
  workdir: string | undefined,
): readonly RootPath[] {
  if (!destination.startsWith('/') && workdir === undefined) return []
  const target = destination.startsWith('/') ? destination : `${workdir}/${destination}`
  if ('parents' in flags && flags.parents) return []
  const isFolder = /\/\.?$/.test(destination) || destination === '.' || sources.length > 1
  return sources.flatMap((source) => {
    if (typeof source !== 'string') return [toRootPath(isFolder ? `${target}/${source.name}` : target)]
    const name =
      source
        .replace(/[?#].*$/, '')
        .replace(/\/+$/, '')
        .split('/')
        .pop() ?? ''
    if (/[*?[]/.test(source) || name === '' || name === '.' || name === '..') return []
    if (kind === 'ADD' && /\.(?:tar|tgz|tbz2|txz|gz|bz2|xz|zst)$/.test(name) && !source.includes('://'))
      return []
    return [toRootPath(isFolder ? `${target}/${name}` : target)]
  })
}

/** What COPY and ADD write or fill; the root is nobody's. */
function destinationOf(
  { destination }: Extract<Instruction, { kind: 'COPY' | 'ADD' }>,
  workdir: string | undefined,
): readonly RootPath[] {
  if (!destination.startsWith('/') && workdir === undefined) return []
  const path = toRootPath(destination.startsWith('/') ? destination : `${workdir}/${destination}`)
  return path === rootPath ? [] : [path]
}

/** An empty directory by itself has no bytes; one that other commands fill has. */
function writtenPaths(command: ShellCommand, alone: boolean): readonly string[] {
  const words = command.words.map(({ text, dynamic }) => (dynamic ? '' : text))
  const [program, ...rest] = words
  const after = (option: RegExp): readonly string[] =>
    rest.flatMap((word, i) => (option.test(word) && rest[i + 1] !== undefined ? [rest[i + 1]!] : []))
  const use = packageUse(command)
  const written = [...command.outputs, ...(use?.does === 'update' ? use.manager.directories : [])]
  if (program === 'curl') written.push(...after(/^(?:-[a-zA-Z]*o|--output)$/))
  else if (program === 'wget') written.push(...after(/^(?:-[a-zA-Z]*O|--output-document)$/))
  else if (program === 'dd')
    written.push(...rest.flatMap((word) => (word.startsWith('of=') ? [word.slice(3)] : [])))
  else if (program === 'mkdir' && !alone) written.push(...rest.filter((word) => !word.startsWith('-')))
  else if (program === 'git' && rest[0] === 'clone') written.push(rest.at(-1)!)
  return written.filter((path) => path !== '' && !path.startsWith('/dev/'))
}
