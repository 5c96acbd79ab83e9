// `peel build`: draws a build. What its flags mean is read in `build-options.ts`.
import { writeFileSync } from 'node:fs'
import type { BuildOptions, BuildResult, Engine } from '../../engine/index.ts'
import { defineCommand } from '../command.ts'
import { jsonFlag, writeJson } from '../listing.ts'
import type { Progress, ProgressMode } from '../progress/index.ts'
import { autoMode, countSteps, withProgress } from '../progress/index.ts'
import type { Shell } from '../shell.ts'
import { printSeconds } from '../text/human.ts'
import { fail } from './build-fields.ts'
import { type BuildFlags, buildFlags } from './build-flags.ts'
import { parseOutput, readOptions, type SaveTo } from './build-options.ts'
import { readCall, runCall } from './call.ts'
import { runCheck } from './check.ts'
import { outputStream } from './save.ts'

export default defineCommand({
  name: 'build',
  summary: 'Build an image from a Dockerfile',
  usage: 'PATH | URL | -',
  flags: { ...buildFlags, json: jsonFlag },
  words: { min: 1, max: 1 },
  async run({ flags, words }, shell) {
    const options = readOptions(flags, words[0]!, {
      env: shell.env,
      readInput: () => readInput(shell),
      input: inputStream(shell),
    })
    const call = readCall(flags)
    if (call.kind === 'check') return runCheck(await shell.engine(), options, { shell, format: call.format })
    if (call.kind !== 'build') return runCall(await shell.engine(), options, { shell, call })
    const outputs = flags.output.map(parseOutput).filter((output) => output !== undefined)
    if (flags.push) outputs.push({ format: 'registry', path: '' })
    if (outputs.some(({ format }) => format === 'registry') && flags.tag.length === 0)
      fail('there is no tag to push', 'Name the image: -t REGISTRY/NAME.')
    const engine = await shell.engine()
    const mode = modeOf(flags, shell)
    const result = await runBuild(engine, options, { shell, mode, outputs })
    if (flags.iidfile !== undefined) writeFileSync(flags.iidfile, result.id)
    if (flags['metadata-file'] !== undefined)
      writeFileSync(flags['metadata-file'], `${JSON.stringify(metadata(result), undefined, 2)}\n`)
    if (flags.json) writeJson(shell, result)
    else if (mode === 'quiet') shell.out.write(`${result.id}\n`)
    return 0
  },
})

/** The fields of buildx's metadata file that Peel has values for. */
function metadata({ id, manifest, tags, platforms }: BuildResult): object {
  return {
    ...(platforms === undefined && { 'containerimage.config.digest': id }),
    'containerimage.digest': manifest,
    ...(tags.length > 0 && { 'image.name': tags.join(',') }),
  }
}

function modeOf(flags: BuildFlags, shell: Shell): ProgressMode {
  if (flags.quiet) return 'quiet'
  const asked = flags.progress ?? shell.env.BUILDKIT_PROGRESS ?? 'auto'
  if (asked === 'rawjson') return 'json'
  if (asked === 'plain' || asked === 'json' || asked === 'quiet') return asked
  // A terminal that was asked for and is not there would be drawn into a file.
  return autoMode(shell, 'plain')
}

interface Drawn {
  readonly shell: Shell
  readonly mode: ProgressMode
  readonly outputs: readonly SaveTo[]
}

async function runBuild(engine: Engine, options: BuildOptions, drawn: Drawn): Promise<BuildResult> {
  const { shell, mode, outputs } = drawn
  const began = shell.now()
  const targets = outputs.map((output) => ({
    ...output,
    stream: output.path === '-' ? outputStream(shell) : output.path,
  }))
  return withProgress(
    shell,
    mode,
    async (ctx) => {
      const result = await engine.build(options, ctx)
      for (const { format, stream } of targets) {
        if (format === 'registry') await engine.push(result.tags, {}, ctx)
        else if (format === 'directory') await engine.exportDirectory(result.id, String(stream), ctx)
        else if (format === 'tar') await engine.export(result.id, stream, ctx)
        else {
          const names = result.tags.length === 0 ? [result.id] : result.tags
          await engine.save(names, { format, output: stream }, ctx)
        }
      }
      return result
    },
    { summary: (result, state) => summary(result, state, shell.now() - began) },
  )
}

/** What docker says at the end of a build, and how much of it was cached. */
function summary(result: BuildResult, state: Progress, milliseconds: number): readonly string[] {
  const counts = countSteps(state)
  const total = result.steps.length || counts.begun
  const found = result.steps.filter((step) => step.outcome === 'reused').length
  const reused = result.steps.length === 0 ? counts.reused : found
  const naming = result.tags.map((tag) => `naming to ${tag}`)
  const steps = `${total} step${total === 1 ? '' : 's'}, ${reused} cached, ${printSeconds(milliseconds)}`
  return [`writing image ${result.id}`, ...naming, steps]
}

/** Standard input as a context; that it is a terminal is said when something wants to read it. */
export async function* inputStream(shell: Shell): AsyncGenerator<Uint8Array> {
  if (shell.input.terminal) fail('standard input is a terminal, neither an archive nor a Dockerfile')
  yield* shell.input.stream as AsyncIterable<Uint8Array>
}

function readInput(shell: Shell): string {
  if (shell.input.terminal) fail('standard input is a terminal, not a Dockerfile')
  return shell.input.text()
}
