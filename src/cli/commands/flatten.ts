// `peel flatten`: all layers in one, as export and import make it, with the configuration kept.
import { defineCommand } from '../command.ts'
import { autoMode, withProgress } from '../progress/index.ts'
import { reshapeFlags, writeReshaped } from './reshaped.ts'

export default defineCommand({
  name: 'flatten',
  summary: 'Merge all layers of an image into one and keep its configuration',
  usage: 'IMAGE',
  flags: reshapeFlags,
  words: { min: 1, max: 1 },
  async run({ flags, words }, shell) {
    const engine = await shell.engine()
    const image = await withProgress(shell, autoMode(shell, 'quiet'), (ctx) =>
      engine.squash({ image: words[0]!, keep: { by: 'nothing' }, tag: flags.tag }, ctx),
    )
    writeReshaped(shell, image, flags)
    return 0
  },
})
