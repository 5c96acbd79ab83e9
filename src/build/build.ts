// A Dockerfile in, an image out: read, plan, execute, assemble, tag.
import * as os from 'node:os'
import { printInline } from '../cache/index.ts'
import { type Context, Fault, type Place, type Platform, printPlatform, sha256 } from '../core/index.ts'
import { catalogueDevices } from '../device/index.ts'
import { parseDockerfile } from '../dockerfile/index.ts'
import { layerWarning, layerWarningCode } from '../image/index.ts'
import {
  type BuildArguments,
  type FileSource,
  type FindContext,
  type FindImage,
  type Plan,
  planBuild,
} from '../plan/index.ts'
import type { Image, Store } from '../store/index.ts'
import { contextXattrs } from './context-xattrs.ts'
import { readDevices } from './devices.ts'
import { type GivenDirectory, openDirectories } from './directories.ts'
import type { FoundDockerfile } from './dockerfile-source.ts'
import { parseEntitlements } from './entitlements.ts'
import type { BuildObserver } from './execute.ts'
import { executeSurely } from './execute-surely.ts'
import { openKnown, type StepEntry } from './known.ts'
import { openLeakGuard } from './leaks/guard.ts'
import type { Caches } from './remote/caches.ts'
import { stepsToPrint } from './remote/steps.ts'
import { openSecretValues, type SecretValues } from './secret-values.ts'
import { fetchedTime } from './sources/time.ts'
import { type GivenAgent, openAgents } from './ssh/agents.ts'
import type { Supply } from './supply.ts'
import type { FetchTools, Machine, ReadSecret, Sandbox, Tools } from './tools.ts'

/** The rooms a build works with. */
export interface Workshop {
  readonly store: Store
  /** What RUN needs; looked at only by steps that run something. */
  readonly machine: Machine
  readonly findImage: FindImage
  readonly findContext: FindContext
  /** Layers that are known before they are here. */
  readonly supply: Supply
  /** Of other machines. */
  readonly caches: Caches
}

export interface BuildRequest {
  readonly dockerfile: FoundDockerfile
  /** What COPY without `--from` takes files from, and what it is called: tells this build's cache records from others'. */
  /** `time`: when it was made, in seconds since the epoch, where it says so. */
  readonly context: {
    readonly source: FileSource
    readonly name: string
    readonly time?: number | undefined
  }
  /** By the name of a context; the empty name is the build's own. */
  readonly directories: ReadonlyMap<string, GivenDirectory>
  readonly target?: string | undefined
  readonly buildArgs: BuildArguments
  /** Names of build arguments whose values must not be readable in what the build leaves behind. */
  readonly secretArguments: ReadonlySet<string>
  readonly labels: Readonly<Record<string, string>>
  /** Of the manifest. */
  readonly annotations: Readonly<Record<string, string>>
  readonly platform?: Platform | undefined
  readonly network?: 'host' | 'none' | undefined
  readonly noCache: boolean
  readonly noCacheFilter: readonly string[]
  /** Whether a step that is not in the cache is a fault. */
  readonly requireCached: boolean
  /** Whether secrets that were mounted may stand in the image. */
  readonly allowSecretLeak: boolean
  readonly allow: readonly string[]
  /** Where devices are described; empty for the usual places. */
  readonly deviceDirectories: readonly string[]
  readonly sandbox: Sandbox
  readonly agents: readonly GivenAgent[]
  readonly readSecret: ReadSecret
  readonly env: Tools['env']
  readonly get: FetchTools['get']
  /** Seconds since the epoch. */
  readonly epoch?: number | undefined
  /** Whether the image is to hold the steps that it was built by. */
  readonly inlineCache: boolean
  readonly parallel?: number | undefined
  readonly observer: BuildObserver
}

export interface Built {
  readonly image: Image
  /** For each history entry the line of the Dockerfile that made it. */
  readonly places: readonly (Place | undefined)[]
  /** All steps of all stages that were built. */
  readonly steps: readonly StepEntry[]
}

