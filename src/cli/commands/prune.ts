// `peel prune`: removes what no name and no running build reaches. It never asks, since it never removes an image with a name.
import { printSize } from '../../core/index.ts'
import { defineCommand } from '../command.ts'
import { jsonFlag, writeJson } from '../listing.ts'
import { autoMode, withProgress } from '../progress/index.ts'

export default defineCommand({
  name: 'prune',
  summary: 'Remove what nothing uses: layers, cache records, images without a name',
  usage: '',
  flags: {
    all: { kind: 'switch', short: 'a', about: 'Also cache records that were used lately' },
    'cache-mounts': { kind: 'switch', about: 'Also the contents of RUN --mount=type=cache' },
    'dry-run': { kind: 'switch', about: 'Only say what would be removed' },
    force: { kind: 'switch', short: 'f', about: 'Accepted; there is no question to skip', hidden: true },
    json: jsonFlag,
  },
  words: { min: 0, max: 0 },
  async run({ flags }, shell) {
    const engine = await shell.engine()
    const dryRun = flags['dry-run']
    const report = await withProgress(shell, autoMode(shell, 'quiet'), (ctx) =>
      engine.prune({ all: flags.all, cacheMounts: flags['cache-mounts'], dryRun }, ctx),
    )
    if (flags.json) {
      writeJson(shell, report)
      return 0
    }
    const section = (title: string, lines: readonly string[]): string =>
      lines.length === 0 ? '' : `${title}:\n${lines.map((line) => `${line}\n`).join('')}\n`
    const would = dryRun ? 'Would be deleted' : 'Deleted'
    shell.out.write(
      section(`${would} images`, report.images) +
        section(`${would} layers`, report.layers) +
        section(`${would} cache mounts`, report.cacheMounts) +
        (report.records === 0 ? '' : `${would} cache records: ${report.records}\n`) +
        (report.builds === 0 ? '' : `${would} builds: ${report.builds}\n`) +
        `Total ${dryRun ? 'reclaimable' : 'reclaimed'} space: ${printSize(report.freedBytes, 4)}\n`,
    )
    return 0
  },
})
