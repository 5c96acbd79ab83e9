// `peel rmi`: takes names away, and images that lose their last one.
import type { RemovedItem } from '../../engine/index.ts'
import { defineCommand } from '../command.ts'
import { jsonFlag, writeJson } from '../listing.ts'
import { eachName, statusOf } from './each.ts'

export default defineCommand({
  name: 'rmi',
  summary: 'Remove one or more images',
  usage: 'IMAGE [IMAGE...]',
  flags: {
    force: {
      kind: 'switch',
      short: 'f',
      about: 'Also if it has several names; one that is missing is no error',
    },
    json: jsonFlag,
    'no-prune': { kind: 'switch', about: 'Accepted; there are no untagged parents', hidden: true },
  },
  words: { min: 1 },
  async run({ flags, words }, shell) {
    const engine = await shell.engine()
    const removed: RemovedItem[] = []
    const faults = await eachName(words, shell, async (name) => {
      for (const item of await engine.remove(
        [name],
        { force: flags.force },
        { signal: shell.signal, emit: () => {} },
      )) {
        removed.push(item)
        if (!flags.json)
          shell.out.write(`${item.kind === 'untagged' ? 'Untagged' : 'Deleted'}: ${item.name}\n`)
      }
    })
    if (flags.json) writeJson(shell, removed)
    return statusOf(faults.filter((fault) => !flags.force || fault.kind !== 'missing'))
  },
})
