// RUN: the command in a draft over the layers below, then what it changed packed into a layer.
import { belowName, field, type KeyPart, keyOf } from '../../cache/index.ts'
import { type Context, type Digest, Fault, hostPath, type RootPath, toRootPath } from '../../core/index.ts'
import { type FileEntry, type FileView, resolvePath, type Stack } from '../../layer/index.ts'
import type { PlannedMount, RunStep } from '../../plan/index.ts'
import { findUser, mountPoints, type RunMount, type RunSpec } from '../../run/index.ts'
import { openCacheMount } from '../cache-mount.ts'
import { selectedParts } from '../file-parts.ts'
import type { Prepared, Work } from '../prepared.ts'
import { selectFiles } from '../select.ts'
import { stepChanges } from '../step-changes.ts'
import { clampTime, type Tools } from '../tools.ts'

export function prepareRun(step: RunStep, tools: Tools): Prepared {
  if (step.security === 'insecure' && !tools.allowInsecure)
    throw new Fault('step.refused', 'RUN --security=insecure is not allowed', {
      hint: 'build with --allow security.insecure',
    })
  const binds = step.mounts.flatMap((planned) =>
    planned.mount.type === 'bind' ? [openBind(planned, tools)] : [],
  )
  return {
    fields: runFields(step, tools),
    files: () => binds.flatMap((bind) => bind.parts()),
    perform: (work, ctx) => perform(step, { tools, binds, work }, ctx),
  }
}

function runFields(step: RunStep, tools: Tools): KeyPart[] {
  return [
    field('instruction', 'RUN'),
    field(
      'command',
      step.args.length === 3 && step.args[1] === '-c' ? (step.args[2] as string) : JSON.stringify(step.args),
    ),
    field('arguments', JSON.stringify(step.args)),
    ...(step.script === undefined ? [] : [field('script', step.script.body)]),
    ...step.env.map((variable) => {
      const at = variable.indexOf('=')
      return field(`variable ${variable.slice(0, at)}`, variable.slice(at + 1))
    }),
    field('working directory', step.workdir),
    field('user', step.user),
    field('network', step.network),
    field('security', step.security),
    ...tools.extraHosts.map(({ name }) => field(`host ${name}`, 'set')),
    ...step.mounts.map((planned, number) => field(`mount ${number + 1}`, mountIdentity(planned))),
  ]
}

/** What of a mount is the step's identity: where and how, never the contents of a secret or of a cache. */
function mountIdentity({ mount, target }: PlannedMount): string {
  switch (mount.type) {
    case 'bind':
      return `bind ${target} ${mount.readonly ? 'ro' : 'rw'}`
    case 'cache':
      return `cache ${target} ${mount.id} ${mount.uid}:${mount.gid} ${mount.mode.toString(8)} ${mount.readonly ? 'ro' : 'rw'}`
    case 'tmpfs':
      return `tmpfs ${target} ${mount.size}`
    case 'secret':
    case 'ssh':
      return JSON.stringify([
        mount.type,
        target,
        mount.id,
        mount.type === 'secret' ? mount.env : undefined,
        mount.uid,
        mount.gid,
        mount.mode,
        mount.required,
      ])
  }
}

interface Bind {
  readonly planned: PlannedMount
  readonly parts: () => KeyPart[]
  /** The directory or file to mount; what is opened for it is disposed with `stack`. */
  readonly open: (stack: AsyncDisposableStack, ctx: Context) => Promise<string>
}

