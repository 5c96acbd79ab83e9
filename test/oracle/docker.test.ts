// The oracle: each golden folder is built by Peel and compared with what docker made of it, recorded in expected.json, and where a
// docker can be asked, with what it makes of it now. PEEL_ORACLE_RECORD=1 writes the recordings anew.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { isFault, silent } from '../../src/core/index.ts'
import { type Engine, openEngine } from '../../src/engine/index.ts'
import { baseName, findBusybox, writeBase } from './base.ts'
import { type Case, listCases, prepareContext, readExpected, writeExpected } from './cases.ts'
import { differences, type HistoryLine, readArchive, type Seen, type Tree, treeChanges } from './image.ts'
import { dockerBuild, findDocker } from './peers.ts'

const busybox = findBusybox()
const skip =
  process.getuid?.() !== 0
    ? 'RUN in a container needs root here'
    : busybox === undefined
      ? 'needs a static /bin/busybox'
      : false
const docker = skip === false ? findDocker() : skip

/** How docker 20.10's BuildKit words history, each taken away from both sides: Peel writes in the words of the newest. */
const wordings: readonly { readonly why: string; readonly text: RegExp; readonly plain: string }[] = [
  {
    why: 'EXPOSE was printed as a map, now as a list',
    text: /^EXPOSE (?:map)?\[(.*)\]$/,
    plain: 'EXPOSE $1',
  },
  { why: 'ARG without a default now shows the value it was given', text: /^ARG (\w+)=.*$/, plain: 'ARG $1' },
  { why: 'COPY and ADD now show --chown and --chmod', text: / --ch(?:own|mod)=\S+/g, plain: '' },
  {
    why: 'HEALTHCHECK was printed with Go quotes, now with field names',
    text: /^HEALTHCHECK .*$/,
    plain: 'HEALTHCHECK',
  },
]

function plainWords(history: readonly HistoryLine[]): readonly HistoryLine[] {
  return history.map((line) => ({
    ...line,
    created_by: wordings
      .reduce((words, { text, plain }) => words.replace(text, plain), line.created_by)
      .replaceAll(/:\{\}/g, ''),
  }))
}

describe('Dockerfiles as docker builds them', { skip }, () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  let engine: Engine
  let base: Tree

  before(async () => {
    const archive = writeBase(folder, busybox!)
    engine = openEngine({ root: path.join(folder, 'store') })
    await engine.load(archive, silent)
    base = readArchive(archive).tree
    if (typeof docker !== 'string') await docker('load', '-q', '-i', archive)
  })

  after(async () => {
    engine?.[Symbol.dispose]()
    fs.rmSync(folder, { recursive: true, force: true })
    if (typeof docker !== 'string') {
      const tags = listCases().flatMap((one) => [one.tag, ...Object.keys(one.before ?? {})])
      await docker('rmi', '-f', baseName, ...tags).catch(() => {})
    }
  })

  const seen = (file: string): Seen => {
    const { config, history, tree } = readArchive(file)
    return { config, history: plainWords(history), tree: treeChanges(base, tree) }
  }

  const byPeel = async (one: Case, context: string): Promise<Seen> => {
    for (const [tag, file] of Object.entries(one.before ?? {}))
      await engine.build(
        {
          context: { kind: 'directory', path: context },
          dockerfile: { kind: 'path', path: file },
          tags: [tag],
        },
        silent,
      )
    await engine.build(
      {
        context: { kind: 'directory', path: context },
        tags: [one.tag],
        target: one.target,
        ...(one.buildArgs !== undefined && { buildArgs: one.buildArgs }),
        contexts: Object.fromEntries(
          Object.entries(one.contexts ?? {}).map(([name, directory]) => [
            name,
            path.join(context, directory),
          ]),
        ),
        secrets: Object.entries(one.secrets ?? {}).map(([id, value]) => {
          const file = `${context}.${id}`
          fs.writeFileSync(file, value)
          return { id, from: 'file', path: file }
        }),
      },
      silent,
    )
    const output = path.join(folder, `${one.name}.peel.tar`)
    await engine.save([one.tag], { format: 'docker-archive', output }, silent)
    return seen(output)
  }

  const byDocker = async (one: Case, context: string): Promise<Seen | undefined> => {
    if (typeof docker === 'string' || one.notDocker !== undefined) return undefined
    await dockerBuild(docker, one, context)
    const output = path.join(folder, `${one.name}.docker.tar`)
    await docker('save', '-o', output, one.tag)
    return seen(output)
  }

  /** Meant differences are taken out; one that does not show any more is listed, so that the list stays true. */
  const unexpected = (one: Case, ours: Seen, theirs: Seen): string[] => {
    const found = differences(ours, theirs)
    const meant = Object.keys(one.differs ?? {})
    const stale = meant.filter((start) => !found.some((difference) => difference.startsWith(start)))
    return [
      ...found.filter((difference) => !meant.some((start) => difference.startsWith(start))),
      ...stale.map((start) => `no difference begins with "${start}" any more`),
    ]
  }

  for (const one of listCases())
    test(one.name, async (t) => {
      const context = path.join(folder, one.name)
      prepareContext(one, context)
      if (one.fails !== undefined) {
        const { fails } = one
        await assert.rejects(
          byPeel(one, context),
          (thrown) => isFault(thrown) && thrown.kind !== 'internal' && thrown.message.includes(fails),
        )
        if (typeof docker !== 'string' && one.notDocker === undefined)
          await assert.rejects(dockerBuild(docker, one, context), 'docker builds it')
        return
      }
      const ours = await byPeel(one, context)
      const theirs = await byDocker(one, context)
      if (process.env.PEEL_ORACLE_RECORD !== undefined) writeExpected(one, theirs ?? ours)
      if (theirs === undefined) t.diagnostic(`docker not asked: ${one.notDocker ?? docker}`)
      else assert.deepEqual(unexpected(one, ours, theirs), [], 'to what docker makes of it now')
      const expected = readExpected(one)
      assert.ok(expected !== undefined, 'PEEL_ORACLE_RECORD=1 writes expected.json')
      assert.deepEqual(unexpected(one, ours, expected), [], 'to expected.json')
    })
})
