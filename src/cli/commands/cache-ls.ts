// `peel cache ls`: the directories of RUN --mount=type=cache.
import { printSize } from '../../core/index.ts'
import { defineCommand } from '../command.ts'
import { listFlags, writeListing } from '../listing.ts'

export default defineCommand({
  name: 'cache ls',
  summary: 'List cache mounts',
  usage: '',
  flags: listFlags,
  words: { min: 0, max: 0 },
  async run({ flags }, shell) {
    const rows = await (await shell.engine()).caches()
    writeListing(shell, flags, {
      data: rows,
      objects: rows.map(({ id, size }) => ({ ID: id, Size: printSize(size) })),
      table: [['ID', 'SIZE'], ...rows.map(({ id, size }) => [id, printSize(size)])],
    })
    return 0
  },
})
