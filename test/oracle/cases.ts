// The golden folders: a Dockerfile, its context, how to build it (case.json), and what docker made of it (expected.json).
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import type { Seen } from './image.ts'

interface CaseOptions {
  /** A shell script run in the context before building: what version control cannot hold (modes, links, archives). */
  readonly prepare?: string
  readonly target?: string
  readonly buildArgs?: Readonly<Record<string, string>>
  /** Id to value. */
  readonly secrets?: Readonly<Record<string, string>>
  /** `--build-context`: name to a directory of the context. */
  readonly contexts?: Readonly<Record<string, string>>
  /** The build must fail, saying this. */
  readonly fails?: string
  /** Images to build before, from other Dockerfiles of the context: name to file. */
  readonly before?: Readonly<Record<string, string>>
  /** Why docker is not asked; what is expected was then worked out from the language's reference. */
  readonly notDocker?: string
  /** Differences that are meant, each by its beginning, and why. Docker is 20.10 here; where the newest BuildKit does otherwise, so does Peel. */
  readonly differs?: Readonly<Record<string, string>>
}

export interface Case extends CaseOptions {
  readonly name: string
  readonly folder: string
  readonly tag: string
}

const home = path.join(import.meta.dirname, 'dockerfiles')

export function listCases(): readonly Case[] {
  return fs
    .readdirSync(home)
    .sort()
    .map((name) => {
      const folder = path.join(home, name)
      const file = path.join(folder, 'case.json')
      const options: CaseOptions = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : {}
      return { ...options, name, folder, tag: `peel.test/${name}:latest` }
    })
}

/** A fresh copy of a case's context; modes are those of a checkout with umask 022. */
export function prepareContext({ folder, prepare }: Case, target: string): void {
  fs.cpSync(folder, target, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => !['case.json', 'expected.json'].some((name) => source === path.join(folder, name)),
  })
  execFileSync('chmod', ['-R', 'u=rwX,go=rX', target])
  if (prepare !== undefined)
    execFileSync('sh', ['-euc', `umask 022; ${prepare}`], {
      cwd: target,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
}

export function readExpected({ folder }: Case): Seen | undefined {
  const file = path.join(folder, 'expected.json')
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : undefined
}

export function writeExpected({ folder }: Case, seen: Seen): void {
  fs.writeFileSync(path.join(folder, 'expected.json'), `${JSON.stringify(seen, undefined, 2)}\n`)
}
