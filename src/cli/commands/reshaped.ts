// What `squash`, `flatten` and `rebase` print: the id on standard output, what it gained on standard error.
import { printSize } from '../../core/index.ts'
import type { ReshapedImage } from '../../engine/index.ts'
import { jsonFlag, writeJson } from '../listing.ts'
import type { Shell } from '../shell.ts'

export const reshapeFlags = {
  tag: { kind: 'text', short: 't', value: 'string', about: 'Name and optionally a tag of the new image' },
  quiet: { kind: 'switch', short: 'q', about: 'Only print the ID of the new image' },
  json: jsonFlag,
} as const

export function writeReshaped(
  shell: Shell,
  image: ReshapedImage,
  flags: { readonly json: boolean; readonly quiet: boolean },
): void {
  if (flags.json) {
    writeJson(shell, image)
    return
  }
  shell.out.write(`${image.id}\n`)
  for (const warning of image.warnings) shell.err.write(`${warning}\n`)
  if (flags.quiet) return
  const { layers, size, kept, tags } = image
  const count = (n: number): string => `${n} layer${n === 1 ? '' : 's'}`
  shell.err.write(
    `${count(layers.before)} became ${layers.after}, of which ${kept} stayed as ${kept === 1 ? 'it was' : 'they were'}; ` +
      `${printSize(size.before)} became ${printSize(size.after)}\n` +
      (tags.length === 0 ? 'It has no name; -t gives one, and peel prune removes images without.\n' : ''),
  )
}
