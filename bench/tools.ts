// The builders that are compared: Peel, and those of docker (BuildKit) and buildah that this machine has.
import * as fs from 'node:fs'
import * as path from 'node:path'
import { type Command, has, run, sh } from './shell.ts'
import type { Volume } from './volume.ts'

export interface Build {
  readonly dockerfile: string
  readonly context: string
  readonly tag: string
  readonly noCache?: boolean | undefined
}

export interface Tool {
  readonly name: string
  /** Forgets every image and cache and loads the base (a docker archive). */
  fresh(base: string): void
  build(build: Build): Command
  /** Says why the last build missed its cache. */
  why?(): Command
  close(): void
}

/** Packs Peel and unpacks it as npm would: what users install is what is timed. Gives the program. */
export function installPeel(repository: string, directory: string): string {
  const home = path.join(directory, 'installed')
  fs.rmSync(home, { recursive: true, force: true })
  fs.mkdirSync(home, { recursive: true })
  run({ argv: ['npm', 'pack', repository, '--silent', '--pack-destination', home] })
  run(sh(`tar -xzf ${home}/*.tgz -C ${home} --strip-components=1`))
  fs.symlinkSync(path.join(repository, 'node_modules'), path.join(home, 'node_modules'))
  return path.join(home, 'bin/peel')
}

export function peel(program: string, volume: Volume): Tool {
  const root = path.join(volume.path, 'peel')
  const command = (...args: readonly string[]): Command => ({
    argv: [program, ...args],
    env: { PEEL_ROOT: root },
  })
  return {
    name: 'peel',
    fresh(base) {
      volume.fresh()
      run(command('load', '-q', '-i', base))
    },
    build: ({ dockerfile, context, tag, noCache }) =>
      command('build', ...(noCache ? ['--no-cache'] : []), '-t', tag, '-f', dockerfile, context),
    why: () => command('why'),
    close: () => {},
  }
}

export type Program = (...args: readonly string[]) => Command

/** docker through the daemon that PEEL_BENCH_DOCKER or DOCKER_HOST names; `undefined` where none answers. */
export function findDocker(): Program | undefined {
  const host = process.env.PEEL_BENCH_DOCKER ?? process.env.DOCKER_HOST
  const program = ['/usr/bin/docker', 'docker'].find((candidate) => has(candidate))
  if (host === undefined || program === undefined) return undefined
  const env = { DOCKER_HOST: host, DOCKER_BUILDKIT: '1', BUILDKIT_PROGRESS: 'plain' }
  const command: Program = (...args) => ({ argv: [program, ...args], env })
  try {
    run(command('version'))
    return command
  } catch {
    return undefined
  }
}

/** Removes images where they are there. */
export function forgetImages(command: Program, tags: Iterable<string>): void {
  for (const tag of tags) {
    const { argv, env } = command('rmi', '-f', tag)
    run({ argv: ['sh', '-c', `${argv.join(' ')} || true`], env })
  }
}

export function docker(): Tool | undefined {
  const command = findDocker()
  if (command === undefined) return undefined
  const tags = new Set<string>()
  const forget = (): void => {
    forgetImages(command, tags)
    run(command('builder', 'prune', '-af'))
  }
  return {
    name: 'docker (BuildKit)',
    fresh(base) {
      forget()
      run(command('load', '-q', '-i', base))
    },
    build({ dockerfile, context, tag, noCache }) {
      tags.add(tag)
      return command(
        'build',
        '--network=host',
        ...(noCache ? ['--no-cache'] : []),
        '-t',
        tag,
        '-f',
        dockerfile,
        context,
      )
    },
    close: forget,
  }
}

/** buildah with a store on the volume, which `fresh` empties; `undefined` where there is none. */
export function findBuildah(
  volume: Volume,
): { readonly command: Program; readonly fresh: () => void } | undefined {
  if (!has('buildah')) return undefined
  const root = path.join(volume.path, 'buildah')
  const store = ['--root', `${root}/root`, '--runroot', `${root}/run`, '--storage-driver', 'overlay']
  return {
    command: (...args) => ({ argv: ['buildah', ...store, ...args], env: { TMPDIR: `${root}/tmp` } }),
    fresh() {
      volume.fresh()
      fs.mkdirSync(`${root}/tmp`, { recursive: true })
    },
  }
}

export function buildah(volume: Volume): Tool | undefined {
  const found = findBuildah(volume)
  if (found === undefined) return undefined
  const { command } = found
  return {
    name: 'buildah',
    fresh(base) {
      found.fresh()
      run(command('pull', '-q', `docker-archive:${base}`))
    },
    build: ({ dockerfile, context, tag, noCache }) =>
      command(
        'bud',
        '--layers',
        '--pull=false',
        '--network=host',
        '--isolation=oci',
        '--runtime=runc',
        ...(noCache ? ['--no-cache'] : []),
        '-t',
        tag,
        '-f',
        dockerfile,
        context,
      ),
    close: () => {},
  }
}
