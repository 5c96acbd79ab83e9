// `peel version`: of Peel and of what it runs on.
import { defineCommand } from '../command.ts'
import { jsonFlag, writeJson } from '../listing.ts'
import { readVersion } from '../version.ts'

export default defineCommand({
  name: 'version',
  summary: 'Show the version',
  usage: '',
  flags: { json: jsonFlag },
  words: { min: 0, max: 0 },
  async run({ flags }, shell) {
    const version = readVersion()
    const { node } = process.versions
    if (flags.json) writeJson(shell, { version, node, platform: process.platform, arch: process.arch })
    else
      shell.out.write(
        `Version:  ${version}\nNode:     ${node}\nOS/Arch:  ${process.platform}/${process.arch}\n`,
      )
    return 0
  },
})
