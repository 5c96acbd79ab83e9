// Content digests of trees and symlink resolution, from BuildKit. Its digests are its own encoding: what must hold is which are equal.
import assert from 'node:assert/strict'
import { type Digest, type RootPath, toRootPath } from '../../../src/core/index.ts'
import { compilePatterns, matchPath } from '../../../src/dockerfile/index.ts'
import {
  contentDigest,
  createStack,
  emptyDigest,
  type FileView,
  packLayer,
  resolvePath,
  wildcardDigest,
} from '../../../src/layer/index.ts'
import { dir, file, symlink, tree } from '../../../src/testing/tree.ts'
import { type Case, type Result, skip, verdict } from '../suite.ts'

interface Query {
  readonly path: string
  readonly followLinks?: boolean
  readonly wildcard?: boolean | string
  readonly include?: readonly string[]
  readonly exclude?: readonly string[]
}
interface Step {
  readonly tree?: readonly string[]
  readonly changes?: readonly string[]
  readonly query?: Query
  readonly as?: string
  readonly expect?: 'ok' | 'error' | 'not-found'
  readonly equal?: readonly [string, string]
  readonly notEqual?: readonly [string, string]
}
interface HashCase extends Case {
  readonly steps?: readonly Step[]
  readonly tree?: string | readonly (readonly string[])[]
  readonly path?: string
  readonly followTrailing?: boolean
  readonly expect?: string
}
type Thing = { readonly kind: string; readonly argument: string }
type Things = Map<RootPath, Thing>

export async function* run(cases: readonly HashCase[]): AsyncGenerator<Result> {
  for (const one of cases)
    yield await verdict(one.id, () => (one.op === 'resolvePath' ? checkResolve(one) : checkScript(one)))
}

const shared = (
  'target dir|link1 dir|link1/sub dir|link1/notaloop symlink ../target|link1/final symlink /target|link2 dir|' +
  'link2/link1 symlink /link1/|link2/link1sub symlink /link1/sub/|link2/notaloop symlink ./link1sub/../notaloop|' +
  'link2/notaloop_abs symlink /link2/link1sub/../notaloop|link2/notaloop2 symlink ./link1/../link1/notaloop|' +
  'link2/notaloop2_abs symlink /link2/link1/../link1/notaloop|link2/target symlink ./link1sub/../final|' +
  'link2/target_abs symlink /link2/link1sub/../final|link2/target2 symlink ./link1/../link1/final|' +
  'link2/target2_abs symlink /link2/link1/../link1/final|link3 symlink /link2'
).split('|')

function checkResolve({ tree: given, path = '', followTrailing, expect = '' }: HashCase): void {
  const lines =
    given === '@shared' || typeof given === 'string' || given === undefined
      ? shared.map((line) => `ADD ${line}`)
      : given.map(([kind, name, argument]) => `ADD ${name} ${kind} ${argument ?? ''}`.trimEnd())
  const view = viewOf(changed(new Map(), lines))
  assert.equal(
    resolvePath(view, toRootPathLoosely(path), followTrailing === true ? 'all' : 'parents'),
    expect,
  )
}

/** The path as it is asked for: `..` counts after the symlinks before it, so it is not cleaned away. */
function toRootPathLoosely(path: string): RootPath {
  return (path.startsWith('/') ? path : `/${path}`) as RootPath
}

function checkScript({ steps = [], id }: HashCase): void {
  if (id === 'TestChecksumWildcardWithBadMountable')
    skip('a view of layers is not mounted and cannot fail to be')
  let things: Things = new Map()
  const digests = new Map<string, string>([['@emptyDigest', emptyDigest]])
  for (const step of steps) {
    if (step.tree !== undefined) things = changed(new Map(), step.tree)
    if (step.changes !== undefined) things = changed(things, step.changes)
    if (step.query !== undefined) {
      const digest = ask(viewOf(things), step.query)
      assert.equal(digest !== undefined, step.expect === 'ok', `${step.as}: ${JSON.stringify(step.query)}`)
      digests.set(step.as ?? '', digest ?? 'nothing')
    }
    const pair = step.equal ?? step.notEqual
    if (pair === undefined) continue
    const [a, b] = pair
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const)
      if (step.equal !== undefined && !digests.has(one)) digests.set(one, digests.get(other) ?? '')
    if (step.equal !== undefined) assert.equal(digests.get(a), digests.get(b), `${a} and ${b}`)
    else assert.notEqual(digests.get(a), digests.get(b), `${a} and ${b}`)
  }
}

function ask(view: FileView, query: Query): Digest | undefined {
  const { include, exclude } = query
  const included = include === undefined ? undefined : compilePatterns(include)
  const excluded = exclude === undefined ? undefined : compilePatterns(exclude)
  const keep = (path: string): boolean =>
    (included === undefined || included.match(path).ignored) && !(excluded?.match(path).ignored ?? false)
  const filtered = included !== undefined || excluded !== undefined
  const options = { follow: query.followLinks, keep: filtered ? keep : undefined }
  const plain = (): Digest | undefined => contentDigest(view, toRootPath(query.path), options)
  const wild = (): Digest | undefined => wildcardDigest(view, query.path, { ...options, match: matchPath })
  if (query.wildcard === true) return wild()
  if (query.wildcard === 'both true and false') assert.equal(wild(), plain(), query.path)
  return plain()
}

function changed(before: Things, lines: readonly string[]): Things {
  const things: Things = new Map(before)
  for (const line of lines) {
    const [verb = '', name = '', kind = '', argument = ''] = line.split(' ')
    const path = toRootPath(name)
    if (verb === 'DEL') {
      for (const other of [...things.keys()])
        if (other === path || other.startsWith(`${path}/`)) things.delete(other)
    } else {
      const linked = argument.startsWith('>') ? things.get(toRootPath(argument.slice(1))) : undefined
      things.set(path, linked ?? { kind, argument })
    }
  }
  return things
}

function viewOf(things: Things): FileView {
  const entries = [...things].map(([path, { kind, argument }]) => {
    if (kind === 'dir') return dir(path)
    return kind === 'symlink' ? symlink(path, argument) : file(path, argument)
  })
  const packing = packLayer(tree(...entries), {
    read: ({ content }) => (content.in === 'memory' ? [content.bytes] : []),
    write: () => {},
  })
  for (;;) {
    const step = packing.next()
    if (step.done)
      return createStack([step.value.index], () => {
        throw new Error('all digests are in the index')
      })
  }
}
