// Where the Dockerfile and its ignore file are: docker's rules.
import * as fs from 'node:fs'
import * as path from 'node:path'
import { dockerfileNames, Fault, toRootPath } from '../core/index.ts'
import { type FileView, resolvePath } from '../layer/index.ts'
import { findIgnoreFile, type IgnoreFile } from './ignore-file.ts'

/** A Dockerfile that was read. `name` is how faults and history call it; `ignore` the ignore file that holds for it. */
export interface FoundDockerfile {
  readonly text: string | Uint8Array
  readonly name: string
  readonly ignore: IgnoreFile | undefined
}

/** More than any Dockerfile; a larger file is something else. */
export const dockerfileLimit = 16 << 20

/**
 * Reads the Dockerfile at `file` (absolute, or relative to the context and then to the working directory; by default by its usual names in
 * the context) and its ignore file (see `findIgnoreFile`). Faults with `dockerfile.missing`, and `dockerfile.invalid` for a large file.
 */
export function findDockerfile(context: string | undefined, file: string | undefined): FoundDockerfile {
  const candidates = candidatesFor(context, file)
  const found = candidates.find(({ at }) => fs.statSync(at, { throwIfNoEntry: false })?.isFile())
  if (found === undefined) throw missing(candidates[0]!.at)
  const { at, name } = found
  if (fs.statSync(at).size > dockerfileLimit) throw tooLarge(name)
  return { text: fs.readFileSync(at), name, ignore: findIgnoreFile({ path: at, name }, context) }
}

function candidatesFor(
  context: string | undefined,
  file: string | undefined,
): readonly { readonly at: string; readonly name: string }[] {
  const names = file === undefined ? dockerfileNames : [file]
  if (context === undefined) return names.map((name) => ({ at: path.resolve(name), name }))
  const inside = names.map((name) => ({ at: path.resolve(context, name), name }))
  return file === undefined ? inside : [...inside, { at: path.resolve(file), name: file }]
}

/** The same in a tree that is no directory of this machine; no ignore file holds for those, as with BuildKit. */
export function findDockerfileIn(view: FileView, file: string | undefined): FoundDockerfile {
  const names = file === undefined ? dockerfileNames : [file]
  for (const name of names) {
    const node = view.lookup(resolvePath(view, toRootPath(name), 'all'))?.node
    if (node?.kind === 'file' && node.size > dockerfileLimit) throw tooLarge(name)
    if (node?.kind === 'file') return { text: view.read(node, dockerfileLimit), name, ignore: undefined }
  }
  throw missing(names[0]!)
}

/** For a Dockerfile that is no file: the context's own ignore file holds. */
export function textDockerfile(
  text: string | Uint8Array,
  name: string,
  context: string | undefined,
): FoundDockerfile {
  return { text, name, ignore: findIgnoreFile(undefined, context) }
}

/** For what was taken for a Dockerfile. */
export function tooLarge(name: string): Fault {
  return new Fault(
    'dockerfile.invalid',
    `${name} is no Dockerfile: it has more than ${dockerfileLimit >> 20} MiB`,
    { hint: 'name a Dockerfile with -f FILE; an archive is a context only as a tar' },
  )
}

function missing(place: string): Fault {
  return new Fault('dockerfile.missing', `there is no Dockerfile at ${place}`, {
    hint: 'name it with -f FILE',
  })
}
