// `peel save`: images as an archive that docker, podman or skopeo read.
import { Fault } from '../../core/index.ts'
import { defineCommand } from '../command.ts'
import { autoMode, withProgress } from '../progress/index.ts'
import type { Shell } from '../shell.ts'

export default defineCommand({
  name: 'save',
  summary: 'Save one or more images to an archive (streamed to STDOUT by default)',
  usage: 'IMAGE [IMAGE...]',
  flags: {
    output: { kind: 'text', short: 'o', value: 'string', about: 'Write to a file, instead of STDOUT' },
    format: {
      kind: 'choice',
      values: ['docker-archive', 'oci-archive', 'oci-dir'],
      about: 'Kind of archive; default docker-archive',
    },
    quiet: { kind: 'switch', short: 'q', about: 'Show no progress' },
  },
  words: { min: 1 },
  async run({ flags, words }, shell) {
    const format = flags.format ?? 'docker-archive'
    if (format === 'oci-dir' && flags.output === undefined)
      throw new Fault('usage.invalid', 'a directory cannot be written to standard output', {
        hint: 'Say where it should go with -o DIR.',
      })
    const output = flags.output ?? outputStream(shell)
    const engine = await shell.engine()
    await withProgress(shell, flags.quiet ? 'quiet' : autoMode(shell, 'quiet'), (ctx) =>
      engine.save(words, { format, output }, ctx),
    )
    return 0
  },
})

/** Standard output for bytes; faults with `usage.invalid` if it is a terminal. */
export function outputStream(shell: Shell): Shell['out']['stream'] {
  if (shell.out.terminal)
    throw new Fault('usage.invalid', 'cowardly refusing to write an archive to a terminal', {
      hint: 'Use the -o flag or redirect.',
    })
  return shell.out.stream
}
