// `peel cache export`: cache mounts into a layout directory or an archive, for another machine.
import { statSync } from 'node:fs'
import { defineCommand } from '../command.ts'
import { outputStream } from './save.ts'

export default defineCommand({
  name: 'cache export',
  summary: 'Write cache mounts, all or those named, as an OCI artifact',
  usage: '[ID...]',
  flags: {
    format: {
      kind: 'choice',
      values: ['oci-archive', 'oci-dir'],
      about: 'Default: oci-dir for a directory or a name that ends in /, else oci-archive',
    },
    output: { kind: 'text', short: 'o', value: 'string', about: 'Write to a file or directory' },
  },
  words: { min: 0 },
  async run({ flags, words }, shell) {
    const { output } = flags
    const isDirectory =
      output !== undefined &&
      (output.endsWith('/') || statSync(output, { throwIfNoEntry: false })?.isDirectory() === true)
    const ids = await (await shell.engine()).exportCaches(
      words,
      {
        format: flags.format ?? (isDirectory ? 'oci-dir' : 'oci-archive'),
        output: output === undefined || output === '-' ? outputStream(shell) : output,
      },
      { signal: shell.signal, emit: () => {} },
    )
    for (const id of ids) shell.err.write(`Exported ${id}\n`)
    return 0
  },
})
