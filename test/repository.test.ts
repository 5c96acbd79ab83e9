// What the tracked files must not name: paths of the machine they were written on, and hosts that packages come from. The hosts
// are those this machine is configured with, so that a mirror somewhere else is caught there.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { test } from 'node:test'
import { trackedFiles } from './sources.ts'

function holders(pattern: RegExp): readonly string[] {
  return trackedFiles().flatMap(({ name, text }) =>
    text
      .split('\n')
      .flatMap((line, i) => (pattern.test(line) ? [`${name}:${i + 1}: ${line.trim().slice(0, 120)}`] : [])),
  )
}

test('no file names a path of the machine it was written on', () => {
  const folder = ['', 'work', ''].join('/')
  assert.deepEqual(holders(new RegExp(`(^|[^\\w}$.)/>*-])${folder}`)), [])
})

test('no file names a host that packages come from', () => {
  const hosts = new Set([...npmHosts(), ...aptHosts()])
  for (const host of hosts)
    assert.deepEqual(holders(new RegExp(`(^|[^\\w.-])${host.replaceAll('.', '\\.')}($|[^\\w.-])`)), [], host)
})

test('the lock file records no address of a registry', () => {
  const lock = trackedFiles().find(({ name }) => name === 'package-lock.json')
  assert.ok(lock !== undefined)
  assert.doesNotMatch(lock.text, /"resolved":/, 'keep omit-lockfile-registry-resolved=true in .npmrc')
})

function npmHosts(): readonly string[] {
  const configured = process.env.npm_config_registry
  const npm = spawnSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' })
  return [configured, npm.stdout].flatMap((text) => hostsIn(text ?? ''))
}

function aptHosts(): readonly string[] {
  return fs
    .globSync('/etc/apt/{sources.list,sources.list.d/*}')
    .filter((file) => fs.statSync(file).isFile())
    .flatMap((file) => hostsIn(fs.readFileSync(file, 'utf8')))
}

function hostsIn(text: string): readonly string[] {
  return [...text.matchAll(/\bhttps?:\/\/([^\s/:@]+(?:\.[^\s/:@]+)+)/g)].map((match) => match[1]!)
}
