// `peel cache prune`: removes cache mounts; those of running builds stay.
import { printSize } from '../../core/index.ts'
import { defineCommand } from '../command.ts'
import { jsonFlag, writeJson } from '../listing.ts'

export default defineCommand({
  name: 'cache prune',
  summary: 'Remove cache mounts, all or those named',
  usage: '[ID...]',
  flags: {
    force: { kind: 'switch', short: 'f', about: 'Accepted; there is no question to skip', hidden: true },
    json: jsonFlag,
  },
  words: { min: 0 },
  async run({ flags, words }, shell) {
    const engine = await shell.engine()
    const report = await engine.pruneCaches(words, { signal: shell.signal, emit: () => {} })
    if (flags.json) writeJson(shell, report)
    else
      shell.out.write(
        [...report.removed, `Total reclaimed space: ${printSize(report.freedBytes, 4)}`]
          .map((line) => `${line}\n`)
          .join(''),
      )
    return 0
  },
})
