// `peel manifest push`: for scripts that call docker's two commands. `manifest create` has put the index there already; an index that is
// only here is pushed as `peel push` does it.
import { isFault } from '../../core/index.ts'
import { defineCommand } from '../command.ts'
import push from './push.ts'

export default defineCommand({
  name: 'manifest push',
  summary: 'See to it that an index is in its registry',
  usage: 'NAME[:TAG]',
  flags: {
    purge: { kind: 'switch', short: 'p', about: 'Accepted', hidden: true },
    insecure: { kind: 'switch', about: 'Accepted', hidden: true },
  },
  words: { min: 1, max: 1 },
  async run({ words }, shell) {
    const engine = await shell.engine()
    try {
      const { digest } = await engine.remoteManifest(words[0]!, { signal: shell.signal, emit: () => {} })
      shell.out.write(`${digest}\n`)
      return 0
    } catch (thrown) {
      if (!isFault(thrown) || thrown.code !== 'image.missing') throw thrown
      return push.invoke(words, 'peel push', shell)
    }
  },
})
