// What kaniko's tables say of stages, triggers and what stages take from each other, asked of the plan of a Dockerfile.
import assert from 'node:assert/strict'
import { isFault, toRootPath } from '../../src/core/index.ts'
import { parseDockerfile } from '../../src/dockerfile/index.ts'
import { planText } from './plan-text.ts'
import { type Case, skip } from './suite.ts'

export type Fields = Readonly<Record<string, unknown>>

export interface KanikoCase extends Case {
  readonly path?: string
  readonly envs?: readonly string[]
  readonly expectedPath?: string
  readonly isFilepath?: boolean
  readonly signal?: string
  readonly expectedSignal?: string
  readonly args?: unknown
  readonly files?: unknown
  readonly want?: unknown
  readonly expression?: string
  readonly sourcesAndDest?: readonly string[]
  readonly srcsAndDest?: readonly string[]
  readonly expectedDest?: unknown
  readonly cmdLine?: readonly string[]
  readonly prependShell?: boolean
  readonly expectedCmd?: readonly string[] | null
  readonly expectedShell?: readonly string[]
  readonly user?: string
  readonly expectedUID?: string
  readonly expectedGID?: string
  readonly cfg?: {
    readonly OnBuild?: readonly string[]
    readonly Config?: { readonly Env?: readonly string[] }
  }
  readonly expCommands?: readonly Fields[] | null
  readonly stageToIdx?: Readonly<Record<string, string>>
  readonly target?: string
  readonly targetIndex?: number
  readonly shouldErr?: boolean
  readonly dockerfile?: string
  readonly expectedSourceCodes?: Readonly<Record<string, readonly string[]>>
  readonly originalCmd?: readonly string[] | null
  readonly originalEntrypoint?: readonly string[] | null
  readonly expected?: unknown
  readonly dest?: string
  readonly cwd?: string
  readonly expectedFilepath?: string
  readonly url?: string
  readonly config?: { readonly Env?: readonly string[] }
  readonly envVars?: readonly { readonly Key: string; readonly Value: string }[]
  readonly replacementEnvs?: readonly string[]
  readonly expectedEnv?: readonly string[]
  readonly resolvedSources?: readonly string[]
  readonly name?: string
  readonly expectedList?: readonly string[]
  readonly chmod?: string
  readonly env?: readonly string[]
  readonly wantErr?: boolean
  readonly rootDir?: string
  readonly command?: string
  readonly setupTarContents?: Readonly<Record<string, string>>
  readonly expectedFileList?: readonly string[]
}

export async function checkTriggers({ cfg, expCommands, stageToIdx = {} }: KanikoCase): Promise<void> {
  const stages = Object.keys(stageToIdx).map((name) => `FROM scratch AS ${name}\n`)
  const { steps } = await planText(`${stages.join('')}FROM base\n`, { base: { OnBuild: cfg?.OnBuild ?? [] } })
  const copies = steps.map((step) => {
    assert.ok(step.kind === 'copy')
    return {
      From: step.source.from === 'stage' ? String(step.source.stage) : '',
      paths: step.items.map((item) => (item.kind === 'path' ? item.path : '')),
      destination: step.destination,
    }
  })
  const wanted = (expCommands ?? []).map(({ From = '', SourcesAndDest }) => {
    const { SourcePaths, DestPath } = SourcesAndDest as { SourcePaths: readonly string[]; DestPath: string }
    return { From, paths: SourcePaths, destination: toRootPath(DestPath) }
  })
  assert.deepEqual(copies, wanted)
}

/** The stages of the source's test, as its results imply them. */
const threeStages = 'FROM base\nFROM scratch AS second\nFROM scratch AS UPPER_CASE\n'

export async function checkTarget({ target = '', targetIndex, shouldErr }: KanikoCase): Promise<void> {
  const plan = () => planText(threeStages, { target })
  if (shouldErr === true) return assert.rejects(plan, isFault)
  assert.equal((await plan()).plan.target, targetIndex)
}

export async function checkStages({ dockerfile = '', expectedSourceCodes = {} }: KanikoCase): Promise<void> {
  const { stages } = parseDockerfile(dockerfile, { file: 'Dockerfile' })
  for (const [target, wanted] of Object.entries(expectedSourceCodes)) {
    const { plan } = await planText(dockerfile, { target })
    const used = plan.stages.map(({ index }) => stages[index]?.from.text)
    if (wanted.length === stages.length && used.length < wanted.length)
      skip('the source keeps all stages where the last one needs none')
    assert.deepEqual(used, wanted, `for the target "${target}"`)
  }
}

export async function checkDependencies({ args, want }: KanikoCase): Promise<void> {
  const { dockerfile } = args as { readonly dockerfile: string }
  const found = new Map<number, Set<string>>()
  const { stages } = parseDockerfile(dockerfile, { file: 'Dockerfile' })
  for (const { index } of stages) {
    const { steps } = await planText(dockerfile, { target: String(index) })
    for (const step of steps)
      if (step.kind === 'copy' && step.source.from === 'stage') {
        const paths = found.get(step.source.stage) ?? new Set()
        for (const item of step.items) if (item.kind === 'path') paths.add(item.path)
        found.set(step.source.stage, paths)
      }
  }
  assert.deepEqual(Object.fromEntries([...found].map(([stage, paths]) => [stage, [...paths]])), want)
}
