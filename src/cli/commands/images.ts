// `peel images`: what is in the store, as docker lists it.
import { Fault, printSize } from '../../core/index.ts'
import type { Engine, ImageRow } from '../../engine/index.ts'
import { defineCommand } from '../command.ts'
import { listFlags, writeListing } from '../listing.ts'
import { printShortId, printSince, printTime } from '../text/human.ts'

export default defineCommand({
  name: 'images',
  summary: 'List images',
  usage: '[REPOSITORY[:TAG]]',
  flags: {
    all: { kind: 'switch', short: 'a', about: 'Also images without a name' },
    digests: { kind: 'switch', about: 'Show the digests of the manifests' },
    filter: {
      kind: 'list',
      short: 'f',
      value: 'filter',
      about: 'Only some: reference=PATTERN or dangling=true|false',
    },
    'no-trunc': { kind: 'switch', about: "Don't truncate output" },
    quiet: { kind: 'switch', short: 'q', about: 'Only show image IDs' },
    ...listFlags,
  },
  words: { min: 0, max: 1 },
  async run({ flags, words }, shell) {
    const rows = select(await shell.engine(), { filters: flags.filter, name: words[0], all: flags.all })
    const id = (row: ImageRow): string => (flags['no-trunc'] ? row.id : printShortId(row.id))
    if (flags.quiet && !flags.json) {
      shell.out.write([...new Set(rows.map(id))].map((text) => `${text}\n`).join(''))
      return 0
    }
    const none = '<none>'
    const now = shell.now()
    const digest = (row: ImageRow): string[] => (flags.digests ? [row.manifest] : [])
    writeListing(shell, flags, {
      data: rows,
      objects: rows.map((row) => ({
        Containers: 'N/A',
        CreatedAt: printTime(row.created).replace('T', ' ').replace('Z', ' +0000 UTC'),
        CreatedSince: printSince(row.created, now),
        Digest: row.manifest,
        ID: id(row),
        Repository: row.repository ?? none,
        SharedSize: 'N/A',
        Size: printSize(row.size),
        Tag: row.tag ?? none,
        UniqueSize: 'N/A',
        VirtualSize: printSize(row.size, 4),
      })),
      table: [
        ['REPOSITORY', 'TAG', ...(flags.digests ? ['DIGEST'] : []), 'IMAGE ID', 'CREATED', 'SIZE'],
        ...rows.map((row) => [
          row.repository ?? none,
          row.tag ?? none,
          ...digest(row),
          id(row),
          printSince(row.created, now),
          printSize(row.size),
        ]),
      ],
    })
    return 0
  },
})

interface Selection {
  readonly filters: readonly string[]
  readonly name: string | undefined
  readonly all: boolean
}

/** Several references add up, as in docker; `dangling` then keeps or drops the nameless. */
function select(engine: Engine, { filters, name, all }: Selection): readonly ImageRow[] {
  const references = name === undefined ? [] : [name]
  let dangling: boolean | undefined
  for (const filter of filters) {
    const equals = filter.indexOf('=')
    const [key, value] = [filter.slice(0, equals), filter.slice(equals + 1)]
    if (key === 'reference' && equals > 0) references.push(value)
    else if (key === 'dangling' && (value === 'true' || value === 'false')) dangling = value === 'true'
    else
      throw new Fault('usage.invalid', `invalid filter "${filter}"`, {
        hint: 'There are reference=PATTERN and dangling=true|false.',
      })
  }
  const every = all || dangling === true
  const lists =
    references.length === 0
      ? [engine.images({ all: every })]
      : references.map((filter) => engine.images({ filter, all: every }))
  const rows = new Map(
    lists.flat().map((row) => [`${row.id} ${row.manifest} ${row.repository}:${row.tag}`, row]),
  )
  return [...rows.values()].filter(
    (row) => dangling === undefined || (row.repository === undefined) === dangling,
  )
}
