// `peel manifest create`: one name for images of several platforms. It is in the registry at once; nothing is left to push.
import { defineCommand } from '../command.ts'
import { autoMode, withProgress } from '../progress/index.ts'

export default defineCommand({
  name: 'manifest create',
  summary: 'Create an index of images for several platforms in a registry',
  usage: 'NAME[:TAG] IMAGE [IMAGE...]',
  flags: {
    amend: { kind: 'switch', short: 'a', about: 'Keep the images that an index of that name has' },
    insecure: { kind: 'switch', about: 'Accepted', hidden: true },
    quiet: { kind: 'switch', short: 'q', about: 'Only show the digest' },
  },
  words: { min: 2 },
  async run({ flags, words }, shell) {
    const [name = '', ...images] = words
    const engine = await shell.engine()
    const sources = flags.amend ? [name, ...images] : images
    const digest = await withProgress(
      shell,
      flags.quiet ? 'quiet' : autoMode(shell, 'plain'),
      (ctx) => engine.createIndex(name, sources, ctx),
      { kind: 'layers' },
    )
    shell.out.write(flags.quiet ? `${digest}\n` : `Created manifest list ${name}\nDigest: ${digest}\n`)
    return 0
  },
})
