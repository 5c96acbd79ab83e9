// What this machine can do for Peel, what is missing and how to get it.
import { spawnSync } from 'node:child_process'
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
  for (const [program, unpacks] of [
    ['xz', '.tar.xz archives'],
    ['bzip2', '.tar.bz2 archives'],
  ] as const) {
    const there = spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0
    checks.push(
      there
        ? { name: program, ok: true, detail: `ADD unpacks ${unpacks}` }
        : {
            name: program,
            ok: false,
            detail: `ADD cannot unpack ${unpacks}`,
            hint: `apt-get install ${program === 'xz' ? 'xz-utils' : program}`,
          },
    )
  }
  const verified = options.verify === true ? await store.verify(ctx) : undefined
  return { version, root: store.root, checks, verified }
}
