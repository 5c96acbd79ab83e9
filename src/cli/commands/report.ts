// `peel report`: an image peeled on one page that needs nothing else, for pull requests and whoever has no Peel.
import { writeFileSync } from 'node:fs'
import { Fault, printSize } from '../../core/index.ts'
import { ownAllowList, readAllowList } from '../allow-list.ts'
import { defineCommand } from '../command.ts'
import { autoMode, withProgress } from '../progress/index.ts'
import { sourceAbout, sourceFlags } from '../study-source.ts'
import { outputStream } from './save.ts'

export default defineCommand({
  name: 'report',
  summary: 'Write a page that shows every layer and every byte of an image',
  usage: 'IMAGE',
  details: `${sourceAbout} Secrets are looked for as peel secrets does, and what ${ownAllowList} accepts is left out.`,
  flags: {
    output: { kind: 'text', short: 'o', value: 'FILE', about: 'Write to a file, instead of STDOUT' },
    ...sourceFlags,
    'no-secrets': { kind: 'switch', about: 'Do not look for secrets' },
    quiet: { kind: 'switch', short: 'q', about: 'Show no progress' },
  },
  words: { min: 1, max: 1 },
  async run({ flags, words }, shell) {
    const stream = flags.output === undefined || flags.output === '-' ? outputStream(shell) : undefined
    const allow = readAllowList(undefined)
    const engine = await shell.engine()
    const { printPage } = await shell.pages()
    const { platform, base } = flags
    const mode = flags.quiet ? 'quiet' : autoMode(shell, 'quiet')
    using study = await withProgress(shell, mode, (ctx) => engine.study(words[0]!, { platform, base }, ctx))
    const secrets = flags['no-secrets']
      ? { search: undefined }
      : await withProgress(shell, mode, (ctx) => study.secrets({ allow }, ctx))
    const page = printPage(study, { secrets })
    if (stream !== undefined) {
      await new Promise((resolve) => stream.write(page, resolve))
      return 0
    }
    writePage(flags.output!, page)
    const { shippedBytes, reclaimableBytes } = study.report.totals
    if (!flags.quiet)
      shell.out.write(
        `${flags.output}: ${printSize(reclaimableBytes)} of ${printSize(shippedBytes)} can be reclaimed\n`,
      )
    return 0
  },
})

function writePage(file: string, page: string): void {
  try {
    writeFileSync(file, page)
  } catch (cause) {
    throw new Fault('store.unwritable', `${file} cannot be written: ${(cause as Error).message}`, {
      hint: 'Say with -o where the page may be written.',
      cause,
    })
  }
}
