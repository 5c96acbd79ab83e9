// `peel rebase`: an image on another base, or what is in the way.
import { Fault } from '../../core/index.ts'
import type { RebaseConflict, RebaseReport } from '../../engine/index.ts'
import { defineCommand } from '../command.ts'
import { writeJson } from '../listing.ts'
import { autoMode, withProgress } from '../progress/index.ts'
import { reshapeFlags, writeReshaped } from './reshaped.ts'

export default defineCommand({
  name: 'rebase',
  summary: "Put an image's own layers on another base, if nothing is in the way",
  usage: 'IMAGE --onto IMAGE',
  flags: {
    onto: { kind: 'text', value: 'image', about: 'The new base' },
    base: { kind: 'text', value: 'image', about: 'What it stands on now (default: the base that is known)' },
    force: {
      kind: 'switch',
      short: 'f',
      about: "Do it in spite of conflicts: the image's own files and variables win",
    },
    ...reshapeFlags,
  },
  words: { min: 1, max: 1 },
  async run({ flags, words }, shell) {
    const { onto, base, tag, force } = flags
    if (onto === undefined)
      throw new Fault('usage.invalid', "'peel rebase' requires --onto", { hint: "See 'peel rebase --help'" })
    const engine = await shell.engine()
    const report = await withProgress(shell, autoMode(shell, 'quiet'), (ctx) =>
      engine.rebase({ image: words[0]!, onto, base, tag, force }, ctx),
    )
    if (flags.json) writeJson(shell, report)
    else {
      shell.err.write(printConflicts(report))
      if (report.image !== undefined) writeReshaped(shell, report.image, flags)
    }
    return report.image === undefined ? 1 : 0
  },
})

/** Conflicts beyond so many are counted. */
const most = 20

function printConflicts({ paths, variables, image }: RebaseReport): string {
  const count = paths.length + variables.length
  if (count === 0) return ''
  const lines = [
    ...variables.map((name) => `ENV ${name}: changed by the image and by the new base`),
    ...paths.map(printConflict),
  ]
  const left = lines.length - most
  return [
    `${count} conflict${count === 1 ? '' : 's'} with the new base:`,
    ...lines.slice(0, most).map((line) => `  ${line}`),
    ...(left > 0 ? [`  … and ${left} more (--json lists all)`] : []),
    image === undefined
      ? "Build the image again on the new base, or use --force to keep the image's own."
      : "The image's own were kept.",
    '',
  ].join('\n')
}

function printConflict({ path, image, base }: RebaseConflict): string {
  return base === 'kept'
    ? `${path}: ${image} by the image, and another on the new base`
    : `${path}: ${image} by the image, ${base} by the new base`
}
