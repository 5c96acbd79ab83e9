// `peel squash`: the layers above a base in one.
import { Fault } from '../../core/index.ts'
import type { SquashOptions } from '../../engine/index.ts'
import { defineCommand } from '../command.ts'
import { autoMode, withProgress } from '../progress/index.ts'
import { reshapeFlags, writeReshaped } from './reshaped.ts'

export default defineCommand({
  name: 'squash',
  summary: 'Merge the layers of an image above its base into one',
  usage: 'IMAGE',
  flags: {
    base: {
      kind: 'text',
      value: 'image',
      about: 'Keep the layers of this image (default: the base that is known)',
    },
    from: {
      kind: 'text',
      value: 'layer',
      about: 'The first layer to merge: its number from 1 at the bottom, or its diff id',
    },
    ...reshapeFlags,
  },
  words: { min: 1, max: 1 },
  async run({ flags, words }, shell) {
    const keep = keptBy(flags.base, flags.from)
    const engine = await shell.engine()
    const image = await withProgress(shell, autoMode(shell, 'quiet'), (ctx) =>
      engine.squash({ image: words[0]!, keep, tag: flags.tag }, ctx),
    )
    writeReshaped(shell, image, flags)
    return 0
  },
})

function keptBy(base: string | undefined, from: string | undefined): SquashOptions['keep'] {
  if (base !== undefined && from !== undefined)
    throw new Fault('usage.invalid', '--base and --from both say what stays', { hint: 'give one of them' })
  if (base !== undefined) return { by: 'base', name: base }
  return from === undefined ? undefined : { by: 'layer', from }
}