/** Builds an image and stores it; tagging is the caller's. A lease of the caller's must be open. */
export async function build(request: BuildRequest, workshop: Workshop, ctx: Context): Promise<Built> {
  const { dockerfile, context } = request
  const { store, supply, caches } = workshop
  const allowed = parseEntitlements(request.allow)
  const file = parseDockerfile(dockerfile.text, { file: dockerfile.name })
  const secretValues = openSecretValues(request.buildArgs, { marked: request.secretArguments })
  using agents = openAgents(request.agents, { work: () => store.work, env: request.env })
  const fetching: FetchTools = {
    store,
    readSecret: request.readSecret,
    get: request.get,
    env: request.env,
    findAgent: (inner) => agents.find('default', inner),
  }
  const planned = await planBuild(file, {
    ...request,
    buildArgs: withEpoch(request),
    context: context.source,
    contextTime: context.time,
    findImage: workshop.findImage,
    findContext: workshop.findContext,
    findTime: (item) => fetchedTime(item, fetching, ctx),
  })
  const plan = withoutSecrets(planned, secretValues)
  if (plan.unusedArguments.length > 0)
    ctx.emit({
      type: 'warning',
      code: 'UnusedBuildArgument',
      message: `one or more build arguments were not consumed: ${plan.unusedArguments.join(', ')}`,
    })

  for (const { index, name, from } of file.stages)
    if (plan.stages.every((stage) => stage.index !== index))
      ctx.emit({ type: 'omitted', name: from.text, why: 'unneeded', stage: name ?? `stage-${index}` })

  const leaks = openLeakGuard(mountedSecrets(plan), {
    readSecret: request.readSecret,
    allowed: request.allowSecretLeak,
  })
  leaks.check(plan)

  const devices = asksForDevices(plan)
    ? await readDevices(request.deviceDirectories, request.env)
    : catalogueDevices([], { directories: [], problems: [] })
  const directories = openDirectories(request.directories, store, contextXattrs(workshop.machine.kernel))
  const epoch = plan.epoch === undefined ? undefined : BigInt(plan.epoch) * 1_000_000_000n
  const started = BigInt(Math.floor(Date.now() / 1000)) * 1_000_000_000n
  const known = openKnown(store, caches)
  try {
    const target = await executeSurely(
      plan,
      {
        source: file.source,
        slot: sha256(
          `${context.name} ${dockerfile.name}${request.platform === undefined ? '' : ` ${printPlatform(request.platform)}`}`,
        ),
        parallel: request.parallel ?? Math.max(2, os.availableParallelism()),
        observer: request.observer,
        fresh: (stage) => request.noCache || request.noCacheFilter.includes(stage.name),
        tools: {
          ...fetching,
          machine: workshop.machine,
          known,
          supply,
          context: directories.view,
          secretValues,
          leaks,
          requireCached: request.requireCached,
          sandbox: request.sandbox,
          agents,
          allowed,
          devices,
          epoch,
          now: () => epoch ?? started,
        },
      },
      caches,
      ctx,
    )
    const tooMany = layerWarning(target.layers.length)
    if (tooMany !== undefined) ctx.emit({ type: 'warning', code: layerWarningCode, message: tooMany })
    const stage = plan.stages.find(({ index }) => index === plan.target)
    if (stage === undefined) throw new Fault('internal', 'the target stage is not in the plan')
    const { author, config } = stage.image
    const created =
      plan.epoch === undefined
        ? (target.created ?? new Date().toISOString())
        : new Date(plan.epoch * 1000).toISOString()
    const history =
      plan.epoch === undefined
        ? target.history
        : target.history.map((entry) => ({ ...entry, created: clampDate(entry.created, created) }))
    const image = store.images.create({
      platform: stage.platform,
      created,
      author,
      config: config ?? {},
      history,
      layers: target.layers,
      ...(Object.keys(request.annotations).length > 0 && { annotations: request.annotations }),
      inlineCache: request.inlineCache ? printInline(await stepsToPrint(target.steps, ctx)) : undefined,
    })
    return { image, places: target.places, steps: target.steps }
  } finally {
    directories.save()
  }
}

function asksForDevices({ stages }: Plan): boolean {
  return stages.some(({ steps }) => steps.some((step) => step.kind === 'run' && step.devices.length > 0))
}

function mountedSecrets({ stages }: Plan): readonly string[] {
  return stages
    .flatMap(({ steps }) => steps)
    .flatMap((step) => (step.kind === 'run' ? step.mounts : []))
    .flatMap(({ mount }) => (mount.type === 'secret' ? [mount.id] : []))
}

/** What names and histories say of secret values; a history hides only what was marked, since other builders show the rest. */
function withoutSecrets(plan: Plan, { hide }: SecretValues): Plan {
  const stages = plan.stages.map((stage) => ({
    ...stage,
    steps: stage.steps.map((step) => ({
      ...step,
      name: hide(step.name, 'all'),
      createdBy: hide(step.createdBy, 'marked'),
    })),
  }))
  return { ...plan, stages }
}

/** SOURCE_DATE_EPOCH given from outside is a build argument like any other, unless that was given, too. */
function withEpoch(request: BuildRequest): BuildArguments {
  if (request.epoch === undefined || request.buildArgs.has('SOURCE_DATE_EPOCH')) return request.buildArgs
  return new Map(request.buildArgs).set('SOURCE_DATE_EPOCH', String(request.epoch))
}

function clampDate(date: string | undefined, latest: string): string {
  return date === undefined || date > latest ? latest : date
}
