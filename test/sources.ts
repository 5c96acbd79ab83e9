// The project's own files as text, for the tests that watch over how it is written.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

export const repository = path.join(import.meta.dirname, '..')

export interface Source {
  /** From the repository's root, such as `src/core/digest.ts`. */
  readonly name: string
  readonly text: string
}

/** The TypeScript files below `src/` that ship; neither tests nor what only tests use. */
export function shippedSources(): readonly Source[] {
  return fs
    .globSync('src/**/*.ts', { cwd: repository })
    .filter((name) => !name.endsWith('.test.ts') && !name.startsWith('src/testing/'))
    .sort()
    .map(read)
}

/** Every text file that version control knows; where git can't say, every file but installed and generated ones. */
export function trackedFiles(): readonly Source[] {
  // another user's checkout counts as unsafe to git; listing it is not
  const git = spawnSync('git', ['-c', 'safe.directory=*', 'ls-files', '-z'], {
    cwd: repository,
    encoding: 'utf8',
  })
  const names =
    git.status === 0
      ? git.stdout.split('\0')
      : fs.globSync('**/*', { cwd: repository, exclude: ['node_modules', 'dist', '.cache', '.git'] })
  return names
    .filter(
      (name) => name !== '' && fs.lstatSync(path.join(repository, name), { throwIfNoEntry: false })?.isFile(),
    )
    .map(read)
    .filter((source) => !source.text.includes('\0'))
}

function read(name: string): Source {
  return { name, text: fs.readFileSync(path.join(repository, name), 'utf8') }
}
