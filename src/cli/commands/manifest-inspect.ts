// `peel manifest inspect`: the manifest or index that a name in a registry points to.
import { defineCommand } from '../command.ts'
import { jsonFlag, writeJson } from '../listing.ts'

export default defineCommand({
  name: 'manifest inspect',
  summary: 'Show an image manifest or index in a registry',
  usage: 'NAME[:TAG|@DIGEST]',
  flags: {
    raw: { kind: 'switch', about: 'The bytes as they are' },
    verbose: { kind: 'switch', short: 'v', about: 'Also the descriptor' },
    insecure: { kind: 'switch', about: 'Accepted', hidden: true },
    json: { ...jsonFlag, hidden: true },
  },
  words: { min: 1, max: 1 },
  async run({ flags, words }, shell) {
    const engine = await shell.engine()
    const found = await engine.remoteManifest(words[0]!, { signal: shell.signal, emit: () => {} })
    const { text, ...descriptor } = found
    if (flags.raw) shell.out.draw(text)
    else if (flags.verbose)
      writeJson(shell, { Ref: words[0], Descriptor: descriptor, Manifest: JSON.parse(text) })
    else shell.out.write(`${JSON.stringify(JSON.parse(text), undefined, 3)}\n`)
    return 0
  },
})
