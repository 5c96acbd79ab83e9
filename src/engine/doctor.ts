// What this machine can do for Peel, what is missing and how to get it.
import { spawnSync } from 'node:child_process'
import { readDevices } from '../build/index.ts'
import type { Context } from '../core/index.ts'
import type { Ability } from '../kernel/index.ts'
import type { DoctorReport } from './api/index.ts'
import type { Rooms } from './workshop.ts'

type Check = DoctorReport['checks'][number]

const abilities: Readonly<Record<Ability, string>> = {
  'private-mounts': 'private mounts',
  'mount-erofs-file': 'layers mounted without unpacking',
  'mount-overlay': 'overlay mounts',
  'device-nodes': 'device nodes',
  xattrs: 'extended attributes',
  reflink: 'instant file copies',
}

/** Without these Peel works all the same, only slower or with less. */
const optional: ReadonlySet<Ability> = new Set(['reflink', 'mount-erofs-file'])

/** Programs of the system that some builds need. */
const programs = [
  {
    program: 'xz',
    with: 'ADD unpacks .tar.xz archives',
    without: 'ADD cannot unpack .tar.xz archives',
    from: 'xz-utils',
  },
  {
    program: 'bzip2',
    with: 'ADD unpacks .tar.bz2 archives',
    without: 'ADD cannot unpack .tar.bz2 archives',
    from: 'bzip2',
  },
  {
    program: 'git',
    with: 'contexts and ADD take git repositories',
    without: 'contexts and ADD cannot take git repositories',
    from: 'git',
  },
  {
    program: 'ssh-agent',
    with: 'build --ssh takes key files',
    without: 'build --ssh cannot take key files',
    from: 'openssh-client',
  },
] as const

export async function examine(
  rooms: Rooms,
  version: string,
  options: { readonly verify?: boolean },
  ctx: Context,
): Promise<DoctorReport> {
  const { store } = rooms
  const { kernel, snapshots, runtime } = await rooms.machine()
  const checks: Check[] = [
    { name: 'node', ok: true, detail: `${process.version} on ${process.platform} ${process.arch}` },
    { name: 'store', ok: true, detail: store.root },
  ]
  for (const [ability, name] of Object.entries(abilities) as [Ability, string][]) {
    const answer = kernel.can[ability]
    checks.push(
      answer === true
        ? { name, ok: true, detail: 'yes' }
        : {
            name,
            ok: optional.has(ability),
            detail: optional.has(ability) ? `no (not needed): ${answer}` : answer,
          },
    )
  }
  checks.push({ name: 'snapshots', ok: true, detail: snapshots.backend })
  const found = await runtime.probe()
  checks.push(
    typeof found === 'string'
      ? { name: 'OCI runtime', ok: false, detail: found, hint: 'apt-get install crun' }
      : {
          name: 'OCI runtime',
          ok: true,
          detail: [`${found.name} ${found.version} (${found.path})`, ...found.tricks].join(', '),
        },
  )
  for (const { program, with: there, without, from } of programs) {
    // asked for nothing, they say so and end; what counts is that they start
    const found = spawnSync(program, ['-h'], { stdio: 'ignore' }).error === undefined
    checks.push(
      found
        ? { name: program, ok: true, detail: there }
        : { name: program, ok: false, detail: without, hint: `apt-get install ${from}` },
    )
  }
  checks.push(...(await deviceChecks(rooms.env)))
  const verified = options.verify === true ? await store.verify(ctx) : undefined
  return { version, root: store.root, checks, verified }
}

async function deviceChecks(env: Rooms['env']): Promise<readonly Check[]> {
  const { devices, problems, directories } = await readDevices([], env)
  const names = devices.map(({ name, autoAllow }) => (autoAllow ? `${name} (allowed to every build)` : name))
  return [
    {
      name: 'devices (CDI)',
      ok: true,
      detail: names.length > 0 ? names.join(', ') : `none described in ${directories.join(', ')}`,
    },
    ...problems.map((detail) => ({
      name: 'devices (CDI)',
      ok: false,
      detail,
      hint: 'mend the CDI spec, or have it written anew by what made it',
    })),
  ]
}
