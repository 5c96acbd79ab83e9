// `peel export`: the file system of an image as one flat tar.
import { defineCommand } from '../command.ts'
import { autoMode, withProgress } from '../progress/index.ts'
import { outputStream } from './save.ts'

export default defineCommand({
  name: 'export',
  summary: "Export an image's filesystem as a tar archive",
  usage: 'IMAGE',
  flags: {
    output: { kind: 'text', short: 'o', value: 'string', about: 'Write to a file, instead of STDOUT' },
    quiet: { kind: 'switch', short: 'q', about: 'Show no progress' },
  },
  words: { min: 1, max: 1 },
  async run({ flags, words }, shell) {
    const output = flags.output ?? outputStream(shell)
    const engine = await shell.engine()
    await withProgress(shell, flags.quiet ? 'quiet' : autoMode(shell, 'quiet'), (ctx) =>
      engine.export(words[0]!, output, ctx),
    )
    return 0
  },
})
