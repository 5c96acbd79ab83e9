// The build checks as users meet them: asked for by themselves, or on the way of a build.
import { type CheckReport as Checked, checkDockerfile } from '../analyze/index.ts'
import { asFault, type Context, Fault, isFault } from '../core/index.ts'
import { compileIgnore, parseDockerfile } from '../dockerfile/index.ts'
import type { BuildOptions, CheckReport } from './api/index.ts'
import { type BuildSource, findSource } from './build-source.ts'
import { findImage } from './names.ts'
import type { Rooms } from './workshop.ts'

/** Checks all stages, or those that `target` needs. What would stop a build becomes the report's `error`. */
export async function checkBuild(options: BuildOptions, rooms: Rooms, ctx: Context): Promise<CheckReport> {
  const source = await findSource(options, rooms, ctx)
  const { name: file, text } = source.dockerfile
  try {
    const { fault, ...report } = await check(source, rooms, 'all')
    return { ...report, error: fault && errorOf(fault) }
  } catch (thrown) {
    const fault = asFault(thrown)
    if (fault.kind === 'internal') throw fault
    const shown = fault.details.source ?? (typeof text === 'string' ? text : new TextDecoder().decode(text))
    return { file, source: shown, warnings: [], failOnWarning: false, error: errorOf(fault) }
  }
}

/** Says what the checks find in the stages that are built. Faults with `check.failed` where the Dockerfile asks for it. */
export async function warn(source: BuildSource, rooms: Rooms, ctx: Context): Promise<void> {
  const report = await check(source, rooms, 'needed')
  for (const { rule, message, place } of report.warnings)
    ctx.emit({ type: 'warning', code: rule, message, place })
  // what builds elsewhere builds here: our own rules end no build
  const violations = report.warnings.filter(({ own }) => !own)
  const [first] = violations
  if (!report.failOnWarning || first === undefined) return
  const names = [...new Set(violations.map(({ rule }) => rule))].sort()
  throw new Fault('check.failed', `lint violation found for rules: ${names.join(', ')}`, {
    hint: 'mend them, or name the rules in # check=skip=…; peel build --check shows them all',
    place: first.place,
    source: report.source,
  })
}

function check(source: BuildSource, rooms: Rooms, stages: 'all' | 'needed'): Promise<Checked> {
  const { dockerfile, buildArgs, target } = source
  const [platform] = source.platforms
  return checkDockerfile(parseDockerfile(dockerfile.text, { file: dockerfile.name }), {
    stages,
    own: stages === 'all' ? 'all' : 'certain',
    target,
    buildArgs,
    platform,
    ignore: dockerfile.ignore === undefined ? undefined : compileIgnore(dockerfile.ignore.text),
    findBase: async (name, wanted) => {
      for (const asked of [wanted, undefined])
        try {
          return findImage(rooms.store, name, asked).config
        } catch (thrown) {
          if (!isFault(thrown)) throw thrown
        }
      return undefined
    },
  })
}

function errorOf({ message, details }: Fault): CheckReport['error'] {
  return { message, place: details.place, hint: details.hint }
}
