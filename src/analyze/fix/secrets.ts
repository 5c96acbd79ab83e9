// Secrets in build arguments become secret mounts. What running containers or the final file system show cannot be taken away without
// changing the image, so that is said and left to people.
import type { Instruction, RunInstruction } from '../../dockerfile/index.ts'
import { isSecretName } from '../../plan/index.ts'
import { isSecretFile } from '../checks/secret-words.ts'
import { addFlag, removeInstruction } from './edits.ts'
import { propose, refuse } from './proposal.ts'
import type { StageView } from './stage-view.ts'
import type { FixFindings, Proposal } from './types.ts'

export function fixSecrets(view: StageView, { waste, keyLines }: FixFindings): readonly Proposal[] {
  return view.stage.instructions.flatMap((instruction): readonly Proposal[] => {
    const { line } = instruction.place
    if (instruction.kind === 'ARG')
      return instruction.args
        .filter(({ key }) => isSecretName(key))
        .map(({ key }) => mountArgument(view, instruction, key))
    if (instruction.kind === 'ENV')
      return instruction.pairs
        .filter(({ key }) => isSecretName(key))
        .map(({ key }) =>
          refuse(
            [instruction],
            { goal: 'secret', title: `the secret ${key} in ENV` },
            'it is part of the configuration, and what runs may need it: give it when the container is started, and take the ENV out yourself',
          ),
        )
    if (instruction.kind !== 'COPY' && instruction.kind !== 'ADD') return []
    const names = instruction.sources.filter((source) => typeof source === 'string')
    const isKey = keyLines.includes(line) || [...names, ...view.filled(instruction)].some(isSecretFile)
    if (!isKey || waste.some(({ broughtBy }) => broughtBy === line)) return []
    return [
      refuse(
        [instruction],
        { goal: 'secret', title: `the secret file that line ${line} copies` },
        'it is in the final file system, and what runs may need it: mount it when the container is started, or into the RUN that needs it by --mount=type=secret',
      ),
    ]
  })
}

function mountArgument(view: StageView, argument: Instruction, name: string): Proposal {
  const { file, stage } = view
  const title = `give ${name} to the RUN that needs it by --mount=type=secret instead of ARG in line ${argument.place.line}`
  const words = {
    kind: 'secret-mount',
    goal: 'secret',
    title,
    secrets: [{ id: name, from: { kind: 'argument', name } }],
  } as const
  if (argument.kind === 'ARG' && argument.args.length > 1)
    return refuse([argument], words, `line ${argument.place.line} declares other arguments, too`)
  const after = stage.instructions.slice(stage.instructions.indexOf(argument) + 1)
  const uses = (one: Instruction): boolean => new RegExp(String.raw`\$\{?${name}\b`).test(one.text)
  const other = after.find((one) => one.kind !== 'RUN' && uses(one))
  if (other !== undefined)
    return refuse(
      [argument, other],
      words,
      `line ${other.place.line} (${other.keyword}) uses it, and only RUN can have secrets`,
    )
  const runs = after.filter((one): one is RunInstruction => one.kind === 'RUN')
  const naming = runs.filter(uses)
  // a program may read the variable by itself
  const users = naming.length > 0 ? naming : runs
  const secrets = users.length > 0 ? words.secrets : []
  return propose([argument, ...users], { ...words, secrets }, [
    removeInstruction(file, argument),
    ...users.map((run) => addFlag(file, run, `--mount=type=secret,id=${name},env=${name}`)),
  ])
}
