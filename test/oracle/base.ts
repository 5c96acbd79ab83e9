// The base image of all cases: a busybox and a few files of /etc, written here so that both builders start from the same bytes.
import fs from 'node:fs'
import path from 'node:path'
import { rawTar } from '../../src/testing/raw-tar.ts'
import { sha256 } from './tar.ts'

export const baseName = 'peel.test/base:latest'

const applets =
  '[ cat chgrp chmod chown cp cut date dd dirname echo env expr false find grep head hostname id ln ls md5sum mkdir mkfifo mknod mktemp mv od printf pwd readlink rm rmdir sed seq sh sha256sum sleep sort stat tail tar tee test touch tr true umask uniq wc whoami xargs'

const files: Readonly<Record<string, string>> = {
  'etc/passwd':
    'root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000:app:/home/app:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n',
  'etc/group': 'root:x:0:\nstaff:x:50:app\napp:x:1000:\nnogroup:x:65534:\n',
  'etc/old.conf': 'old\n',
  'srv/data/one': '1\n',
  'srv/data/two': '2\n',
}

/** A busybox without shared libraries, or `undefined` where this machine has none. */
export function findBusybox(): string | undefined {
  return ['/bin/busybox', '/usr/bin/busybox'].find(
    (file) => fs.existsSync(file) && !fs.readFileSync(file).subarray(0, 4096).includes('/ld-'),
  )
}

/** Writes a docker-archive named `baseName` into `folder`. */
export function writeBase(folder: string, busybox: string): string {
  const layer = rawTar([
    { name: 'bin/', type: 'dir' },
    { name: 'bin/busybox', type: 'file', mode: 0o755, content: fs.readFileSync(busybox) },
    ...applets
      .split(' ')
      .map((name) => ({ name: `bin/${name}`, type: 'symlink' as const, target: 'busybox', mode: 0o777 })),
    ...['dev', 'etc', 'home', 'proc', 'root', 'srv', 'srv/data', 'sys', 'tmp', 'var', 'var/tmp'].map(
      (name) => ({
        name: `${name}/`,
        type: 'dir' as const,
        mode: name.endsWith('tmp') ? 0o1777 : 0o755,
      }),
    ),
    { name: 'home/app/', type: 'dir', mode: 0o750, uid: 1000, gid: 1000 },
    ...Object.entries(files).map(([name, content]) => ({ name, type: 'file' as const, content })),
    // mount points that a container runtime would otherwise make; docker leaves them in the layer, Peel does not
    { name: 'etc/hosts', type: 'file', content: '' },
    { name: 'etc/resolv.conf', type: 'file', content: '' },
    { name: 'lib', type: 'symlink', target: 'usr/lib', mode: 0o777 },
    { name: 'usr/', type: 'dir' },
    { name: 'usr/lib/', type: 'dir' },
  ])
  const config = Buffer.from(
    JSON.stringify({
      architecture: process.arch === 'x64' ? 'amd64' : process.arch,
      os: 'linux',
      created: '2024-01-01T00:00:00Z',
      config: { Env: ['PATH=/bin:/usr/bin', 'BASE=yes'], Cmd: ['sh'], Labels: { base: 'busybox' } },
      rootfs: { type: 'layers', diff_ids: [sha256(layer)] },
      history: [{ created: '2024-01-01T00:00:00Z', created_by: 'busybox' }],
    }),
  )
  const configName = `${sha256(config).slice(7)}.json`
  const file = path.join(folder, 'base.tar')
  fs.writeFileSync(
    file,
    rawTar([
      { name: configName, type: 'file', content: config },
      { name: 'layer.tar', type: 'file', content: layer },
      {
        name: 'manifest.json',
        type: 'file',
        content: JSON.stringify([{ Config: configName, RepoTags: [baseName], Layers: ['layer.tar'] }]),
      },
    ]),
  )
  return file
}
