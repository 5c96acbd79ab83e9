// The script and the style sheet that every page carries. A package has them in `dist/`; in a checkout they are made anew when their
// sources have changed.
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import * as path from 'node:path'
import { Fault } from '../core/index.ts'

export interface Assets {
  readonly script: string
  readonly style: string
}

let read: Assets | undefined

/** Faults with `page.missing` where they are not to be had. */
export function readAssets(): Assets {
  read ??= assetsIn(existsSync(path.join(import.meta.dirname, 'page')) ? fromSources() : import.meta.dirname)
  return read
}

function assetsIn(directory: string): Assets {
  try {
    const text = (name: string): string => readFileSync(path.join(directory, name), 'utf8')
    return { script: text('page.js'), style: text('page.css') }
  } catch (cause) {
    throw missing(cause)
  }
}

function fromSources(): string {
  const repository = path.join(import.meta.dirname, '../..')
  const maker = path.join(repository, 'scripts/page.ts')
  const made = path.join(repository, '.cache/page')
  const sources = [
    maker,
    path.join(import.meta.dirname, 'model.ts'),
    ...globSync('page/**/*.{ts,css}', { cwd: import.meta.dirname }).map((name) =>
      path.join(import.meta.dirname, name),
    ),
  ]
  const newest = Math.max(...sources.map((file) => statSync(file).mtimeMs))
  const output = path.join(made, 'page.js')
  if (existsSync(output) && statSync(output).mtimeMs > newest) return made
  const { status, stderr } = spawnSync(process.execPath, [maker, made], { encoding: 'utf8' })
  if (status !== 0) throw missing(stderr)
  return made
}

function missing(cause: unknown): Fault {
  return new Fault('page.missing', "the page's script and style sheet are not there", {
    hint: "In a checkout run 'npm ci'; a package is damaged: install it again.",
    cause,
  })
}
