// Kaniko's integration Dockerfiles. The source compares with docker and stores no result: each must build here, on a
// stand-in base and with stand-in servers, whatever the data says that the source's machine needs.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { type Bench, needsRoot, openBench } from '../build-harness.ts'
import { isDistribution } from '../distribution-base.ts'
import { smokeBuild, standInNames } from '../smoke-build.ts'
import { type Case, type Result, verdict } from '../suite.ts'

interface KanikoCase extends Case {
  readonly dockerfile: string
  readonly context?: string
  readonly dockerignore?: string
  readonly baseImages?: readonly string[]
  readonly run?: boolean
  readonly cacheTest?: boolean
  readonly buildArgs?: readonly string[]
  readonly env?: readonly string[]
  readonly flags?: readonly string[]
  readonly expectFailure?: boolean
  readonly outputMustNotContain?: readonly string[]
}

export async function* run(cases: readonly KanikoCase[], directory: string): AsyncGenerator<Result> {
  const names = standInNames(cases.flatMap(({ baseImages = [] }) => baseImages))
  let bench: Bench | undefined
  try {
    for (const one of cases)
      yield await verdict(one.id, async () => {
        if (one.run === true) needsRoot()
        bench ??= await openBench(
          names.filter((name) => !isDistribution(name)),
          names.filter(isDistribution),
        )
        await check(one, bench, directory)
      })
  } finally {
    bench?.[Symbol.dispose]()
  }
}

async function check(one: KanikoCase, bench: Bench, directory: string): Promise<void> {
  const read = (name: string) => fs.readFileSync(path.join(directory, name), 'utf8')
  const environment = new Map((one.env ?? []).map(pair))
  const outcome = await smokeBuild(bench, {
    context: contextOf(one, directory),
    dockerfileText: read(one.dockerfile),
    ignoreText: one.dockerignore === undefined ? undefined : read(one.dockerignore),
    buildArgs: Object.fromEntries(
      (one.buildArgs ?? []).map((text) => (text.includes('=') ? pair(text) : [text, environment.get(text)])),
    ),
    target: one.flags?.find((flag) => flag.startsWith('--target='))?.slice('--target='.length),
    expectFailure: one.expectFailure,
    again: one.cacheTest,
  })
  for (const text of one.outputMustNotContain ?? [])
    assert.ok(!outcome.output.includes(text), `the output shows ${text}`)
}

/** The source builds its `relative` Dockerfiles from a directory further down than the data says. */
function contextOf({ context, id }: KanikoCase, directory: string): string | undefined {
  if (context === undefined) return undefined
  const below = path.join(directory, context, 'context')
  return /_relative_copy/.test(id) && fs.existsSync(below) ? below : path.join(directory, context)
}

function pair(text: string): readonly [string, string] {
  const at = text.indexOf('=')
  return [text.slice(0, at), text.slice(at + 1)]
}
