// RUN --mount=type=ssh: a socket of this build that forwards to one of the agents it was given.
import * as fs from 'node:fs'
import * as path from 'node:path'
import { type Context, Fault, type RootPath, toRootPath } from '../../core/index.ts'
import type { PlannedMount } from '../../plan/index.ts'
import type { Tools } from '../tools.ts'
import { forwardAgent } from './forward.ts'

export interface AgentMount {
  readonly type: 'bind'
  readonly source: string
  readonly target: RootPath
  readonly readonly: true
}

/** The mount, whose socket is closed with `stack`; `undefined` for one that need not be there and for which nothing was given. */
export async function openAgentMount(
  { mount, target }: PlannedMount,
  at: { readonly tools: Tools; readonly stack: AsyncDisposableStack; readonly number: number },
  ctx: Context,
): Promise<AgentMount | undefined> {
  if (mount.type !== 'ssh') throw new Fault('internal', 'not an ssh mount')
  const { tools, stack, number } = at
  const upstream = await tools.agents.find(mount.id, ctx)
  if (upstream === undefined) {
    if (!mount.required) return undefined
    throw new Fault('ssh.missing', `no ssh agent or key was given under the id ${mount.id}`, {
      hint: `give it: --ssh ${mount.id}${mount.id === 'default' ? '' : '=KEYFILE'}`,
    })
  }
  const directory = fs.mkdtempSync(path.join(tools.store.work, 'ssh-'))
  stack.defer(() => fs.rmSync(directory, { recursive: true, force: true }))
  const { uid, gid, mode } = mount
  const socket = stack.use(await forwardAgent(upstream, { directory, uid, gid, mode }))
  return {
    type: 'bind',
    source: socket.path,
    target: toRootPath(target ?? `/run/buildkit/ssh_agent.${number}`),
    readonly: true,
  }
}
