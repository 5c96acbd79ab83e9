// The other tools that the oracle asks: docker through its socket, podman in a store of its own.
import { execFile, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Case } from './cases.ts'

const run = promisify(execFile)

export type Docker = (...args: readonly string[]) => Promise<string>

/** Docker's client on the socket that PEEL_ORACLE_DOCKER or DOCKER_HOST names; else why there is none. */
export function findDocker(): Docker | string {
  const host = process.env.PEEL_ORACLE_DOCKER ?? process.env.DOCKER_HOST
  if (host === undefined) return 'no docker to ask: PEEL_ORACLE_DOCKER and DOCKER_HOST name no socket'
  const client = fs.existsSync('/usr/bin/docker') ? '/usr/bin/docker' : 'docker'
  const env = {
    ...process.env,
    DOCKER_HOST: host.startsWith('/') ? `unix://${host}` : host,
    DOCKER_BUILDKIT: '1',
  }
  const probe = spawnSync(client, ['version', '--format', '{{.Server.Version}}'], { env, encoding: 'utf8' })
  if (probe.status !== 0) return `docker at ${host} does not answer`
  return async (...args) => (await run(client, args, { env, maxBuffer: 1 << 26 })).stdout
}

/** Builds a case as it stands in `context`; secrets are written beside it. */
export async function dockerBuild(docker: Docker, one: Case, context: string): Promise<void> {
  for (const [tag, file] of Object.entries(one.before ?? {}))
    await docker('build', '--network=host', '-q', '-t', tag, '-f', path.join(context, file), context)
  const flags = ['--network=host', '-q', '-t', one.tag]
  if (one.target !== undefined) flags.push('--target', one.target)
  for (const [name, value] of Object.entries(one.buildArgs ?? {}))
    flags.push('--build-arg', `${name}=${value}`)
  for (const [id, value] of Object.entries(one.secrets ?? {})) {
    const file = `${context}.${id}`
    fs.writeFileSync(file, value)
    flags.push('--secret', `id=${id},src=${file}`)
  }
  await docker('build', ...flags, context)
}

/** Whether a command is there to be run. */
export function has(command: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${command}`]).status === 0
}
