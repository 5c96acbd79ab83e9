// `peel load`: images from an archive that docker, podman, skopeo or Peel made.
import { Fault } from '../../core/index.ts'
import { defineCommand } from '../command.ts'
import { jsonFlag, writeJson } from '../listing.ts'
import { autoMode, withProgress } from '../progress/index.ts'
import type { Shell } from '../shell.ts'

export default defineCommand({
  name: 'load',
  summary: 'Load images from an archive or STDIN (docker or OCI, compressed or not)',
  usage: '',
  flags: {
    input: { kind: 'text', short: 'i', value: 'string', about: 'Read from archive file, instead of STDIN' },
    quiet: { kind: 'switch', short: 'q', about: 'Show no progress' },
    json: jsonFlag,
  },
  words: { min: 0, max: 0 },
  async run({ flags }, shell) {
    const source = flags.input ?? inputStream(shell, 'Use the -i flag or redirect.')
    const engine = await shell.engine()
    const loaded = await withProgress(shell, flags.quiet ? 'quiet' : autoMode(shell, 'quiet'), (ctx) =>
      engine.load(source, ctx),
    )
    if (flags.json) writeJson(shell, loaded)
    else
      for (const { id, tags } of loaded)
        shell.out.write(
          tags.length === 0
            ? `Loaded image ID: ${id}\n`
            : tags.map((tag) => `Loaded image: ${tag}\n`).join(''),
        )
    return 0
  },
})

/** Standard input for bytes; faults with `usage.invalid` if it is a terminal. */
export function inputStream(shell: Shell, hint: string): Shell['input']['stream'] {
  if (shell.input.terminal)
    throw new Fault('usage.invalid', 'standard input is a terminal, not an archive', { hint })
  return shell.input.stream
}
