// Walks of trees with patterns, from tonistiigi/fsutil: a context with an ignore file, and COPY --parents and --exclude.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { openContext } from '../../../src/build/context-view.ts'
import { openDigestMemory } from '../../../src/build/digest-memory.ts'
import { selectFiles } from '../../../src/build/select.ts'
import { compilePatterns } from '../../../src/dockerfile/index.ts'
import type { Found } from '../../../src/layer/index.ts'
import { type Case, type Result, skip, verdict } from '../suite.ts'

interface FilterCase extends Case {
  readonly tree: readonly (string | object)[]
  readonly filter?: {
    readonly include?: readonly string[]
    readonly exclude?: readonly string[]
    readonly followPaths?: readonly string[]
  }
  readonly expect: readonly string[]
}

export async function* run(cases: readonly FilterCase[]): AsyncGenerator<Result> {
  for (const one of cases)
    yield await verdict(one.id, () => {
      if (one.op === 'followLinks' || one.filter?.followPaths !== undefined)
        skip('what must be sent to a daemon for the sake of links: a context is read in its place here')
      const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-filter-'))
      try {
        check(one, directory)
      } finally {
        fs.rmSync(directory, { recursive: true })
      }
    })
}

function check({ op, tree, filter = {}, expect }: FilterCase, directory: string): void {
  for (const line of tree) if (typeof line === 'string') write(line, directory)
  const { include = [], exclude = [] } = filter
  // an exception among the patterns to include is a pattern to exclude
  const wanted = include.filter((pattern) => !pattern.startsWith('!'))
  const unwanted = [
    ...exclude,
    ...include.filter((pattern) => pattern.startsWith('!')).map((text) => text.slice(1)),
  ]
  const found = new Map<string, Found>()
  const isIgnoreFile = wanted.length === 0
  const view = openContext(directory, {
    ignore: compilePatterns(isIgnoreFile ? unwanted : []),
    memory: openDigestMemory(undefined),
  })
  const options = { exclude: isIgnoreFile ? [] : unwanted, parents: !isIgnoreFile }
  for (const source of isIgnoreFile ? ['/'] : wanted)
    for (const { files } of selectFiles(source, view, options))
      for (const file of files) if (file.relative !== '') found.set(file.relative, file.found)
  const names = [...found.keys()].sort()
  if (op === 'copyFiltered') return assert.deepEqual(names, [...expect].sort())
  assert.deepEqual(
    names.map((name) => describe(name, found)),
    expect,
  )
}

const kinds: Readonly<Record<string, string>> = { file: 'file', directory: 'dir', symlink: 'symlink' }

function describe(name: string, found: ReadonlyMap<string, Found>): string {
  const { node, inode } = found.get(name)!
  const first = [...found].find(([, other]) => inode !== undefined && other.inode === inode)?.[0]
  const kind = node.kind === 'symlink' ? `symlink:${node.target}` : kinds[node.kind]
  return `${kind} ${name}${first === undefined || first === name ? '' : ` >${first}`}`
}

/** `ADD path dir`, `ADD path file [content]`, `ADD path symlink target`, `ADD path file >other`. */
function write(line: string, directory: string): void {
  const [, name = '', kind = '', argument = ''] =
    /^ADD (\S+) (\S+)(?: (.*))?$/s.exec(line) ?? skip(`the tree says ${line}`)
  const full = path.join(directory, name)
  fs.mkdirSync(path.dirname(full), { recursive: true })
  if (kind === 'dir') fs.mkdirSync(full, { recursive: true })
  else if (kind === 'symlink') fs.symlinkSync(argument, full)
  else if (kind !== 'file') skip(`the tree has a ${kind}`)
  else if (argument.startsWith('>')) fs.linkSync(path.join(directory, argument.slice(1)), full)
  else fs.writeFileSync(full, argument)
}
