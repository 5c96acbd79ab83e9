// The words and flags that name a context without building it.
import type { ContextOptions } from '../../engine/index.ts'
import type { FlagTable } from '../flags.ts'
import type { Shell } from '../shell.ts'
import { inputStream } from './build.ts'

export const contextFlags = {
  file: {
    kind: 'text',
    short: 'f',
    value: 'string',
    about: 'Name of the Dockerfile, whose own ignore file may hold (default PATH/Dockerfile)',
  },
} as const satisfies FlagTable

/** `where`: a directory, a URL, or `-` for an archive on standard input. */
export function contextOptions(where: string, file: string | undefined, shell: Shell): ContextOptions {
  return {
    context:
      where === '-'
        ? { kind: 'stream', stream: inputStream(shell) }
        : /^https?:\/\//.test(where)
          ? { kind: 'remote', url: where }
          : { kind: 'directory', path: where },
    ...(file !== undefined && { dockerfile: { kind: 'path', path: file } as const }),
  }
}
