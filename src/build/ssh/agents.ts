// `--ssh ID[=SOCKET|KEY,…]`: the agents that a build may use, by id. Keys given as files go into an agent of the build's own, the system's
// ssh-agent, which ends with the build.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import * as path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Context, Fault } from '../../core/index.ts'
import { shortPath } from './forward.ts'

/** Without paths the agent is the one that SSH_AUTH_SOCK names. */
export interface GivenAgent {
  readonly id: string
  /** One socket, or key files. */
  readonly paths: readonly string[]
}

export interface Agents extends Disposable {
  /** Where the agent of an id listens; `undefined` where none was given. Faults with `ssh.missing` where what was given is not there. */
  find(id: string, ctx: Context): Promise<string | undefined>
}

/** `work`: a directory of this process. Nothing is started before something asks. */
export function openAgents(
  given: readonly GivenAgent[],
  around: { readonly work: () => string; readonly env: Readonly<Record<string, string | undefined>> },
): Agents {
  const found = new Map<string, Promise<string>>()
  const started: ChildProcess[] = []
  const open = async ({ id, paths }: GivenAgent, ctx: Context): Promise<string> => {
    const [first] = paths
    if (first === undefined)
      return (
        around.env.SSH_AUTH_SOCK ||
        missing(id, 'SSH_AUTH_SOCK is not set', 'start an ssh-agent, or give a key: --ssh ID=KEYFILE')
      )
    const kind = fs.statSync(first, { throwIfNoEntry: false })
    if (kind === undefined)
      return missing(id, `there is no ${first}`, 'name a socket of an agent or a key file')
    if (kind.isSocket()) return path.resolve(first)
    const socket = path.join(fs.mkdtempSync(path.join(around.work(), 'ssh-')), 'own')
    const child = spawn('ssh-agent', ['-D', '-a', shortPath(socket)], { stdio: 'ignore' })
    started.push(child)
    await listening(child, { socket, id }, ctx)
    addKeys(socket, { id, paths })
    return socket
  }
  return {
    async find(id, ctx) {
      const one = given.find((agent) => agent.id === id)
      if (one === undefined) return undefined
      const known = found.get(id) ?? open(one, ctx)
      found.set(id, known)
      return known
    },
    [Symbol.dispose]: () => {
      for (const child of started) child.kill()
    },
  }
}

async function listening(
  child: ChildProcess,
  { socket, id }: { readonly socket: string; readonly id: string },
  ctx: Context,
): Promise<void> {
  let failed: string | undefined
  child.once('error', (error) => {
    failed = error.message
  })
  child.once('exit', () => {
    failed ??= 'it ended'
  })
  while (!fs.existsSync(socket)) {
    if (failed !== undefined)
      missing(id, `ssh-agent did not start: ${failed}`, 'apt-get install openssh-client')
    await delay(5, undefined, { signal: ctx.signal })
  }
}

function addKeys(socket: string, { id, paths }: GivenAgent): void {
  const { status, stderr } = spawnSync('ssh-add', ['-q', ...paths.map((file) => path.resolve(file))], {
    env: { PATH: process.env.PATH, SSH_AUTH_SOCK: shortPath(socket), SSH_ASKPASS_REQUIRE: 'never' },
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  })
  if (status !== 0)
    missing(
      id,
      `ssh-add refused ${paths.join(', ')}: ${stderr.trim()}`,
      'a key with a passphrase has to be added to an agent of yours first',
    )
}

function missing(id: string, why: string, hint: string): never {
  throw new Fault('ssh.missing', `--ssh ${id}: ${why}`, { hint })
}
