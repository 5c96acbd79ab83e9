// Mends a Dockerfile one change at a time: each is built and compared with the image of the Dockerfile as it was, and kept only where
// nothing differs. What was kept is looked at anew, since lines have moved and one change makes way for another.
import * as path from 'node:path'
import { applyEdits, type NewSecret, type Proposal, proposeFixes, unifiedDiff } from '../../analyze/index.ts'
import { asFault, type Context, Fault } from '../../core/index.ts'
import { parseDockerfile } from '../../dockerfile/index.ts'
import type {
  FixChange,
  FixMeasure,
  FixOptions,
  FixProof,
  FixReport,
  PathDifference,
  SecretSource,
} from '../api/index.ts'
import { buildImage } from '../build.ts'
import { type BuildSource, findSource } from '../build-source.ts'
import { contextFiles } from '../context-files.ts'
import type { Rooms } from '../workshop.ts'
import { findDifferences, judgeDifferences, printDifferences } from './proof.ts'
import { openStepTimes } from './rebuild-time.ts'
import { buildTrial, type Trial, type TrialTools, withText } from './trial.ts'

/** More changes than this are a sign that they never end. */
const mostTrials = 60

export async function fixDockerfile(options: FixOptions, rooms: Rooms, ctx: Context): Promise<FixReport> {
  // what is built stays until all is compared
  using _lease = rooms.store.lease()
  const { build } = options
  if (build.context.kind !== 'directory')
    throw new Fault('usage.invalid', 'a Dockerfile can be mended only with a directory as its context')
  const source = await findSource(build, rooms, ctx)
  if (source.platforms.length > 1)
    throw new Fault('usage.invalid', 'a Dockerfile is mended for one platform at a time')
  const { name } = source.dockerfile
  const text = textOf(source)
  const listing = await contextFiles(build, rooms, ctx)
  const tools: TrialTools = {
    rooms,
    options: build,
    name,
    context: new Map(
      listing.files.map(({ path, kind }) => [path, kind === 'file' || kind === 'directory' ? kind : 'other']),
    ),
    secretSource: secretSources(source, parseDockerfile(text, { file: name })),
    times: openStepTimes(rooms.store),
  }
  const told = tasks(ctx)
  const before = await told('building the Dockerfile as it is', () => buildTrial(text, [], { tools, ctx }))
  const unsteady = once(() =>
    told('building it again, to see what differs each time', () => findUnsteady(before, { tools, ctx })),
  )
  let now = before
  let secrets: readonly NewSecret[] = []
  let gone: readonly string[] = []
  let proof: FixProof | undefined
  const changes: FixChange[] = []
  const seen = new Set<string>()
  for (let tried = 0; tried < mostTrials; ) {
    const proposal = proposeFixes(now.findings).find(({ key }) => !seen.has(key))
    if (proposal === undefined) break
    seen.add(proposal.key)
    if (proposal.refusal !== undefined) {
      changes.push(changeOf(proposal, 'refused', { reason: proposal.refusal }))
      continue
    }
    tried++
    const next = {
      text: applyEdits(now.findings.file.source, proposal.edits),
      secrets: [...secrets, ...proposal.secrets],
      gone: [...gone, ...proposal.gone],
    }
    const outcome = await told(proposal.title, () => tryText(next, { before, tools, unsteady, ctx }))
    const decided = decide(proposal, { outcome, now, options })
    changes.push(decided)
    if (decided.outcome !== 'made' || !('trial' in outcome)) continue
    now = outcome.trial
    ;({ secrets, gone } = next)
    proof = outcome.proof
  }
  const file = shownName(name, source)
  return {
    file,
    before: before.measure,
    ...(now !== before && { after: now.measure }),
    changes: settled(changes, now),
    proof,
    text: now.text,
    diff: unifiedDiff(text, now.text, file),
  }
}

/** Faults where writing the text again would change what it says. */
function textOf({ dockerfile: { text, name } }: BuildSource): string {
  if (typeof text === 'string') return text
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(text)
  } catch (cause) {
    throw new Fault('dockerfile.invalid', `${name} is not in UTF-8, so it cannot be mended`, { cause })
  }
}

/** As people would call it in the context; a diff has names without a root. */
function shownName(name: string, { directories }: BuildSource): string {
  if (!path.isAbsolute(name)) return name
  const relative = path.relative(path.resolve(directories.get('')?.path ?? ''), name)
  return relative.startsWith('..') ? path.basename(name) : relative
}

type Tried = { readonly trial: Trial; readonly proof: FixProof } | { readonly failure: string }

async function tryText(
  next: { readonly text: string; readonly secrets: readonly NewSecret[]; readonly gone: readonly string[] },
  {
    before,
    tools,
    unsteady,
    ctx,
  }: {
    readonly before: Trial
    readonly tools: TrialTools
    readonly unsteady: () => Promise<readonly PathDifference[]>
    readonly ctx: Context
  },
): Promise<Tried> {
  let trial: Trial
  try {
    trial = await buildTrial(next.text, next.secrets, { tools, ctx })
  } catch (thrown) {
    const fault = asFault(thrown)
    if (fault.kind === 'internal' || fault.kind === 'cancelled' || ctx.signal.aborted) throw fault
    const { place } = fault.details
    return {
      failure: `the build then fails${place === undefined ? '' : ` at line ${place.line}`}: ${fault.message}`,
    }
  }
  const differences = await findDifferences(before.image, trial.image, { rooms: tools.rooms, ctx })
  const proof = judgeDifferences(differences, { gone: next.gone, unsteady: [] })
  if (proof.same || proof.config.length > 0) return { trial, proof }
  return { trial, proof: judgeDifferences(differences, { gone: next.gone, unsteady: await unsteady() }) }
}

