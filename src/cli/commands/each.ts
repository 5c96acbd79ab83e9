// Commands over several names go on after a name that fails, as docker's do, and fail at the end.
import type { Fault } from '../../core/index.ts'
import { asFault } from '../../core/index.ts'
import { printFault } from '../errors.ts'
import type { Shell } from '../shell.ts'

/** Calls `act` for each name; draws each fault at once. Returns the faults. */
export async function eachName(
  names: readonly string[],
  shell: Shell,
  act: (name: string) => void | Promise<void>,
): Promise<readonly Fault[]> {
  const faults: Fault[] = []
  for (const name of names) {
    try {
      await act(name)
    } catch (thrown) {
      const fault = asFault(thrown)
      if (fault.kind === 'internal' || fault.kind === 'usage') throw fault
      shell.err.write(printFault(fault))
      faults.push(fault)
    }
  }
  return faults
}

/** The status to exit with: the first fault's, or 0. */
export function statusOf(faults: readonly Fault[]): number {
  return faults[0]?.exitStatus ?? 0
}
