// dive: its numbers, its JSON, its rules, and how its trees stack, compare and are drawn.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createGate, createLayerTree, studyStrata } from '../../../src/analyze/index.ts'
import { isFault, silent, toRootPath } from '../../../src/core/index.ts'
import { openEngine, type Study, type TreeView } from '../../../src/engine/index.ts'
import {
  createIndexer,
  createStrata,
  decompress,
  detectCompression,
  type LayerIndex,
  type Strata,
} from '../../../src/layer/index.ts'
import { type RawEntry, rawTar } from '../../../src/testing/raw-tar.ts'
import { type Case, type Result, skip, verdict } from '../suite.ts'

interface DiveFile {
  readonly path: string
  readonly size?: number
  readonly mode?: number
  readonly uid?: number
  readonly gid?: number
  readonly contentChanged?: boolean
}
type Said = string | DiveFile
interface Nested {
  readonly [name: string]: Nested
}

interface DiveCase extends Case {
  readonly image?: string
  readonly rows?: readonly [number, number]
  readonly layers?: readonly (readonly DiveFile[])[]
  readonly add?: readonly Said[]
  readonly lower?: readonly Said[]
  readonly upper?: readonly Said[]
  readonly tree?: Nested
  readonly collapsed?: readonly string[]
  readonly path?: string
  readonly rules?: Readonly<Record<string, string>>
  readonly expectText?: string
  readonly expectJson?: string
  readonly expectConfigError?: boolean
  readonly expectedPass?: boolean
  readonly expectedResult?: Readonly<Record<string, string>>
  readonly expect?: unknown
}

export async function* run(cases: readonly DiveCase[], directory: string): AsyncGenerator<Result> {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  const engine = openEngine({ root, env: { PATH: process.env.PATH } })
  try {
    for (const one of cases)
      yield await verdict(one.id, () =>
        check(one, {
          study: (image) =>
            engine.study({ from: 'archive', archive: path.join(directory, image) }, {}, silent),
          directory,
        }),
      )
  } finally {
    engine[Symbol.dispose]()
    fs.rmSync(root, { recursive: true, force: true })
  }
}

interface Tools {
  readonly study: (image: string) => Promise<Study>
  readonly directory: string
}

function check(one: DiveCase, tools: Tools): unknown {
  switch (one.op) {
    case 'analyze':
      return checkNumbers(one, tools)
    case 'export':
      return checkExport(one, tools)
    case 'load':
      return checkLoad(one, tools)
    case 'efficiency':
      return checkEfficiency(one)
    case 'ciRules':
      return checkRules(one, tools)
    case 'tree':
    case 'treeRows':
    case 'treeCollapsed':
    case 'stack':
      return checkDrawing(one)
    case 'compareMark':
      return checkMarks(one)
    case 'isWhiteout':
      return checkWhiteouts(one)
    case 'dirMetadata':
      return checkSize(one)
    default:
      return skip(`operation ${one.op} is not known here`)
  }
}

async function checkNumbers({ image, expect }: DiveCase, { study }: Tools): Promise<void> {
  using studied = await study(image!)
  const { dive, layers } = studied.report
  const wanted = expect as Record<string, number>
  assert.equal(dive.efficiency, wanted.efficiency)
  assert.equal(dive.sizeBytes, wanted.sizeBytes)
  assert.equal(dive.userSizeBytes, wanted.userSizeBytes)
  assert.equal(dive.wastedBytes, wanted.wastedBytes)
  assert.equal(dive.wastedUserPercent, wanted.wastedPercent)
  if (wanted.layers !== undefined) assert.equal(layers.length, wanted.layers)
  if (wanted.files !== undefined)
    assert.equal(
      studied.diveDocument().layer.reduce((sum, { fileList }) => sum + fileList.length, 0),
      wanted.files,
    )
}

async function checkExport({ image, expectJson }: DiveCase, { study, directory }: Tools): Promise<void> {
  using studied = await study(image!)
  const wanted = JSON.parse(fs.readFileSync(path.join(directory, expectJson!), 'utf8'))
  assert.deepEqual(JSON.parse(JSON.stringify(studied.diveDocument())), wanted)
}

/** An image, or one of dive's small files, each a layer in some compression. */
async function checkLoad({ image }: DiveCase, { study, directory }: Tools): Promise<void> {
  try {
    using studied = await study(image!)
    assert.ok(studied.report.layers.length > 0)
  } catch (thrown) {
    if (!isFault(thrown) || thrown.code !== 'archive.invalid') throw thrown
    const bytes = fs.readFileSync(path.join(directory, image!))
    const indexer = createIndexer()
    for await (const chunk of decompress(detectCompression(bytes), [bytes])) indexer.push(chunk)
    assert.ok(indexer.end().index.length > 0)
  }
}

