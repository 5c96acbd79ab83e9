// `peel referrers`: signatures, attestations and lists of contents that a registry has for an image.
import { printSize } from '../../core/index.ts'
import { defineCommand } from '../command.ts'
import { listFlags, writeListing } from '../listing.ts'

export default defineCommand({
  name: 'referrers',
  summary: 'List what refers to an image in its registry',
  usage: 'NAME[:TAG|@DIGEST]',
  flags: {
    'artifact-type': { kind: 'text', value: 'string', about: 'Only those of this type' },
    ...listFlags,
  },
  words: { min: 1, max: 1 },
  async run({ flags, words }, shell) {
    const engine = await shell.engine()
    const options = { artifactType: flags['artifact-type'] }
    const found = await engine.referrers(words[0]!, options, { signal: shell.signal, emit: () => {} })
    writeListing(shell, flags, {
      data: found,
      objects: found.map(({ digest, artifactType = '', mediaType, size }) => ({
        Digest: digest,
        ArtifactType: artifactType,
        MediaType: mediaType,
        Size: printSize(size),
      })),
      table: [
        ['DIGEST', 'ARTIFACT TYPE', 'SIZE'],
        ...found.map(({ digest, artifactType = '', size }) => [digest, artifactType, printSize(size)]),
      ],
    })
    return 0
  },
})
