// The target stage of a Dockerfile as the fixes look at it: instructions by line, and the paths that they name.
import { type RootPath, rootPath, toRootPath } from '../../core/index.ts'
import type {
  AddInstruction,
  CopyInstruction,
  Dockerfile,
  Instruction,
  RunInstruction,
  Stage,
} from '../../dockerfile/index.ts'
import { copiedPaths } from '../checks/made-paths.ts'

export interface StageView {
  readonly file: Dockerfile
  readonly stage: Stage
  /** The instruction at a line of the stage; fixes touch no other stage. */
  at(line: number | undefined): Instruction | undefined
  /** Those between two instructions of the stage. */
  between(first: Instruction, last: Instruction): readonly Instruction[]
  /** The paths that a COPY or ADD fills: what it names, and a directory that a whole folder goes into. */
  filled(copy: CopyInstruction | AddInstruction): readonly RootPath[]
  /** The absolute directory a COPY or ADD writes into or the file it writes, as its words say; `undefined` with variables in them. */
  destination(copy: CopyInstruction | AddInstruction): RootPath | undefined
  readonly runs: readonly RunInstruction[]
}

export function viewStage(file: Dockerfile, target: number): StageView {
  const stage = file.stages[target]!
  const { instructions } = stage
  const workdirs = new Map<Instruction, string | undefined>()
  let current: string | undefined
  for (const instruction of instructions) {
    workdirs.set(instruction, current)
    if (instruction.kind !== 'WORKDIR') continue
    const { path } = instruction
    if (path.includes('$')) current = undefined
    else if (path.startsWith('/')) current = path
    else current = current === undefined ? undefined : `${current}/${path}`
  }
  const destination = (copy: CopyInstruction | AddInstruction): RootPath | undefined => {
    const { destination: written } = copy
    if (written.includes('$')) return undefined
    if (written.startsWith('/')) return toRootPath(written)
    const workdir = workdirs.get(copy)
    return workdir === undefined ? undefined : toRootPath(`${workdir}/${written}`)
  }
  return {
    file,
    stage,
    runs: instructions.filter((instruction) => instruction.kind === 'RUN'),
    at: (line) => instructions.find(({ place }) => place.line === line),
    between: (first, last) => instructions.slice(instructions.indexOf(first) + 1, instructions.indexOf(last)),
    destination,
    filled(copy) {
      const target = destination(copy)
      if (target === undefined) return []
      const named = copiedPaths(copy, workdirs.get(copy))
      return [...named, ...(target === rootPath || named.includes(target) ? [] : [target])]
    },
  }
}
