// Which file is the Dockerfile, and which ignore file holds for it.
import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import * as os from 'node:os'
import * as path from 'node:path'
import { after, test } from 'node:test'
import { isFault } from '../core/index.ts'
import { findDockerfile } from './dockerfile-source.ts'

const home = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-dockerfile-'))
after(() => fs.rmSync(home, { recursive: true }))

let made = 0
function contextOf(...names: readonly string[]): string {
  const directory = path.join(home, String(made++))
  fs.mkdirSync(directory)
  for (const name of names) fs.writeFileSync(path.join(directory, name), name)
  return directory
}

const found = (context: string, file?: string) => {
  const { name, ignore } = findDockerfile(context, file)
  return [name, ignore?.name]
}

test("docker's names come before podman's", () => {
  assert.deepEqual(found(contextOf('Containerfile', 'dockerfile', 'Dockerfile')), ['Dockerfile', undefined])
  assert.deepEqual(found(contextOf('Containerfile', 'dockerfile')), ['dockerfile', undefined])
  assert.deepEqual(found(contextOf('Containerfile', '.containerignore')), [
    'Containerfile',
    '.containerignore',
  ])
})

test('the nearest ignore file holds', () => {
  const all = contextOf('Dockerfile', 'Dockerfile.dockerignore', '.dockerignore', '.containerignore')
  assert.deepEqual(found(all), ['Dockerfile', 'Dockerfile.dockerignore'])
  fs.rmSync(path.join(all, 'Dockerfile.dockerignore'))
  assert.deepEqual(found(all), ['Dockerfile', '.dockerignore'])
})

test('a name that is given stands for itself alone, in the context or else where one is', () => {
  const context = contextOf('Dockerfile', 'other')
  const elsewhere = path.join(contextOf('mine'), 'mine')
  assert.deepEqual(found(context, 'other'), ['other', undefined])
  assert.deepEqual(found(context, path.relative(process.cwd(), elsewhere))[1], undefined)
  assert.throws(
    () => found(context, 'missing'),
    (error) => isFault(error) && error.code === 'dockerfile.missing' && /\/missing$/.test(error.message),
  )
})
