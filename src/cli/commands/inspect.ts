// `peel inspect`: all that is known about images, as `docker image inspect` prints it.
import { defineCommand } from '../command.ts'
import { jsonFlag } from '../listing.ts'
import { fillTemplate, parseTemplate } from '../text/template.ts'
import { eachName, statusOf } from './each.ts'
import { remoteName } from './remote-name.ts'

export default defineCommand({
  name: 'inspect',
  summary: 'Show all that is known about images, as JSON',
  usage: 'IMAGE | registry://NAME [...]',
  flags: {
    format: {
      kind: 'text',
      short: 'f',
      value: 'string',
      about: "Format: 'json' or a template such as '{{.Config.Cmd}}' or '{{json .Config}}'",
    },
    json: { ...jsonFlag, hidden: true },
    platform: { kind: 'text', value: 'string', about: 'With registry://NAME: os/arch[/variant]' },
    type: { kind: 'choice', values: ['image'], about: 'Only objects of this type', hidden: true },
  },
  words: { min: 1 },
  async run({ flags, words }, shell) {
    const engine = await shell.engine()
    const ctx = { signal: shell.signal, emit: () => {} }
    const format = flags.json ? undefined : flags.format
    const template = format === undefined || format === 'json' ? undefined : parseTemplate(format)
    const found: Readonly<Record<string, unknown>>[] = []
    const faults = await eachName(words, shell, async (name) => {
      const remote = remoteName(name)
      const object =
        remote === undefined
          ? engine.inspect([name])[0]!
          : await engine.remoteInspect(remote, { platform: flags.platform }, ctx)
      found.push(object)
      if (template !== undefined) shell.out.write(`${fillTemplate(template, object)}\n`)
    })
    if (template === undefined)
      shell.out.write(`${JSON.stringify(found, undefined, format === 'json' ? undefined : 4)}\n`)
    return statusOf(faults)
  },
})
