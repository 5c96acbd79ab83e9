import { Fault } from '../core/index.ts'
import type { Escape, Expanded, Instruction, Lookup } from './types.ts'

/** The same instruction with every field expanded that BuildKit expands (ARG defaults included). */
export function expandInstruction<I extends Instruction>(
  _instruction: I,
  _lookup: Lookup,
  _options: { readonly escape: Escape },
): Expanded<I> {
  throw new Fault('internal', 'to be written')
}
