// `peel tags`: what is in a repository.
import { defineCommand } from '../command.ts'
import { jsonFlag, writeJson } from '../listing.ts'

export default defineCommand({
  name: 'tags',
  summary: 'List the tags of a repository in its registry',
  usage: 'REPOSITORY',
  flags: { json: jsonFlag },
  words: { min: 1, max: 1 },
  async run({ flags, words }, shell) {
    const engine = await shell.engine()
    const tags = await engine.tags(words[0]!, { signal: shell.signal, emit: () => {} })
    if (flags.json) writeJson(shell, tags)
    else shell.out.write(tags.map((tag) => `${tag}\n`).join(''))
    return 0
  },
})
