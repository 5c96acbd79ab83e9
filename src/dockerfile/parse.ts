// A Dockerfile's text to its stages.
import { Fault, type Place } from '../core/index.ts'
import { readDirectives } from './directives.ts'
import { allowsHeredocs, readInstruction } from './instruction.ts'
import { readLines } from './lines.ts'
import type { ArgInstruction, Dockerfile, Instruction, ParseWarning, Stage } from './types.ts'

/**
 * Reads a Dockerfile, by the rules of BuildKit's frontend up to syntax 1.26. Bytes are taken as UTF-8, a byte order mark is dropped.
 * Faults with `dockerfile.invalid`, the place and the whole text with it.
 */
export function parseDockerfile(text: string | Uint8Array, options: { readonly file: string }): Dockerfile {
  const source = decode(text)
  const { file } = options
  const {
    lines,
    escape: mark,
    emptyContinuations,
  } = readLines(source, { file, heredocsAllowed: allowsHeredocs })
  if (lines.length === 0)
    throw new Fault('dockerfile.invalid', 'file with no instructions', {
      hint: 'begin with FROM IMAGE, or FROM scratch',
      place: { file, line: 1, column: 1, endLine: 1, endColumn: 1 },
      source,
    })
  const globalArgs: ArgInstruction[] = []
  const stages: (Stage & { instructions: Instruction[] })[] = []
  for (const line of lines) {
    const instruction = readInstruction(line, { mark, source })
    const stage = stages.at(-1)
    if (instruction.kind === 'FROM')
      stages.push({
        index: stages.length,
        ...(instruction.name === undefined ? {} : { name: instruction.name }),
        from: instruction,
        instructions: [],
      })
    else if (stage !== undefined) stage.instructions.push(instruction)
    else if (instruction.kind === 'ARG') globalArgs.push(instruction)
    else
      throw new Fault('dockerfile.invalid', 'no build stage in current context', {
        hint: 'begin with FROM IMAGE; only ARG may come before it',
        place: instruction.place,
        source,
      })
  }
  if (stages.length === 0)
    throw new Fault('dockerfile.invalid', 'dockerfile contains no stages to build', {
      hint: 'write FROM IMAGE, or FROM scratch, below the ARG instructions',
      place: lines[0]!.whole,
      source,
    })
  const warnings = emptyContinuations.map(emptyContinuation)
  const directives = readDirectives(source)
  return { file, source, escape: mark, directives, globalArgs, stages, warnings }
}

/** Reads an ONBUILD trigger of an image's configuration: exactly one instruction, and none that a trigger cannot be. */
export function parseTrigger(text: string): Instruction {
  const { lines, escape: mark } = readLines(text, { file: 'ONBUILD', heredocsAllowed: allowsHeredocs })
  const [line] = lines
  if (line === undefined || lines.length !== 1)
    throw new Fault('dockerfile.invalid', 'onbuild trigger should be a single expression', {
      data: { trigger: text },
    })
  const instruction = readInstruction(line, { mark, source: text })
  if (instruction.kind === 'FROM')
    throw new Fault('dockerfile.invalid', "FROM isn't allowed as an ONBUILD trigger", {
      data: { trigger: text },
    })
  return instruction
}

function decode(text: string | Uint8Array): string {
  if (typeof text === 'string') return text.startsWith('\ufeff') ? text.slice(1) : text
  return new TextDecoder().decode(text)
}

function emptyContinuation({ text, place }: { readonly text: string; readonly place: Place }): ParseWarning {
  return { rule: 'NoEmptyContinuation', message: `Empty continuation line found in: ${text}`, place }
}
