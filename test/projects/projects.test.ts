// Dockerfiles of public projects, byte for byte as they are published. Each builds with a context of our own making, on stand-ins for the
// base images that it names, in which every toolchain is one small script: what is tried is the Dockerfile, not the compiler, and no
// build needs a network. A folder of `cases` is a case; one whose Dockerfile can't be fetched is skipped.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { openStoreUnderTest, type StoreUnderTest, skipReason } from '../e2e/store-under-test.ts'
import { fetchArchives, type Published, readPublished } from './published.ts'

interface Project {
  /** What the project is written in. */
  readonly language: string
  readonly published: Published
  /** The images that the Dockerfile names: the toolbox, or what the case's own `base` makes of it. */
  readonly images: readonly string[]
  readonly args?: Readonly<Record<string, string>>
  readonly target?: string
  /** Archives of the context: text by path. */
  readonly archives?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** What a file of the image must contain. */
  readonly files: Readonly<Record<string, string>>
  readonly links?: Readonly<Record<string, string>>
  /** The user and group of a path, as numbers. */
  readonly owners?: Readonly<Record<string, string>>
  readonly absent?: readonly string[]
  /** What the checks say of the Dockerfile: each rule with the lines that it points at. */
  readonly checks: Readonly<Record<string, readonly number[]>>
  /** Fields of the image's configuration. */
  readonly config: Readonly<Record<string, unknown>>
}

/** What of docker's lint document is looked at. */
interface LintDocument {
  readonly warnings: readonly {
    readonly ruleName: string
    readonly location: { readonly ranges: readonly { readonly start: { readonly line: number } }[] }
  }[]
  readonly buildError?: unknown
}

const cases = path.join(import.meta.dirname, 'cases')
const toolbox = path.join(import.meta.dirname, 'toolbox')
const projects = fs.readdirSync(cases).map((name) => ({
  name,
  project: JSON.parse(fs.readFileSync(path.join(cases, name, 'case.json'), 'utf8')) as Project,
}))

describe('projects', { skip: skipReason() }, () => {
  let store: StoreUnderTest
  let archives: Awaited<ReturnType<typeof fetchArchives>>
  before(async () => {
    store = await openStoreUnderTest()
    const folder = fs.mkdtempSync(path.join(store.folder, 'published-'))
    const published = projects.map(({ project }) => project.published)
    const built = store.peel('build', '-t', 'toolbox', toolbox)
    ;[archives] = await Promise.all([fetchArchives(published, folder), built])
  })
  after(() => store[Symbol.dispose]())

  test('they are of ten languages at least', () => {
    const languages = new Set(projects.map(({ project }) => project.language))
    assert.ok(languages.size >= 10, [...languages].join(', '))
  })

  for (const { name, project } of projects)
    test(`${name} (${project.language})`, async (t) => {
      const { published } = project
      const fetched = archives.get(published.npm ?? published.debian)!
      if ('missing' in fetched) return t.skip(fetched.missing)
      const dockerfile = path.join(store.folder, `${name}.Dockerfile`)
      fs.writeFileSync(dockerfile, readPublished(published, fetched.archive))

      const own = path.join(cases, name, 'base')
      const names = project.images.flatMap((image) => ['-t', image])
      await store.peel('build', ...names, fs.existsSync(own) ? own : toolbox)

      const flags = [
        ...Object.entries(project.args ?? {}).map(([key, value]) => `--build-arg=${key}=${value}`),
        ...(project.target === undefined ? [] : [`--target=${project.target}`]),
        `--file=${dockerfile}`,
        context(name, project),
      ]
      assert.deepEqual(await checksOf(flags), project.checks)
      const out = fs.mkdtempSync(path.join(store.folder, `${name}-out-`))
      await store.peel('build', '-t', `${name}:built`, '-o', `type=tar,dest=${out}.tar`, ...flags)
      execFileSync('tar', ['-C', out, '--numeric-owner', '-xpf', `${out}.tar`])
      holds(project, out)
      const [image] = JSON.parse((await store.peel('inspect', `${name}:built`)).stdout) as {
        Config: Record<string, unknown>
      }[]
      for (const [field, wanted] of Object.entries(project.config))
        assert.deepEqual(image?.Config[field], wanted, field)
      await store.peel('build', '--require-cached', ...flags)
    })

  async function checksOf(flags: readonly string[]): Promise<Project['checks']> {
    const { stdout } = await store.start('build', '--check', '--format=json', ...flags).ended
    const { warnings, buildError } = JSON.parse(stdout) as LintDocument
    assert.equal(buildError, undefined)
    const rules = Object.groupBy(warnings, ({ ruleName }) => ruleName)
    return Object.fromEntries(
      Object.entries(rules).map(([rule, found]) => [
        rule,
        found!.map(({ location }) => location.ranges[0]!.start.line),
      ]),
    )
  }

  /** The context of a case: its `files`, if it has any, and the archives that it describes. */
  function context(name: string, project: Project): string {
    const directory = store.context(name, {})
    const files = path.join(cases, name, 'files')
    if (fs.existsSync(files)) fs.cpSync(files, directory, { recursive: true })
    else fs.mkdirSync(directory)
    fs.chmodSync(directory, 0o755)
    for (const [archive, texts] of Object.entries(project.archives ?? {})) {
      const inside = store.context(`${name}-archives/${archive}`, texts)
      fs.mkdirSync(path.dirname(path.join(directory, archive)), { recursive: true })
      execFileSync('tar', [
        '-C',
        inside,
        '--owner=0',
        '--group=0',
        '-czf',
        path.join(directory, archive),
        '.',
      ])
    }
    return directory
  }
})

/** Compares what a build wrote with what the case wants of it. */
function holds(project: Project, out: string): void {
  const inside = (file: string): string => path.join(out, file)
  for (const [file, part] of Object.entries(project.files))
    assert.ok(fs.readFileSync(inside(file), 'utf8').includes(part), `${file} holds ${part}`)
  for (const [link, target] of Object.entries(project.links ?? {}))
    assert.equal(fs.readlinkSync(inside(link)), target, link)
  for (const [file, owner] of Object.entries(project.owners ?? {})) {
    const { uid, gid } = fs.lstatSync(inside(file))
    assert.equal(`${uid}:${gid}`, owner, file)
  }
  for (const file of project.absent ?? []) assert.ok(!fs.existsSync(inside(file)), file)
}
