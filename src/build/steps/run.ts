// RUN: the command in a draft over the layers below, then what it changed packed into a layer.
import { type Context, type DiffId, Fault, isFault, parsePlatform, toRootPath } from '../../core/index.ts'
import { type AllowedDevices, allowDevices, editsOf } from '../../device/index.ts'
import type { Stack } from '../../layer/index.ts'
import type { PlannedMount, RunStep } from '../../plan/index.ts'
import {
  findObstacle,
  findUser,
  mountPoints,
  type RunMount,
  type RunSpec,
  runDevices,
} from '../../run/index.ts'
import { openCacheMount } from '../cache-mount.ts'
import { keepFailedStep } from '../failed-step.ts'
import type { Prepared, Work } from '../prepared.ts'
import { openAgentMount } from '../ssh/mount.ts'
import { stepChanges } from '../step-changes.ts'
import { clampTime, isLayered, originParts, type Tools } from '../tools.ts'
import { type Bind, openBind } from './bind.ts'
import { runFields } from './run-key.ts'

export function prepareRun(step: RunStep, tools: Tools): Prepared {
  if (step.security === 'insecure' && !tools.allowed.insecure)
    throw new Fault('step.refused', 'RUN --security=insecure is not allowed', {
      hint: 'build with --allow security.insecure',
    })
  const allowed = allowDevices(step.devices, tools.devices, tools.allowed.devices)
  const bound = step.mounts.filter(({ mount }) => mount.type === 'bind')
  return {
    fields: runFields(step, allowed, tools),
    origin: originOf(bound, tools),
    ignore: bound
      .map(({ source }) => (source.from === 'context' ? tools.context(source.name).ignore : undefined))
      .find((ignore) => ignore !== undefined),
    async open(ctx) {
      const binds: Bind[] = []
      for (const planned of bound) binds.push(await openBind(planned, tools, ctx))
      return {
        files: () => binds.flatMap((bind) => bind.parts()),
        perform: (work, inner) => perform(step, { tools, binds, allowed, work }, inner),
      }
    },
  }
}

/** Only where all that is bound is of layers: files of the context are looked at anyway. */
function originOf(bound: readonly PlannedMount[], tools: Tools): Prepared['origin'] {
  if (bound.length === 0 || !bound.every(({ source }) => isLayered(source))) return undefined
  return () =>
    bound.flatMap(({ mount, source, target }) => {
      const paths = mount.type === 'bind' ? [mount.source] : []
      return originParts(`bind ${target}`, source, { paths, exclude: [] }, tools)
    })
}

async function perform(
  step: RunStep,
  {
    tools,
    binds,
    allowed,
    work,
  }: {
    readonly tools: Tools
    readonly binds: readonly Bind[]
    readonly allowed: AllowedDevices
    readonly work: Work
  },
  ctx: Context,
) {
  // `RUN []` says to run nothing
  if (step.args.length === 0) return await tools.store.layers.pack([], ctx)
  const below = tools.store.layers.stack(work.below)
  await using stack = new AsyncDisposableStack()
  warnOfMissing(step, allowed, ctx)
  const spec = await runSpec(step, { tools, binds, allowed, below, stack }, ctx)
  const points = mountPoints(below, spec)
  const draft = stack.use(await tools.machine.snapshots.draft(work.below, {}, ctx))
  const result = await tools.machine.runtime.run(
    draft.root,
    spec,
    { stdin: 'null', onOutput: work.said },
    ctx,
  )
  const changes = stepChanges(draft.changes(), { below, points, time: (mtime) => clampTime(tools, mtime) })
  const pack = () => tools.store.layers.repack(changes, { watch: tools.leaks.watch(step, ctx) }, ctx)
  if (result.status === 0) return await pack()
  throw failure(step, result.status, await keep(step, { tools, work, pack }))
}

function warnOfMissing({ place }: RunStep, { missing }: AllowedDevices, ctx: Context): void {
  for (const name of missing)
    ctx.emit({
      type: 'warning',
      code: 'device.missing',
      message: `optional device "${name}" is not registered: the command runs without it`,
      place,
    })
}

type Kept = { readonly id: string } | { readonly leak: Fault }

