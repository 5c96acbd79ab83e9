// `peel cache import`: what `peel cache export` wrote, over the cache mounts that are here.
import { defineCommand } from '../command.ts'

export default defineCommand({
  name: 'cache import',
  summary: 'Bring in exported cache mounts',
  usage: 'FILE | DIR | -',
  flags: {},
  words: { min: 1, max: 1 },
  async run({ words }, shell) {
    const [source = '-'] = words
    const ctx = { signal: shell.signal, emit: () => {} }
    const engine = await shell.engine()
    for (const id of await engine.importCaches(source === '-' ? shell.input.stream : source, ctx))
      shell.out.write(`Imported ${id}\n`)
    return 0
  },
})
