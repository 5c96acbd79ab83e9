// `peel logs`: all that a build told while it ran, drawn again.
import { defineCommand } from '../command.ts'
import { jsonFlag } from '../listing.ts'
import { plainDrawing } from '../progress/plain.ts'
import { noProgress, reduce } from '../progress/state.ts'

export default defineCommand({
  name: 'logs',
  summary: 'Show the whole log of a build',
  usage: '[BUILD|IMAGE]',
  flags: { json: { ...jsonFlag, about: 'Print the events as they came, one JSON object a line' } },
  words: { min: 0, max: 1 },
  async run({ flags, words }, shell) {
    let now = 0
    let state = noProgress
    const drawing = plainDrawing(
      (text) => shell.out.draw(text),
      () => now,
    )
    for await (const event of (await shell.engine()).buildLog(words[0])) {
      now = event.at
      if (flags.json) shell.out.write(`${JSON.stringify(event)}\n`)
      else {
        state = reduce(state, event, now)
        drawing.draw(state, event)
      }
    }
    return 0
  },
})
