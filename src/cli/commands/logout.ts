// `peel logout`: forgets the credentials for a registry.
import { defineCommand } from '../command.ts'

export default defineCommand({
  name: 'logout',
  summary: 'Log out from a registry',
  usage: '[SERVER]',
  flags: {},
  words: { min: 0, max: 1 },
  async run({ words }, shell) {
    const server = await (await shell.engine()).logout(words[0])
    const shown = server === 'docker.io' ? 'https://index.docker.io/v1/' : server
    shell.out.write(`Removing login credentials for ${shown}\n`)
    return 0
  },
})
