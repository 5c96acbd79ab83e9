// Draws what went wrong: the sentence, the place in the user's text, then what to do about it.
import type { Fault } from '../core/index.ts'
import { printPlace } from '../core/index.ts'

/** Ends in a newline. `debug` adds where an internal error comes from. */
export function printFault(fault: Fault, options: { readonly debug?: boolean } = {}): string {
  const { place, source, hint, cause } = fault.details
  let text = `ERROR: ${fault.message}\n`
  if (place !== undefined)
    text += source === undefined ? `${place.file}:${place.line}\n` : `${printPlace(place, source)}\n`
  if (hint !== undefined && hint !== '') text += `${hint}\n`
  if (fault.kind === 'internal' && options.debug !== true)
    text += 'This is a bug in Peel. PEEL_DEBUG=1 shows where it comes from.\n'
  if (options.debug === true) {
    text += `${fault.stack ?? ''}\n`
    if (cause instanceof Error) text += `caused by ${cause.stack ?? cause.message}\n`
  }
  return text
}
