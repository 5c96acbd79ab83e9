// `peel delete`: tags or manifests out of a registry. What is stored here stays: that is for `peel rmi`.
import { Fault } from '../../core/index.ts'
import { defineCommand } from '../command.ts'
import { eachName, statusOf } from './each.ts'

export default defineCommand({
  name: 'delete',
  summary: 'Delete a tag, or a manifest by its digest, from a registry',
  usage: 'NAME:TAG|NAME@DIGEST [...]',
  flags: {},
  words: { min: 1 },
  async run({ words }, shell) {
    const engine = await shell.engine()
    const ctx = { signal: shell.signal, emit: () => {} }
    const faults = await eachName(words, shell, async (name) => {
      if (!/[:@][^/]+$/.test(name))
        throw new Fault('usage.invalid', `"${name}" says neither which tag nor which digest is to be deleted`)
      if (!(await engine.deleteRemote(name, ctx)))
        throw new Fault('image.missing', `${name} is not in the registry`)
      shell.out.write(`Deleted: ${name}\n`)
    })
    return statusOf(faults)
  },
})
