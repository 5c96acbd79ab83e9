// `peel import`: a one-layer image of a root file system's tar.
import { Fault } from '../../core/index.ts'
import { defineCommand } from '../command.ts'
import { jsonFlag, writeJson } from '../listing.ts'
import { autoMode, withProgress } from '../progress/index.ts'
import { inputStream } from './load.ts'

export default defineCommand({
  name: 'import',
  summary: 'Import the contents from a tarball to create a filesystem image',
  usage: 'file|- [REPOSITORY[:TAG]]',
  flags: {
    change: {
      kind: 'list',
      short: 'c',
      value: 'list',
      about: 'Apply Dockerfile instruction to the created image',
    },
    message: {
      kind: 'text',
      short: 'm',
      value: 'string',
      about: 'Set commit message for imported image',
    },
    platform: { kind: 'text', value: 'string', about: 'Platform of the file system: os/arch[/variant]' },
    quiet: { kind: 'switch', short: 'q', about: 'Show no progress' },
    json: jsonFlag,
  },
  words: { min: 1, max: 2 },
  async run({ flags, words }, shell) {
    const [from = '', tag] = words
    if (/^https?:\/\//.test(from))
      throw new Fault('usage.invalid', 'importing from a URL is not offered', {
        hint: `Use: curl -fsSL ${from} | peel import -`,
      })
    const source = from === '-' ? inputStream(shell, 'Redirect a tar archive into it.') : from
    const engine = await shell.engine()
    const { change: changes, message, platform } = flags
    const image = await withProgress(shell, flags.quiet ? 'quiet' : autoMode(shell, 'quiet'), (ctx) =>
      engine.import({ source, tag, changes, message, platform }, ctx),
    )
    if (flags.json) writeJson(shell, image)
    else shell.out.write(`${image.id}\n`)
    return 0
  },
})
