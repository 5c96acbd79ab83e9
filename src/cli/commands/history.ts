// `peel history`: the layers of an image, and the Dockerfile lines that made them where those are known.
import { printSize } from '../../core/index.ts'
import type { HistoryRow } from '../../engine/index.ts'
import { defineCommand } from '../command.ts'
import { listFlags, writeListing } from '../listing.ts'
import type { Shell } from '../shell.ts'
import { ellipsis, printShortId, printSince, printTime } from '../text/human.ts'
import { remoteName } from './remote-name.ts'

export default defineCommand({
  name: 'history',
  summary: 'Show the history of an image',
  usage: 'IMAGE | registry://NAME',
  flags: {
    human: {
      kind: 'switch',
      short: 'H',
      default: true,
      about: 'Print sizes and dates in human readable format',
    },
    'no-trunc': { kind: 'switch', about: "Don't truncate output" },
    platform: { kind: 'text', value: 'string', about: 'With registry://NAME: os/arch[/variant]' },
    quiet: { kind: 'switch', short: 'q', about: 'Only show image IDs' },
    ...listFlags,
  },
  words: { min: 1, max: 1 },
  async run({ flags, words }, shell) {
    const rows = await readHistory(words[0]!, flags.platform, shell)
    const id = ({ id }: HistoryRow): string =>
      id === undefined ? '<missing>' : flags['no-trunc'] ? id : printShortId(id)
    if (flags.quiet && !flags.json) {
      shell.out.write(rows.map((row) => `${id(row)}\n`).join(''))
      return 0
    }
    const now = shell.now()
    const created = (row: HistoryRow): string =>
      flags.human ? printSince(row.created, now) : printTime(row.created)
    const size = (row: HistoryRow): string => (flags.human ? printSize(row.size) : String(row.size))
    const by = (row: HistoryRow): string => {
      const text = row.createdBy.replace(/[\t\n]/g, ' ')
      return flags['no-trunc'] ? text : ellipsis(text, 45)
    }
    const line = ({ place }: HistoryRow): string => (place === undefined ? '' : `${place.file}:${place.line}`)
    const withLines = rows.some((row) => row.place !== undefined)
    const lineCell = (row: HistoryRow): string[] => (withLines ? [line(row)] : [])
    writeListing(shell, flags, {
      data: rows,
      objects: rows.map((row) => ({
        Comment: row.comment,
        CreatedAt: printTime(row.created),
        CreatedBy: by(row),
        CreatedSince: printSince(row.created, now),
        ID: id(row),
        Line: line(row),
        Size: size(row),
      })),
      table: [
        [
          'IMAGE',
          flags.human ? 'CREATED' : 'CREATED AT',
          'CREATED BY',
          'SIZE',
          ...(withLines ? ['LINE'] : []),
          'COMMENT',
        ],
        ...rows.map((row) => [id(row), created(row), by(row), size(row), ...lineCell(row), row.comment]),
      ],
    })
    return 0
  },
})

async function readHistory(
  name: string,
  platform: string | undefined,
  shell: Shell,
): Promise<readonly HistoryRow[]> {
  const engine = await shell.engine()
  const remote = remoteName(name)
  if (remote === undefined) return engine.history(name)
  return engine.remoteHistory(remote, { platform }, { signal: shell.signal, emit: () => {} })
}
