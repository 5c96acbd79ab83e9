// What to do about a secret: what happened, and how the Dockerfile should be instead, as a colleague would say it.
import { spellName } from '../../core/index.ts'
import type { SecretFinding } from '../api/index.ts'

export function advise({
  spot,
  createdBy,
  base,
  place,
  hiddenAt,
}: Pick<SecretFinding, 'spot' | 'createdBy' | 'base' | 'place' | 'hiddenAt'>): string {
  const line = place === undefined ? 'the instruction that brought it' : `${place.file}:${place.line}`
  const name = spellName(spot.in === 'file' ? spot.path : spot.name)
  switch (spot.in) {
    case 'environment':
      return `Everybody who pulls the image reads ${name} with inspect: leave it out of ${line} and give it when the container starts (-e ${name}, --env-file), or to one RUN with --mount=type=secret,id=…,env=${name}.`
    case 'argument':
      return `Build arguments are kept in the image's history: give ${name || 'it'} to the RUN with --mount=type=secret,id=…,env=${name || 'NAME'} and build with --secret.`
    case 'label':
      return `Labels are public to all who pull the image: remove it from the label ${name}.`
    case 'command':
      return `The command is kept in the image's ${name === '' ? 'history' : 'configuration'}: read the value from a file or a variable in it, mounted with --mount=type=secret where a RUN needs it.`
    case 'file': {
      if (base) return 'It comes with the base image: choose a base without it, or tell those who make it.'
      const still =
        spot.hiddenBy === undefined
          ? ''
          : ` Removing it ${hiddenAt === undefined ? `in layer ${spot.hiddenBy}` : `at ${hiddenAt.file}:${hiddenAt.line}`} only hides it: the layer below still ships it.`
      return /^(?:COPY|ADD)\b/.test(createdBy)
        ? `Keep ${name} out of what ${line} copies (name it in .dockerignore) and mount it into the RUN that needs it: --mount=type=secret,id=…,target=${name}.${still}`
        : `${line} writes it into the image: let the RUN read it from --mount=type=secret and write it nowhere.${still}`
    }
  }
}
