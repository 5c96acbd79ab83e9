// `peel context ls`: what a build could copy, with sizes.
import { printSize } from '../../core/index.ts'
import { defineCommand } from '../command.ts'
import { jsonFlag, writeJson } from '../listing.ts'
import { printTable } from '../text/table.ts'
import { contextFlags, contextOptions } from './context-options.ts'

export default defineCommand({
  name: 'context ls',
  summary: 'List the files of a build context that the ignore rules leave, with sizes',
  usage: '[PATH | URL | -]',
  flags: {
    ...contextFlags,
    sort: { kind: 'choice', values: ['name', 'size'], about: 'Order of the rows (default name)' },
    json: jsonFlag,
  },
  words: { min: 0, max: 1 },
  async run({ flags, words }, shell) {
    const options = contextOptions(words[0] ?? '.', flags.file, shell)
    const engine = await shell.engine()
    const listing = await engine.contextFiles(options, { signal: shell.signal, emit: () => {} })
    if (flags.json) {
      writeJson(shell, listing)
      return 0
    }
    const files = listing.files.filter(({ kind }) => kind !== 'directory')
    const rows = flags.sort === 'size' ? files.toSorted((a, b) => b.size - a.size) : files
    const ignore = listing.ignoreFile === undefined ? 'no ignore file' : listing.ignoreFile
    shell.out.write(
      printTable([['SIZE', 'PATH'], ...rows.map(({ path, size }) => [printSize(size), path])]) +
        `${files.length} file${files.length === 1 ? '' : 's'}, ${printSize(listing.size)} (${ignore})\n`,
    )
    return 0
  },
})
