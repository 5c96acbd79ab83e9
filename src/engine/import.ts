// `peel import`: the configuration that `-c` lines give a flat image.
import { Fault, hostPlatform } from '../core/index.ts'
import { parseDockerfile } from '../dockerfile/index.ts'
import type { ContainerConfig } from '../image/index.ts'
import { planBuild } from '../plan/index.ts'

const allowed = [
  'CMD',
  'ENTRYPOINT',
  'ENV',
  'EXPOSE',
  'HEALTHCHECK',
  'LABEL',
  'ONBUILD',
  'STOPSIGNAL',
  'USER',
  'VOLUME',
  'WORKDIR',
]

/** Reads `docker import -c` lines; faults with `usage.invalid` on an instruction that needs a file system. */
export async function parseChanges(changes: readonly string[]): Promise<ContainerConfig> {
  const file = parseDockerfile(['FROM scratch', ...changes, ''].join('\n'), { file: '--change' })
  const instructions = file.stages[0]?.instructions ?? []
  for (const { kind } of instructions)
    if (!allowed.includes(kind) || file.stages.length > 1)
      throw new Fault('usage.invalid', `${kind} is not a valid change`, {
        hint: `use one of ${allowed.join(', ')}`,
      })
  const plan = await planBuild(file, {
    buildArgs: new Map(),
    platform: hostPlatform(),
    findImage: () => {
      throw new Fault('usage.invalid', 'FROM is not a valid change')
    },
  })
  const config = plan.stages[0]?.image.config ?? {}
  // an imported image has no environment and no directory but those it is given
  const { Env, WorkingDir, ...rest } = config
  const says = (kind: string): boolean => instructions.some((instruction) => instruction.kind === kind)
  const env = says('ENV') ? Env : undefined
  return { ...rest, ...(env !== undefined && { Env: env }), ...(says('WORKDIR') && { WorkingDir }) }
}
