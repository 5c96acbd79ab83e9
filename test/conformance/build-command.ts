// The command line of `peel build` as the options of a build, for cases that state flags.
import { Readable } from 'node:stream'
import { buildFlags } from '../../src/cli/commands/build-flags.ts'
import { readOptions } from '../../src/cli/commands/build-options.ts'
import { findRefusal } from '../../src/cli/commands/build-refused.ts'
import { parseFlags } from '../../src/cli/flags.ts'
import type { BuildOptions } from '../../src/engine/index.ts'
import { skip } from './suite.ts'

/** Reads the flags; faults as the command would, and skips the case for those of other builders that Peel refuses. */
export function readBuildFlags(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
  directory = '.',
): BuildOptions {
  const parsed = parseFlags(buildFlags, [directory, ...argv], { command: 'peel build' })
  if (parsed.kind !== 'parsed') return skip('asks for help')
  const refusal = findRefusal(parsed.flags)
  if (refusal !== undefined) skip(refusal.message)
  return readOptions(parsed.flags, directory, { env, readInput: () => '', input: Readable.from([]) })
}
