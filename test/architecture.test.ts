// Holds the walls of the house: which room may import which, and what is spelled in one place only. A failure names the chain.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { repository, shippedSources, trackedFiles } from './sources.ts'

/** Lowest first: a room imports only rooms before it. */
const rooms =
  'core dockerfile layer image device kernel store registry transfer snapshot run plan cache build analyze engine cli tui web'.split(
    ' ',
  )
const faces = ['cli', 'tui', 'web']
/** The program: it stands outside the rooms and puts the faces together. */
const entry = 'src/main.ts'
const pureRooms = ['core', 'dockerfile', 'layer', 'image', 'device', 'plan', 'analyze']
const outsideWorld = /^node:(fs|child_process|net|https?|http2|tls|dgram|dns|worker_threads)(\/|$)/
/** Packages that ship, and the one room that may import each. */
const packages: Readonly<Record<string, string>> = { yaml: 'core' }
/** Texts that one file alone may spell (comments aside). */
const spelledOnce: Readonly<Record<string, RegExp>> = {
  '.wh.': /^src\/layer\/whiteout\.ts$/,
  'trusted.overlay': /^src\/(snapshot|kernel|layer)\/[^/]+\.ts$/,
}
const lineLimit = 350

const sources = shippedSources()
const roomOf = (name: string): string => name.split('/')[1] ?? ''

interface Import {
  readonly from: string
  /** `src/…` for files of the project, otherwise as written. */
  readonly to: string
}

const imports: readonly Import[] = sources.flatMap(({ name, text }) =>
  specifiers(text).map((specifier) => ({
    from: name,
    to: specifier.startsWith('.') ? path.posix.join(path.posix.dirname(name), specifier) : specifier,
  })),
)

function specifiers(text: string): readonly string[] {
  const forms = [
    /^import\s[^'"]*?from\s+['"]([^'"]+)['"]/gm,
    /^import\s+['"]([^'"]+)['"]/gm,
    /^export\s+(?:type\s+)?[*{][^'"]*?from\s+['"]([^'"]+)['"]/gm,
    /\b(?:import|require)\(\s*['"]([^'"]+)['"]/g,
  ]
  return forms.flatMap((form) => [...text.matchAll(form)].map((match) => match[1]!))
}

function none(rule: string, offenders: readonly Import[]): void {
  assert.deepEqual(
    offenders.map(({ from, to }) => `${from} -> ${to}`),
    [],
    rule,
  )
}

const withinProject = imports.filter(({ to }) => to.startsWith('src/'))
const acrossRooms = withinProject.filter(({ from, to }) => roomOf(from) !== roomOf(to))
const betweenRooms = acrossRooms.filter(({ from }) => from !== entry)

test('every room is on the floor plan', () => {
  const unknown = fs
    .readdirSync(path.join(repository, 'src'))
    .filter((name) => name !== 'testing' && `src/${name}` !== entry && !rooms.includes(name))
  assert.deepEqual(unknown, [], `src/ has the rooms ${rooms.join(', ')}`)
})

test('a room imports lower rooms only', () => {
  none(
    `the order is ${rooms.join(', ')}`,
    betweenRooms.filter(
      ({ from, to }) =>
        rooms.indexOf(roomOf(to)) >= rooms.indexOf(roomOf(from)) || !rooms.includes(roomOf(to)),
    ),
  )
})

test('a room is entered through its index.ts', () => {
  none(
    'import src/<room>/index.ts',
    acrossRooms.filter(({ to }) => !/^src\/[^/]+\/index\.ts$/.test(to)),
  )
})

test('the faces import engine and core only', () => {
  none(
    'cli, tui and web draw what engine says',
    betweenRooms.filter(
      ({ from, to }) => faces.includes(roomOf(from)) && !['engine', 'core'].includes(roomOf(to)),
    ),
  )
})

test('what ships imports nothing of the tests', () => {
  none(
    'src/testing, test, bench and scripts are not shipped',
    imports.filter(({ to }) => /^(src\/testing|test|bench|scripts)\/|\.test\.ts$/.test(to)),
  )
})

test('the pure rooms touch no file, process or network', () => {
  none(
    `${pureRooms.join(', ')} take and give values`,
    imports.filter(
      ({ from, to }) =>
        pureRooms.includes(roomOf(from)) && outsideWorld.test(to) && !(to === 'node:net' && parsesOnly(from)),
    ),
  )
})

test('packages are imported where they are allowed, node by its prefix', () => {
  none(
    'node:… or one of the packages listed in this test',
    imports.filter(
      ({ from, to }) => !/^(src\/|node:|package\.json$)/.test(to) && packages[to] !== roomOf(from),
    ),
  )
})

test('what one file spells no other does', () => {
  for (const [text, home] of Object.entries(spelledOnce)) {
    const spelling = sources
      .filter((source) => withoutComments(source.text).includes(text))
      .map(({ name }) => name)
    assert.ok(spelling.length <= 1, `"${text}" is spelled in ${spelling.join(' and ')}: let one file own it`)
    for (const name of spelling) assert.match(name, home, `"${text}" does not belong here`)
  }
})

test('files are short and folders are nouns', () => {
  const long = trackedFiles()
    .filter(({ name }) => name.endsWith('.ts'))
    .map(({ name, text }) => ({ name, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > lineLimit)
    .map(({ name, lines }) => `${name} has ${lines} lines: which concept in it has no name yet?`)
  assert.deepEqual(long, [])
  const vague = sources.filter(({ name }) =>
    /\/(utils?|common|helpers?|managers?|services?)(\/|\.ts$)/.test(name),
  )
  assert.deepEqual(
    vague.map(({ name }) => name),
    [],
    'name what is in it',
  )
})

function withoutComments(text: string): string {
  return text.replace(/^\s*(\/\/|\/?\*).*$/gm, '').replace(/\s\/\/ .*$/gm, '')
}

/** node:net has a parser of addresses besides the network. */
function parsesOnly(name: string): boolean {
  return sources.some(
    (source) => source.name === name && /^import \{ isIP \} from 'node:net'$/m.test(source.text),
  )
}