/** How two builds of the same text differ. */
async function findUnsteady(
  before: Trial,
  { tools, ctx }: { readonly tools: TrialTools; readonly ctx: Context },
): Promise<readonly PathDifference[]> {
  const quiet: Context = { signal: ctx.signal, emit: () => {} }
  const again = await buildImage(
    { ...withText(tools, before.text), noCache: true },
    { rooms: tools.rooms, kind: 'trial' },
    quiet,
  )
  return (await findDifferences(before.image, again.id, { rooms: tools.rooms, ctx })).paths
}

function decide(
  proposal: Proposal,
  { outcome, now, options }: { readonly outcome: Tried; readonly now: Trial; readonly options: FixOptions },
): FixChange {
  if ('failure' in outcome) return changeOf(proposal, 'dropped', { reason: outcome.failure })
  const { trial, proof } = outcome
  const savedBytes = now.measure.bytes - trial.measure.bytes
  const useless = uselessness(proposal, now.measure, trial.measure)
  if (useless !== undefined) return changeOf(proposal, 'dropped', { reason: useless, savedBytes })
  if (!proof.same && options.force !== true)
    return changeOf(proposal, 'dropped', {
      reason: `the image would not be the same: ${printDifferences(proof)}`,
      proof,
      savedBytes,
    })
  if (proposal.secrets.length > 0 && options.changeInputs !== true)
    return changeOf(proposal, 'offered', { reason: 'a build needs a secret then', savedBytes })
  return changeOf(proposal, 'made', { savedBytes, ...(!proof.same && { proof }) })
}

/** Why a change does not get what it is for. */
function uselessness({ goal }: Proposal, now: FixMeasure, then: FixMeasure): string | undefined {
  const fewer = then.layers < now.layers
  if (goal === 'bytes' && then.bytes >= now.bytes && !fewer) return 'it saves no bytes'
  if (goal === 'layers' && !fewer) return 'the image has as many layers as before'
  if (goal !== 'time') return undefined
  const [a = 0, b = 0] = [now.rebuildMilliseconds, then.rebuildMilliseconds]
  return b < a ? undefined : 'it saves no time'
}

function changeOf(
  { kind, goal, title, lines, secrets }: Proposal,
  outcome: FixChange['outcome'],
  more: Partial<Pick<FixChange, 'reason' | 'savedBytes' | 'proof'>>,
): FixChange {
  return { kind, goal, title, lines, secrets, outcome, savedBytes: 0, ...more }
}

/**
 * What was made, and of the rest what is still to be said about the text as it is now: what another change settled is not, and a
 * proposal that was tried again, because another change touched its lines, is told once.
 */
function settled(changes: readonly FixChange[], now: Trial): readonly FixChange[] {
  const open = new Set(proposeFixes(now.findings).map(topicOf))
  return changes.filter(
    (change, i) =>
      change.outcome === 'made' ||
      (open.has(topicOf(change)) &&
        !changes.slice(i + 1).some((later) => topicOf(later) === topicOf(change))),
  )
}

/** What a change is about, wherever its lines are. */
function topicOf({ kind, title }: Pick<FixChange, 'kind' | 'title'>): string {
  return `${kind} ${title.replace(/\blines? \d+(?: to \d+)?/g, 'line')}`
}

/** A secret that was a file of the context, or the value of a build argument. */
function secretSources(
  { buildArgs, directories }: BuildSource,
  { stages, globalArgs }: ReturnType<typeof parseDockerfile>,
): TrialTools['secretSource'] {
  return ({ id, from }): SecretSource => {
    if (from.kind === 'file') return { id, from: 'file', path: `${directories.get('')?.path}/${from.path}` }
    const declared = [...globalArgs, ...stages.flatMap(({ instructions }) => instructions)]
      .flatMap((one) => (one.kind === 'ARG' ? one.args : []))
      .find(({ key }) => key === from.name)
    return { id, from: 'value', value: buildArgs.get(from.name) ?? declared?.default ?? '' }
  }
}

/** Tells of pieces of work as tasks, each by its title. */
function tasks({ emit }: Context): <T>(title: string, work: () => Promise<T>) => Promise<T> {
  let count = 0
  return async (name, work) => {
    const task = `fix ${++count}`
    emit({ type: 'began', task, name, at: Date.now() })
    try {
      const result = await work()
      emit({ type: 'ended', task, outcome: 'done', at: Date.now() })
      return result
    } catch (thrown) {
      emit({ type: 'ended', task, outcome: 'failed', at: Date.now(), message: asFault(thrown).message })
      throw thrown
    }
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}
