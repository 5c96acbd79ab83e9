// Running and timing commands.
import { spawnSync } from 'node:child_process'

export interface Command {
  readonly argv: readonly string[]
  readonly env?: Readonly<Record<string, string>> | undefined
}

/** Runs a command to its end; throws with its last output if it fails. */
export function run({ argv, env }: Command): string {
  const [program = '', ...args] = argv
  const result = spawnSync(program, args, {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1 << 28,
  })
  if (result.status !== 0)
    throw new Error(
      `${argv.join(' ')}: ${result.error?.message ?? `${result.stdout}\n${result.stderr}`.trim().slice(-600)}`,
    )
  return result.stdout
}

export function sh(script: string): Command {
  return { argv: ['sh', '-c', script] }
}

/** Seconds of wall time; what earlier commands wrote is on disk before the clock starts. */
export function time(command: Command): number {
  run(sh('sync'))
  const began = process.hrtime.bigint()
  run(command)
  return Number(process.hrtime.bigint() - began) / 1e9
}

export function has(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0
}
