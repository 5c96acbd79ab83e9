// `peel copy`: images between registries, layouts, archives and the store.
import { defineCommand } from '../command.ts'
import { autoMode, withProgress } from '../progress/index.ts'

export default defineCommand({
  name: 'copy',
  summary: 'Copy an image between registries, OCI layouts, archives and the store',
  usage: 'SOURCE TARGET',
  flags: {
    platform: { kind: 'text', value: 'string', about: 'Only the image for os/arch[/variant]; default: all' },
    quiet: { kind: 'switch', short: 'q', about: 'Only show the digest' },
  },
  words: { min: 2, max: 2 },
  async run({ flags, words }, shell) {
    const [source = '', target = ''] = words
    const engine = await shell.engine()
    const digest = await withProgress(
      shell,
      flags.quiet ? 'quiet' : autoMode(shell, 'plain'),
      (ctx) => engine.copy(source, target, { platform: flags.platform }, ctx),
      { kind: 'layers' },
    )
    shell.out.write(flags.quiet ? `${digest}\n` : `Digest: ${digest}\n`)
    return 0
  },
})
