// `peel tag`: another name for an image.
import { defineCommand } from '../command.ts'

export default defineCommand({
  name: 'tag',
  summary: 'Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE',
  usage: 'SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]',
  flags: {},
  words: { min: 2, max: 2 },
  async run({ words }, shell) {
    ;(await shell.engine()).tag(words[0]!, words[1]!)
    return 0
  },
})
