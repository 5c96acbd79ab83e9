// Where the Dockerfile and its ignore file are: docker's rules.
import * as fs from 'node:fs'
import * as path from 'node:path'
import { Fault } from '../core/index.ts'
import { compileIgnore, type Ignore } from '../dockerfile/index.ts'

/** A Dockerfile that was read. `name` is how faults and history call it; `ignore` the text of the ignore file that holds for it. */
export interface FoundDockerfile {
  readonly text: string | Uint8Array
  readonly name: string
  readonly ignore: string | undefined
}

export const emptyIgnore: Ignore = compileIgnore('')

/**
 * Reads the Dockerfile at `file` (absolute, or relative to the context and then to the working directory; `Dockerfile` by default) and
 * its ignore file: `NAME.dockerignore` beside it, else `.dockerignore` in the context.
 */
export function findDockerfile(context: string | undefined, file: string | undefined): FoundDockerfile {
  const name = file ?? 'Dockerfile'
  const candidates = path.isAbsolute(name)
    ? [name]
    : [...(context === undefined ? [] : [path.join(context, name)]), path.resolve(name)]
  if (file === undefined && context !== undefined)
    candidates.splice(1, candidates.length, path.join(context, 'dockerfile'))
  const found = candidates.find((candidate) => fs.statSync(candidate, { throwIfNoEntry: false })?.isFile())
  if (found === undefined)
    throw new Fault('dockerfile.missing', `there is no Dockerfile at ${candidates[0]}`, {
      hint: 'name it with -f FILE',
    })
  const ignore =
    readText(`${found}.dockerignore`) ??
    (context === undefined ? undefined : readText(path.join(context, '.dockerignore')))
  return { text: fs.readFileSync(found), name, ignore }
}

/** For a Dockerfile that is no file: the context's own ignore file holds. */
export function textDockerfile(text: string, name: string, context: string | undefined): FoundDockerfile {
  return {
    text,
    name,
    ignore: context === undefined ? undefined : readText(path.join(context, '.dockerignore')),
  }
}

function readText(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined
    throw thrown
  }
}
