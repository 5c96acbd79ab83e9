// The image that stands in for Debian and its like: the busybox base with this machine's bash as its shell and the programs that make
// users and capabilities, each with its shared libraries.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import type { RawEntry } from '../../src/testing/raw-tar.ts'
import { baseTar } from './build-base.ts'

const programs = ['groupadd', 'useradd', 'setcap', 'getcap']

/** Whether a reference names an image of a whole distribution, or one made from it. */
export function isDistribution(name: string): boolean {
  return /\b(?:debian|ubuntu|centos|fedora|ubi|baseimage|rabbitmq|base-jdk|golang)\b/.test(name)
}

/** The root file system as one tar; programs that this machine lacks are not in it. */
export function distributionTar(): Buffer {
  const shell = which('bash')
  if (shell === undefined) return baseTar()
  const found = programs.flatMap((name) => which(name) ?? [])
  const libraries = new Set([shell, ...found].flatMap(librariesOf))
  return baseTar([
    ...['usr/', 'usr/local/', 'usr/local/bin/'].map((name): RawEntry => ({ name, type: 'dir' })),
    { name: 'bin/bash', type: 'file', mode: 0o755, content: fs.readFileSync(shell) },
    { name: 'bin/sh', type: 'symlink', target: 'bash' },
    ...found.map(fileEntry),
    ...[...libraries].map(fileEntry),
  ])
}

function which(name: string): string | undefined {
  const places = ['/usr/bin', '/bin', '/usr/sbin', '/sbin']
  return places.map((place) => `${place}/${name}`).find((file) => fs.existsSync(file))
}

/** What `ldd` says the dynamic linker loads, and the linker. */
function librariesOf(program: string): string[] {
  const { stdout } = spawnSync('ldd', [program], { encoding: 'utf8' })
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, file = '']) => file)
}

function fileEntry(file: string): RawEntry {
  return { name: file.slice(1), type: 'file', mode: 0o755, content: fs.readFileSync(file) }
}
