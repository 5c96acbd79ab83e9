// `peel ui`: the pages of all images in the browser, served to this machine alone until it is interrupted.
import { Fault } from '../../core/index.ts'
import { readAllowList } from '../allow-list.ts'
import { defineCommand } from '../command.ts'

export default defineCommand({
  name: 'ui',
  summary: 'Show all images in the browser (on this machine only)',
  usage: '',
  flags: {
    port: { kind: 'text', short: 'p', value: 'PORT', about: 'Port to listen on; default one that is free' },
  },
  words: { min: 0, max: 0 },
  async run({ flags }, shell) {
    const port = flags.port === undefined ? undefined : parsePort(flags.port)
    const allow = readAllowList(undefined)
    const engine = await shell.engine()
    const { servePages } = await shell.pages()
    await servePages(
      engine,
      { port, allow, ready: (url) => shell.out.write(`${url}\n`) },
      { signal: shell.signal, emit: () => {} },
    )
    return 0
  },
})

function parsePort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new Fault('usage.invalid', `invalid port: ${text}`, { hint: 'It is a number up to 65535.' })
}