/** Keeps what a failed command left, unless a secret is in it: the store holds no secret, of failed steps neither. */
async function keep(
  step: RunStep,
  {
    tools,
    work,
    pack,
  }: {
    readonly tools: Tools
    readonly work: Work
    readonly pack: () => Promise<{ readonly diffId: DiffId }>
  },
): Promise<Kept> {
  try {
    const { diffId: changes } = await pack()
    const env = step.env.map((variable) => tools.secretValues.hide(variable, 'all'))
    return { id: keepFailedStep(tools.store, { ...step, env }, { below: work.below, changes }) }
  } catch (thrown) {
    if (!isFault(thrown) || thrown.code !== 'secret.leaked') throw thrown
    return { leak: thrown }
  }
}

function failure(step: RunStep, status: number, kept: Kept): Fault {
  // 126: the kernel would not execute it
  const obstacle = status === 126 ? findObstacle(parsePlatform(step.platform)) : undefined
  if (obstacle !== undefined)
    return new Fault('platform.foreign', `RUN cannot be done: ${obstacle}`, {
      hint: 'register an emulator (apt-get install qemu-user-static binfmt-support), or let the stage begin with FROM --platform=$BUILDPLATFORM and cross-compile',
      data: { status },
    })
  return new Fault(
    'step.failed',
    `process ${quoteCommand(step.args)} did not complete successfully: exit code: ${status}`,
    'id' in kept
      ? {
          hint: `Look around in what it left: peel run --rm -it step:${kept.id} sh (as it was before: step:${kept.id}-before)`,
          data: { status, step: kept.id },
        }
      : { hint: `What it left is not kept, since ${kept.leak.message}`, data: { status } },
  )
}

function quoteCommand(args: readonly string[]): string {
  return `"${args.join(' ')}"`
}

async function runSpec(
  step: RunStep,
  {
    tools,
    binds,
    allowed,
    below,
    stack,
  }: {
    readonly tools: Tools
    readonly binds: readonly Bind[]
    readonly allowed: AllowedDevices
    readonly below: Stack
    readonly stack: AsyncDisposableStack
  },
  ctx: Context,
): Promise<RunSpec> {
  const mounts: RunMount[] = []
  let sockets = 0
  const env = [...step.env, ...step.proxyEnv.filter((variable) => !has(step.env, variable))]
  if (step.script !== undefined)
    mounts.push({
      type: 'file',
      target: toRootPath(step.script.path),
      bytes: Buffer.from(step.script.body),
      uid: 0,
      gid: 0,
      mode: 0o755,
    })
  for (const planned of step.mounts) {
    const { mount } = planned
    const target = toRootPath(planned.target ?? '/')
    switch (mount.type) {
      case 'bind': {
        const bind = binds.find((candidate) => candidate.planned === planned)
        if (bind !== undefined)
          mounts.push({ type: 'bind', source: await bind.open(stack, ctx), target, readonly: mount.readonly })
        break
      }
      case 'cache': {
        const source = stack.use(await openCacheMount(planned, tools, ctx))
        mounts.push({ type: 'bind', source: source.path, target, readonly: mount.readonly })
        break
      }
      case 'tmpfs':
        mounts.push({ type: 'tmpfs', target, ...(mount.size > 0 && { size: mount.size }) })
        break
      case 'secret': {
        const bytes = tools.readSecret(mount.id)
        if (bytes === undefined) {
          if (mount.required)
            throw new Fault('secret.missing', `secret ${mount.id}: not found`, {
              hint: `give it: --secret id=${mount.id},src=FILE`,
            })
          break
        }
        if (mount.env !== undefined) env.push(`${mount.env}=${Buffer.from(bytes).toString('utf8')}`)
        if (mount.target !== undefined)
          mounts.push({ type: 'file', target, bytes, uid: mount.uid, gid: mount.gid, mode: mount.mode })
        break
      }
      case 'ssh': {
        const socket = await openAgentMount(planned, { tools, stack, number: sockets }, ctx)
        if (socket === undefined) break
        if (sockets === 0) env.push(`SSH_AUTH_SOCK=${socket.target}`)
        sockets++
        mounts.push(socket)
      }
    }
  }
  const user = findUser(below, step.user)
  return {
    args: step.args,
    env,
    cwd: step.workdir,
    user,
    mounts,
    devices: allowed.devices.length === 0 ? undefined : runDevices(editsOf(allowed.devices), user),
    network: step.network,
    security: step.security,
    ...tools.sandbox,
  }
}

function has(env: readonly string[], variable: string): boolean {
  const name = variable.slice(0, variable.indexOf('=') + 1)
  return env.some((other) => other.startsWith(name))
}