function openBind(planned: PlannedMount, tools: Tools): Bind {
  const { mount, source } = planned
  if (mount.type !== 'bind') throw new Fault('internal', 'not a bind mount')
  const view: FileView =
    source.from === 'context'
      ? tools.context()
      : tools.store.layers.stack(
          source.from === 'stage'
            ? tools.stageLayers(source.stage)
            : source.from === 'image'
              ? source.image.layers
              : [],
        )
  const path = resolvePath(view, toRootPath(mount.source), 'all')
  if (view.lookup(path) === undefined)
    throw new Fault('copy.missing', `bind mount: "${mount.source}" is not in the ${source.from}`, {
      hint:
        source.from === 'context'
          ? 'check the path, and that .dockerignore does not exclude it'
          : 'check the path',
    })
  const digest = (file: FileEntry): Digest => view.digest(file)
  const parts = (): KeyPart[] =>
    selectFiles(path, view, { exclude: [], parents: false }).flatMap((selected) =>
      selectedParts(`bind ${planned.target}`, selected, {
        digest,
        shown: (at) => (at === '/' ? '.' : at.slice(1)),
      }),
    )
  return {
    planned,
    parts,
    async open(stack, ctx) {
      const layers =
        source.from === 'context'
          ? [
              await packTree(
                view,
                { path, key: keyOf([...parts(), field('tree', path), field(belowName, '')]).digest },
                { tools, ctx },
              ),
            ]
          : source.from === 'stage'
            ? tools.stageLayers(source.stage)
            : source.from === 'image'
              ? source.image.layers
              : []
      const mounted = mount.readonly
        ? stack.use(await tools.machine.snapshots.view(layers, ctx))
        : stack.use(await tools.machine.snapshots.draft(layers, {}, ctx))
      return String(hostPath(path === '/' ? mounted.root : `${mounted.root}${path}`))
    },
  }
}

/** Packs a part of the context as a layer to mount, once for the same content. */
async function packTree(
  view: FileView,
  tree: { readonly path: RootPath; readonly key: Digest },
  { tools, ctx }: { readonly tools: Tools; readonly ctx: Context },
) {
  const { records, layers } = tools.store
  const known = records.get(tree.key)
  if (known !== undefined) return known.uses[0] as Awaited<ReturnType<typeof layers.pack>>['diffId']
  const directories: RootPath[] = []
  for (let at = tree.path; at !== '/'; ) {
    at = at.slice(0, Math.max(1, at.lastIndexOf('/'))) as RootPath
    if (at !== '/') directories.unshift(at)
  }
  const above = directories.flatMap((at) => {
    const found = view.lookup(at)
    return found === undefined ? [] : [found.node]
  })
  const files = selectFiles(tree.path, view, { exclude: [], parents: false }).flatMap((selected) =>
    selected.files.map(({ found }) => found.node),
  )
  const { diffId } = await layers.pack([...above, ...files], ctx)
  records.put({
    key: tree.key,
    op: tree.key,
    slot: `context ${tree.path}`,
    recipe: Buffer.alloc(0),
    result: '',
    uses: [diffId],
    created: Date.now(),
  })
  return diffId
}

async function perform(
  step: RunStep,
  { tools, binds, work }: { readonly tools: Tools; readonly binds: readonly Bind[]; readonly work: Work },
  ctx: Context,
) {
  const below = tools.store.layers.stack(work.below)
  await using stack = new AsyncDisposableStack()
  const spec = await runSpec(step, { tools, binds, below, stack }, ctx)
  const points = mountPoints(below, spec)
  const draft = stack.use(await tools.machine.snapshots.draft(work.below, {}, ctx))
  const result = await tools.machine.runtime.run(
    draft.root,
    spec,
    { stdin: 'null', onOutput: work.said },
    ctx,
  )
  if (result.status !== 0)
    throw new Fault(
      'step.failed',
      `process ${quoteCommand(step.args)} did not complete successfully: exit code: ${result.status}`,
      {
        data: { status: result.status },
      },
    )
  const changes = stepChanges(draft.changes(), { below, points, time: (mtime) => clampTime(tools, mtime) })
  return await tools.store.layers.pack(changes, ctx)
}

function quoteCommand(args: readonly string[]): string {
  return `"${args.join(' ')}"`
}

async function runSpec(
  step: RunStep,
  {
    tools,
    binds,
    below,
    stack,
  }: {
    readonly tools: Tools
    readonly binds: readonly Bind[]
    readonly below: Stack
    readonly stack: AsyncDisposableStack
  },
  ctx: Context,
): Promise<RunSpec> {
  const mounts: RunMount[] = []
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
      case 'ssh':
        if (mount.required)
          throw new Fault('secret.missing', 'RUN --mount=type=ssh: no agent is forwarded to this build')
    }
  }
  return {
    args: step.args,
    env,
    cwd: step.workdir,
    user: findUser(below, step.user),
    mounts,
    network: step.network,
    security: step.security,
    extraHosts: tools.extraHosts,
  }
}

function has(env: readonly string[], variable: string): boolean {
  const name = variable.slice(0, variable.indexOf('=') + 1)
  return env.some((other) => other.startsWith(name))
}
