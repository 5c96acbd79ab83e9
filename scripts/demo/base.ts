// The base image of the demo: a small Debian made here and now, or, where that can't be, the machine's own busybox.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { findAptConfiguration } from './apt.ts'
import { heading, tell } from './screen.ts'
import type { Shell } from './shell.ts'

export type Base = 'debian' | 'busybox'

/** Two images with compilers in them, their archives and copies. */
const debianNeeds = 3e9

/** Makes and imports `base:demo`. Throws where neither kind can be made. */
export async function makeBase(shell: Shell, wanted: Base | undefined): Promise<Base> {
  heading('A base image, without a registry')
  const obstacle = wanted === 'busybox' ? 'PEEL_DEMO_BASE=busybox asks for it' : await makeDebian(shell)
  if (obstacle === undefined) return 'debian'
  if (wanted === 'debian') throw new Error(`no Debian base: ${obstacle}`)
  await makeBusybox(shell, obstacle)
  return 'busybox'
}

/** Why it could not be made, or `undefined`. */
async function makeDebian(shell: Shell): Promise<string | undefined> {
  if (spawnSync('mmdebstrap', ['--version']).status !== 0) return 'mmdebstrap is not installed'
  const { bavail, bsize } = fs.statfsSync(shell.home)
  if (bavail * bsize < debianNeeds) return `${path.dirname(shell.home)} has less than 3 GB of free space`
  const apt = findAptConfiguration()
  if (apt === undefined)
    return "this machine's apt configuration names no archive of a Debian release reached by http"
  tell(
    `mmdebstrap makes the smallest Debian (${apt.release}) from the package archive that this machine's own apt uses: half a minute. peel import makes an image of the tar.`,
  )
  shell.write('base/apt.conf', apt.settings)
  shell.write('base/dpkg.conf', slimDpkg)
  shell.write('base/keys', keysHook(apt.keys))
  fs.chmodSync(path.join(shell.home, 'base/keys'), 0o755)
  const sources = Object.entries({ 'base/debian.sources': apt.stanzas, 'base/debian.list': apt.lines })
    .filter(([, text]) => text !== '')
    .map(([name, text]) => {
      shell.write(name, text)
      return name
    })
  const https = /https:/.test(apt.stanzas + apt.lines) ? ' --include=ca-certificates' : ''
  const merged = '/usr/share/mmdebstrap/hooks/maybe-merged-usr'
  const hooks = fs.existsSync(merged) ? ` --hook-dir=${merged}` : ''
  try {
    await shell.type(
      `mmdebstrap --quiet --variant=minbase${https}${hooks} \\\n` +
        '    --aptopt=base/apt.conf --dpkgopt=base/dpkg.conf --customize-hook=base/keys \\\n' +
        `    ${apt.release} debian.tar ${sources.join(' ')} >mmdebstrap.log 2>&1`,
    )
  } catch (problem) {
    console.log(await shell.ask('tail -n 5 mmdebstrap.log'))
    return `mmdebstrap failed: ${problem instanceof Error ? problem.message.split(' ended ').at(-1) : problem}`
  }
  await shell.type(`peel import -c 'CMD ["bash"]' -m 'Debian ${apt.release}, minbase' debian.tar base:demo`)
  return undefined
}

const slimDpkg = `force-unsafe-io
path-exclude=/usr/share/man/*
path-exclude=/usr/share/info/*
path-exclude=/usr/share/locale/*
path-exclude=/usr/share/doc/*
path-include=/usr/share/doc/*/copyright
`

function keysHook(keys: readonly string[]): string {
  return `#!/bin/sh
# The keys that the sources are signed with, into the new root ($1).
for key in ${keys.join(' ')}; do
  [ ! -f "$key" ] || [ -e "$1$key" ] || install -D -m 644 "$key" "$1$key"
done
`
}

/** Throws where there is no static busybox. */
async function makeBusybox(shell: Shell, obstacle: string): Promise<void> {
  const busybox = findBusybox()
  if (busybox === undefined)
    throw new Error(`no base image can be made: ${obstacle}, and busybox-static is not installed`)
  tell(
    `NOT on Debian this time (${obstacle}): this machine's busybox becomes the base, and in place of installing and removing packages, a RUN writes 30 MB and a RUN removes them. All else is the same.`,
  )
  for (const directory of ['bin', 'etc', 'root', 'tmp', 'usr/bin', 'usr/local/bin', 'var/cache'])
    fs.mkdirSync(path.join(shell.home, 'rootfs', directory), { recursive: true })
  shell.write('rootfs/etc/passwd', 'root:x:0:0:root:/root:/bin/sh\n')
  shell.write('rootfs/etc/group', 'root:x:0:\n')
  await shell.type(
    `for name in $(${busybox} --list); do ln -s busybox rootfs/bin/$name; done\n` +
      `  cp --remove-destination ${busybox} rootfs/bin/busybox`,
  )
  await shell.type('tar -C rootfs --owner=0 --group=0 --numeric-owner -cf busybox.tar .')
  await shell.type(`peel import -c 'CMD ["sh"]' -m busybox busybox.tar base:demo`)
}

/** One without shared libraries: it does not name the dynamic loader. */
function findBusybox(): string | undefined {
  return ['/bin/busybox', '/usr/bin/busybox'].find(
    (file) => fs.existsSync(file) && !fs.readFileSync(file).subarray(0, 4096).includes('/ld-'),
  )
}
