import { Fault } from '../core/index.ts'
import type { Dockerfile, Instruction } from './types.ts'

/** Reads a Dockerfile. Faults with `dockerfile.invalid`, the place and the whole text with it. */
export function parseDockerfile(_text: string | Uint8Array, _options: { readonly file: string }): Dockerfile {
  throw new Fault('internal', 'to be written')
}

/** Reads an ONBUILD trigger of an image's configuration: exactly one instruction. */
export function parseTrigger(_text: string): Instruction {
  throw new Fault('internal', 'to be written')
}
