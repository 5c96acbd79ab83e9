// `peel du`: what the store takes on disk, and what each image has for itself.
import { printSize } from '../../core/index.ts'
import { defineCommand } from '../command.ts'
import { listFlags, writeListing } from '../listing.ts'
import { printShortId } from '../text/human.ts'
import { printTable } from '../text/table.ts'

export default defineCommand({
  name: 'du',
  summary: 'Show disk usage',
  usage: '',
  flags: {
    'no-trunc': { kind: 'switch', about: "Don't truncate output" },
    verbose: { kind: 'switch', short: 'v', about: 'Accepted; images are always listed', hidden: true },
    ...listFlags,
  },
  words: { min: 0, max: 0 },
  async run({ flags }, shell) {
    const usage = (await shell.engine()).usage()
    const id = (text: string): string => (flags['no-trunc'] ? text : printShortId(text))
    const images = usage.images.map((image) => ({
      ID: id(image.id),
      Names: image.names.length === 0 ? '<none>' : image.names.join(', '),
      SharedSize: printSize(image.shared, 4),
      Size: printSize(image.size, 4),
      UniqueSize: printSize(image.unique, 4),
    }))
    writeListing(shell, flags, {
      data: usage,
      objects: images,
      table: [
        ['IMAGE ID', 'NAMES', 'SIZE', 'SHARED SIZE', 'UNIQUE SIZE'],
        ...images.map((image) => [image.ID, image.Names, image.Size, image.SharedSize, image.UniqueSize]),
      ],
    })
    if (!flags.json && flags.format === undefined) {
      const { layers, indexes, cacheOnly, cacheMounts, reclaimable, total } = usage
      const rows: readonly (readonly [string, number])[] = [
        ['Layers', layers],
        ['  only for the build cache', cacheOnly],
        ['Indexes', indexes],
        ['Cache mounts', cacheMounts],
        ['Total', total],
        ['Reclaimable', reclaimable],
      ]
      shell.out.write(
        `\n${printTable([['ON DISK', 'SIZE'], ...rows.map(([name, size]) => [name, printSize(size, 4)])])}`,
      )
    }
    return 0
  },
})
