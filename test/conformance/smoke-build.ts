// Builds of a suite that states no result: the image must come about on the stand-in base, whatever RUN checks on the way.
import fs from 'node:fs'
import path from 'node:path'
import type { BuildOptions } from '../../src/engine/index.ts'
import { type Bench, described, type Outcome, skipForImage } from './build-harness.ts'
import { openStandInServers } from './stand-in-servers.ts'
import { skip } from './suite.ts'
import { copyContext } from './suite-context.ts'

export interface SmokeBuild {
  /** A directory to copy; none means that the context holds the Dockerfile only. */
  readonly context: string | undefined
  readonly dockerfileText: string
  /** The ignore file that belongs to the Dockerfile. */
  readonly ignoreText?: string | undefined
  readonly buildArgs?: Readonly<Record<string, string | undefined>>
  readonly target?: string | undefined
  readonly expectFailure?: boolean | undefined
  /** Build twice: the second time nothing may have to be done. */
  readonly again?: boolean | undefined
}

/** The names to give the base image so that these references find it. */
export function standInNames(images: Iterable<string>): readonly string[] {
  return [...new Set([...images].map(withoutDigest))].filter((name) => !/^(?:scratch$|stage)/.test(name))
}

function withoutDigest(text: string): string {
  return text.replace(/@sha256:[0-9a-f]{64}/g, '')
}

/** Builds; fails unless it ends as wanted, skips where the base lacks the program that a RUN asks for. */
export async function smokeBuild(bench: Bench, what: SmokeBuild): Promise<Outcome> {
  const directory = bench.directory()
  const context = path.join(directory, 'context')
  if (what.context === undefined) fs.mkdirSync(context)
  else copyContext(what.context, context)
  const dockerfile = path.join(directory, 'Dockerfile')
  if (what.ignoreText !== undefined) fs.writeFileSync(`${dockerfile}.dockerignore`, what.ignoreText)
  const options: BuildOptions = {
    context: { kind: 'directory', path: context },
    dockerfile: { kind: 'path', path: dockerfile },
    buildArgs: what.buildArgs ?? {},
    target: what.target,
  }
  await using servers = await openStandInServers()
  fs.writeFileSync(dockerfile, servers.turned(withoutDigest(what.dockerfileText)))
  const outcome = await bench.build({ ...options, noCache: true })
  if (what.expectFailure === true) {
    if (outcome.ok) throw new Error('the build succeeded')
    return outcome
  }
  if (outcome.ok) {
    if (what.again === true) await bench.mustBuild({ ...options, requireCached: true })
    return outcome
  }
  skipForImage(outcome.fault)
  const lacking = /not found|no such file or directory: .*(?:bash|apt)|unknown (?:user|group)/i.exec(
    `${outcome.fault.message} ${outcome.output}`,
  )
  if (outcome.fault.code === 'step.failed' && lacking !== null)
    skip(`the base image here lacks what a RUN asks for (${outcome.output.trim().slice(-120)})`)
  throw described(outcome.fault, outcome.output)
}