function checkEfficiency({ layers, expect }: DiveCase): void {
  const { dive } = studyStrata(createStrata(layers!.map(layerOf)))
  const wanted = expect as {
    score: number
    inefficient: { path: string; cumulativeSize: number }[]
  }
  assert.equal(dive.efficiency, wanted.score)
  assert.deepEqual(
    dive.files.map(({ path, sizeBytes }) => ({ path, cumulativeSize: sizeBytes })),
    wanted.inefficient.toReversed(),
  )
}

async function checkRules(one: DiveCase, { study }: Tools): Promise<void> {
  if (one.expectConfigError === true) {
    assert.throws(() => createGate(one.rules!), { code: 'usage.invalid' })
    return
  }
  using studied = await study(one.image!)
  const { passed, results } = studied.judge({ rules: one.rules! })
  assert.equal(passed, one.expectedPass)
  assert.deepEqual(Object.fromEntries(results.map(({ key, status }) => [key, status])), one.expectedResult)
}

function checkDrawing(one: DiveCase): void {
  const { lower, upper, add, tree } = one
  const strata =
    lower !== undefined ? strataOf(lower, upper!) : strataOf(add ?? pathsOf(tree!).map((name) => `/${name}`))
  const layers = strata.layers.length
  const drawn = draw(viewOf(strata, { lower: layers, upper: layers }), one.collapsed ?? [])
  const [from, to] = one.rows ?? [0, drawn.length]
  assert.equal(
    drawn
      .slice(from, to + 1)
      .map((line) => `${line}\n`)
      .join(''),
    one.expectText,
  )
}

function checkMarks({ lower, upper, expect }: DiveCase): void {
  const view = viewOf(strataOf(lower!, upper!), { lower: 1, upper: 2 })
  const wanted = expect as Readonly<Record<string, string>>
  for (const id of view.outline()) {
    const { path, mark } = view.get(id)
    // dive has no mark of its own for changed attributes.
    const asDive = mark === 'attributesOnly' ? 'modified' : mark
    assert.equal(asDive, wanted[path] ?? wanted['*'], path)
  }
}

function checkWhiteouts({ expect }: DiveCase): void {
  const wanted = expect as Readonly<Record<string, boolean | 'no node'>>
  for (const [name, whiteout] of Object.entries(wanted)) {
    const index = layerOf([{ path: name }])
    const kinds = Array.from({ length: index.length }, (_, row) => index.kindOf(row))
    assert.deepEqual(kinds, [whiteout === 'no node' ? 'opaque' : whiteout ? 'whiteout' : 'file'], name)
  }
}

function checkSize({ add, path: at, expect }: DiveCase): void {
  const view = viewOf(strataOf(add!), { lower: 1, upper: 1 })
  const { subtreeSize } = view.get(view.find(at!)!)
  assert.match(String(expect), new RegExp(` ${subtreeSize} B `))
}

function viewOf(strata: Strata, span: { lower: number; upper: number }): TreeView {
  return createLayerTree(strata, studyStrata(strata).hidden).view(span)
}

function strataOf(...layers: readonly (readonly Said[])[]): Strata {
  return createStrata(
    layers.map((layer) => {
      const files = layer.map((said): DiveFile => (typeof said === 'string' ? { path: said } : said))
      return layerOf(files)
    }),
  )
}

/** What has something below it in the case is a directory. */
function layerOf(files: readonly DiveFile[]): LayerIndex {
  const isDirectory = (one: string): boolean => files.some(({ path }) => path.startsWith(`${one}/`))
  const entries = files.map(
    ({ path, size = 0, mode, uid, gid, contentChanged }): RawEntry => ({
      name: path.replace(/^\.?\//, ''),
      type: isDirectory(path) && contentChanged !== true ? 'dir' : 'file',
      content: contentChanged === true ? 'changed' : 'x'.repeat(size),
      mode,
      uid,
      gid,
    }),
  )
  const indexer = createIndexer()
  indexer.push(rawTar(entries))
  return indexer.end().index
}

function pathsOf(tree: Nested, above = ''): string[] {
  return Object.entries(tree).flatMap(([name, below]) => [
    `${above}${name}`,
    ...pathsOf(below, `${above}${name}/`),
  ])
}

/** The tree as dive draws it. */
function draw(view: TreeView, collapsed: readonly string[]): string[] {
  const closed = new Set(collapsed.map((name) => view.find(toRootPath(`/${name}`))!))
  const lines: string[] = []
  const below = (id: number, indent: string): void => {
    const children = [...view.children(id)]
    for (const [i, child] of children.entries()) {
      const last = i === children.length - 1
      const hidesMore = closed.has(child) && view.get(child).below > 0
      lines.push(`${indent}${last ? '└─' : '├─'}${hidesMore ? '⊕ ' : '─ '}${view.get(child).name}`)
      if (!closed.has(child)) below(child, `${indent}${last ? '    ' : '│   '}`)
    }
  }
  below(0, '')
  return lines
}
