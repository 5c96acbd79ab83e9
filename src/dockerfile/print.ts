import { Fault } from '../core/index.ts'
import type { Dockerfile } from './types.ts'

/** The text of a Dockerfile; reading it again gives the same values apart from places. */
export function printDockerfile(_file: Dockerfile): string {
  throw new Fault('internal', 'to be written')
}
