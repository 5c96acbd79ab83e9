// Ignore files on disk.
import * as fs from 'node:fs'
import * as path from 'node:path'
import { compileIgnore, type Ignore } from '../dockerfile/index.ts'

/** `name`: as people would call the file, for saying which of its lines it was. */
export interface IgnoreFile {
  readonly text: string
  readonly name: string
}

export const emptyIgnore: Ignore = compileIgnore('')

/**
 * The ignore file that holds for a Dockerfile at `dockerfile`: the one beside it, else the one at the context's root. Where docker's
 * `.dockerignore` is not there, podman's and buildah's `.containerignore` holds.
 */
export function findIgnoreFile(
  dockerfile: { readonly path: string; readonly name: string } | undefined,
  context: string | undefined,
): IgnoreFile | undefined {
  const beside = dockerfile === undefined ? undefined : readText(`${dockerfile.path}.dockerignore`)
  if (dockerfile !== undefined && beside !== undefined)
    return { text: beside, name: `${dockerfile.name}.dockerignore` }
  if (context === undefined) return undefined
  for (const name of ['.dockerignore', '.containerignore']) {
    const text = readText(path.join(context, name))
    if (text !== undefined) return { text, name }
  }
  return undefined
}

function readText(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined
    throw thrown
  }
}
