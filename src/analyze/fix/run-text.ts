// The commands of a RUN with their places in the Dockerfile's text, and what can be done to them there.
import { type Dockerfile, type RunInstruction, readParts } from '../../dockerfile/index.ts'
import { readCommands, type ShellCommand } from '../shell/commands.ts'
import { createOffsets, type Edit, lineBreakOf, removeInstruction } from './edits.ts'

export interface RunText {
  readonly run: RunInstruction
  /** The command line with its continuations joined. */
  readonly text: string
  /** `undefined` where they cannot be told. */
  readonly commands: readonly ShellCommand[] | undefined
  /** In the Dockerfile: where the command line begins, and where its last character ends. */
  readonly start: number
  readonly end: number
  /** Where a character of `text` stands in the Dockerfile. */
  offsetOf(index: number): number
}

/** `undefined` for exec forms, here documents and what the text cannot be matched with. */
export function readRunText(file: Dockerfile, run: RunInstruction): RunText | undefined {
  if (run.command.form !== 'shell' || run.heredocs.length > 0) return undefined
  const part = readParts(file.source, file.file).instructions.find(
    ({ place }) => place.line === run.place.line,
  )
  if (part === undefined || part.lines.length === 0) return undefined
  const offset = createOffsets(file.source)
  const offsets: number[] = []
  let text = ''
  for (const line of part.lines)
    for (let i = 0; i < line.text.length; i++) {
      const place = line.placeAt(i)
      offsets.push(offset(place.line, place.column))
      text += line.text[i]
    }
  const trimmed = text.trimEnd()
  const first = trimmed.length - trimmed.trimStart().length
  if (trimmed.trim() !== run.command.text.trim()) return undefined
  return {
    run,
    text: trimmed,
    commands: readCommands(trimmed),
    start: offsets[first]!,
    end: offsets[trimmed.length - 1]! + 1,
    offsetOf: (index) => offsets[index]!,
  }
}

/** Why nothing can be put behind the commands of a RUN; `undefined` where something can. */
export function appendObstacle({ text }: RunText): string | undefined {
  if (/(?:^|\s)#/.test(text)) return 'its command line has a comment in it'
  return /[;&\\]$/.test(text) ? `its command line ends in ${text.at(-1)}` : undefined
}

/** Adds a command that runs when those before it went well. */
export function appendCommand(file: Dockerfile, { run, text, end }: RunText, command: string): Edit {
  const single = run.place.line === run.place.endLine && text.length + command.length < 90
  const { source, escape: mark } = file
  const lineStart = source.lastIndexOf('\n', end - 1) + 1
  const own = /^([ \t]*)&&/.exec(source.slice(lineStart))?.[1]
  const joint = single ? ' && ' : ` ${mark}${lineBreakOf(source)}${own ?? ' '}&& `
  return { start: end, end, text: `${joint}${command}` }
}

/** Puts a command in front of all others. */
export function prependCommand(
  { escape: mark, source }: Dockerfile,
  { start, run }: RunText,
  command: string,
): Edit {
  const joint = run.place.line === run.place.endLine ? ' && ' : ` ${mark}${lineBreakOf(source)} && `
  return { start, end: start, text: `${command}${joint}` }
}

/** Takes commands out, or the whole instruction with the last of them; `undefined` where others hang on them. */
export function removeCommands(
  file: Dockerfile,
  { run, commands, offsetOf }: RunText,
  isRemoved: (command: ShellCommand) => boolean,
): readonly Edit[] | undefined {
  if (commands === undefined) return undefined
  const kept = commands.filter((command) => !isRemoved(command))
  if (kept.length === 0) return [removeInstruction(file, run)]
  const firstKept = commands.indexOf(kept[0]!)
  const edits: Edit[] = []
  for (const [i, command] of commands.entries()) {
    if (!isRemoved(command)) continue
    const joints = [command.joint, commands[i + 1]?.joint].filter(
      (joint) => joint !== undefined && joint !== '',
    )
    if (joints.some((joint) => joint !== joints[0] || (joint !== '&&' && joint !== ';'))) return undefined
    if (i > firstKept) edits.push({ start: endOf(i - 1), end: endOf(i), text: '' })
  }
  if (firstKept > 0)
    edits.push({ start: offsetOf(commands[0]!.start), end: offsetOf(kept[0]!.start), text: '' })
  return edits

  function endOf(i: number): number {
    return offsetOf(commands![i]!.end - 1) + 1
  }
}

/** Replaces the text of one command. */
export function replaceCommand({ offsetOf }: RunText, { start, end }: ShellCommand, text: string): Edit {
  return { start: offsetOf(start), end: offsetOf(end - 1) + 1, text }
}

/** A command as it is written, continuations joined. */
export function commandText({ text }: RunText, { start, end }: ShellCommand): string {
  return text.slice(start, end).replace(/\s*\n\s*/g, ' ')
}
