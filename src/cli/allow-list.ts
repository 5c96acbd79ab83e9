// The file that lists which secrets of an image are known and accepted.
import { existsSync, readFileSync } from 'node:fs'
import { Fault } from '../core/index.ts'

/** In the working directory. */
export const ownAllowList = '.peel-secrets'

/** The text of the list; `undefined` where none is named and there is none. Faults with `allow.invalid`. */
export function readAllowList(file: string | undefined): string | undefined {
  if (file === undefined && !existsSync(ownAllowList)) return undefined
  try {
    return readFileSync(file ?? ownAllowList, 'utf8')
  } catch (cause) {
    throw new Fault('allow.invalid', `the allow list ${file ?? ownAllowList} cannot be read`, { cause })
  }
}
