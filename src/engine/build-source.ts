// What a build or a check is about: the contexts, the Dockerfile and the values given from outside, as users name them.
import * as fs from 'node:fs'
import {
  dockerfileLimit,
  download,
  type FetchTools,
  type FoundDockerfile,
  findDockerfile,
  findDockerfileIn,
  type GivenDirectory,
  isRemote,
  type OpenedContext,
  openMainContext,
  textDockerfile,
  tooLarge,
} from '../build/index.ts'
import { type Context, Fault, normalizePlatform, type Platform, parsePlatform } from '../core/index.ts'
import type { BuildArguments } from '../plan/index.ts'
import type { BuildContext, BuildOptions } from './api/index.ts'
import { secretReader } from './secrets.ts'
import type { Rooms } from './workshop.ts'

export interface BuildSource {
  readonly context: Pick<OpenedContext, 'source' | 'name' | 'time'>
  /** The context's directory under the empty name, where it is one. */
  readonly directories: ReadonlyMap<string, GivenDirectory>
  readonly dockerfile: FoundDockerfile
  readonly buildArgs: BuildArguments
  /** Empty where none was asked for: this machine's. */
  readonly platforms: readonly Platform[]
  readonly target: string | undefined
  readonly tools: FetchTools
}

/** Finds, or fetches, what is to be built. Faults with `context.missing`, `dockerfile.missing`, `platform.invalid`, … */
export async function findSource(options: BuildOptions, rooms: Rooms, ctx: Context): Promise<BuildSource> {
  const { platform, target } = options
  const buildArgs = buildArguments(options.buildArgs ?? {}, rooms.env)
  const readSecret = secretReader(options.secrets ?? [], rooms.env)
  const tools: FetchTools = {
    store: rooms.store,
    env: rooms.env,
    readSecret,
    get: async (url, asked, inner) => (await rooms.registry()).get(url, asked, inner),
    // what stands on the command line may use the user's own agent, what stands in a Dockerfile only one given by --ssh
    findAgent: async () => rooms.env.SSH_AUTH_SOCK || undefined,
  }
  const context = await openMainContext(mainContext(options.context, buildArgs), tools, ctx)
  const dockerfile = await readDockerfile(options, context, tools, ctx)
  const { directory } = context
  return {
    context,
    directories: new Map(
      directory === undefined ? [] : [['', { path: directory, ignore: dockerfile.ignore }]],
    ),
    dockerfile,
    target,
    buildArgs,
    platforms: [...new Set(platform?.split(','))].map((text) =>
      normalizePlatform(parsePlatform(text.trim())),
    ),
    tools,
  }
}

/** docker's rule: what looks like a directory and is none may still name a repository. */
function mainContext(given: BuildContext, buildArgs: BuildArguments): Parameters<typeof openMainContext>[0] {
  const keepGitDir = /^(?:1|t|true)$/i.test(buildArgs.get('BUILDKIT_CONTEXT_KEEP_GIT_DIR') ?? '') || undefined
  if (given.kind === 'remote') return { ...given, keepGitDir }
  if (given.kind === 'directory' && isRemote(given.path))
    return { kind: 'remote', url: given.path, keepGitDir }
  return given
}

async function readDockerfile(
  options: BuildOptions,
  context: OpenedContext,
  tools: FetchTools,
  ctx: Context,
): Promise<FoundDockerfile> {
  const { dockerfile: asked } = options
  const { directory, source } = context
  if (asked?.kind === 'text' && asked.replaces !== undefined)
    return { ...findDockerfile(directory, asked.replaces.path), text: asked.text }
  if (asked?.kind === 'text') return textDockerfile(asked.text, asked.name, directory)
  if (asked?.kind === 'url') {
    const limit = { bytes: dockerfileLimit, exceeded: tooLarge }
    const file = await download({ url: asked.url, fileName: 'Dockerfile', limit }, tools, ctx)
    return textDockerfile(fs.readFileSync(file.path), file.url, directory)
  }
  if (context.dockerfile !== undefined) {
    if (asked !== undefined)
      throw new Fault(
        'usage.invalid',
        '-f cannot be combined with a Dockerfile that comes in place of a context',
      )
    return textDockerfile(context.dockerfile, 'Dockerfile', undefined)
  }
  if (source.from === 'tree') return findDockerfileIn(tools.store.layers.stack(source.layers), asked?.path)
  return findDockerfile(directory, asked?.path)
}

/** A name without a value takes it from the environment, and is dropped where that has none (docker's rule). */
function buildArguments(
  given: Readonly<Record<string, string | undefined>>,
  env: Rooms['env'],
): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  for (const [name, value] of Object.entries(given)) {
    const found = value ?? env[name]
    if (found !== undefined) values.set(name, found)
  }
  return values
}
