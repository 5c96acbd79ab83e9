// Dockerfiles in the manner of public projects, one a language or framework: each builds on stand-ins for its base images, in which every
// toolchain is one small script. What is tried is the Dockerfile, not the compiler; nothing needs a network. A folder of `cases` is a case.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { openStoreUnderTest, type StoreUnderTest, skipReason } from '../e2e/store-under-test.ts'

interface Project {
  readonly args?: Readonly<Record<string, string>>
  readonly target?: string
  readonly secrets?: Readonly<Record<string, string>>
  /** Archives of the context: text by path. */
  readonly archive?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** What a file of the image must contain. */
  readonly files: Readonly<Record<string, string>>
  readonly lacks?: Readonly<Record<string, string>>
  readonly absent?: readonly string[]
  /** Fields of the image's configuration. */
  readonly config: Readonly<Record<string, unknown>>
}

const here = import.meta.dirname

describe('projects', { skip: skipReason() }, () => {
  let store: StoreUnderTest
  before(async () => {
    store = await openStoreUnderTest()
    const toolbox = path.join(here, 'toolbox')
    const names = fs.readFileSync(path.join(here, 'names.txt'), 'utf8').trim().split('\n')
    await store.peel('build', ...names.flatMap((name) => ['-t', name]), toolbox)
  })
  after(() => store[Symbol.dispose]())

  for (const name of fs.readdirSync(path.join(here, 'cases')))
    test(name, async () => {
      const folder = path.join(here, 'cases', name)
      const project = JSON.parse(fs.readFileSync(path.join(folder, 'case.json'), 'utf8')) as Project
      const context = path.join(store.folder, name)
      fs.cpSync(path.join(folder, 'files'), context, { recursive: true })
      fs.chmodSync(context, 0o755)
      fs.copyFileSync(path.join(folder, 'Dockerfile'), path.join(context, 'Dockerfile'))
      for (const [archive, files] of Object.entries(project.archive ?? {})) {
        const inside = store.context(`${name}-${archive}`, files)
        execFileSync('tar', ['-C', inside, '-czf', path.join(context, archive), '.'])
      }
      const secrets = Object.entries(project.secrets ?? {}).map(([id, value]) => {
        const directory = store.context(`${name}-secret`, { [id]: value })
        return `--secret=id=${id},src=${path.join(directory, id)}`
      })
      const flags = [
        ...Object.entries(project.args ?? {}).map(([key, value]) => `--build-arg=${key}=${value}`),
        ...(project.target === undefined ? [] : [`--target=${project.target}`]),
        ...secrets,
      ]
      const out = path.join(store.folder, `${name}-out`)
      await store.peel('build', '-t', name, '-o', out, ...flags, context)
      const text = (file: string): string => fs.readFileSync(path.join(out, file), 'utf8')
      for (const [file, part] of Object.entries(project.files)) assert.ok(text(file).includes(part), file)
      for (const [file, part] of Object.entries(project.lacks ?? {}))
        assert.ok(!text(file).includes(part), file)
      for (const file of project.absent ?? []) assert.ok(!fs.existsSync(path.join(out, file)), file)
      const [image] = JSON.parse((await store.peel('inspect', name)).stdout) as {
        Config: Record<string, unknown>
      }[]
      for (const [field, wanted] of Object.entries(project.config))
        assert.deepEqual(image?.Config[field], wanted, field)
      await store.peel('build', '--require-cached', ...flags, context)
    })
})
