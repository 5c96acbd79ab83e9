import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { toRootPath } from '../../core/index.ts'
import { lookAlikeMakers, pick, secretMakers, seeded } from '../../testing/secrets.ts'
import { parseAllowList } from './allow.ts'
import { findMetadataSecrets, secretHider } from './metadata.ts'
import { secretRules } from './rules/index.ts'
import { findSecrets, startScan } from './scan.ts'
import { kindOf, profileOf } from './text-kind.ts'
import { createWordSearch } from './word-search.ts'

const scanText = (path: string, text: string) => {
  const bytes = Buffer.from(text)
  return findSecrets([bytes], { ...kindOf(toRootPath(path), bytes), size: bytes.length })
}

describe('planted secrets', () => {
  const random = seeded(7)
  for (const [rule, make] of Object.entries(secretMakers))
    test(`${rule}: seven of seven`, () => {
      for (let i = 0; i < 7; i++) {
        const { path, text, value } = make(random)
        const found = scanText(path, text)
        assert.ok(
          found.some((match) => match.rule === rule),
          `${rule} missed ${text} (found ${JSON.stringify(found)})`,
        )
        const shown = JSON.stringify(found.map(({ masked }) => masked))
        assert.ok(!shown.includes(value.slice(-8)), `${shown} tells the secret`)
      }
    })

  test('look-alikes: none of two hundred', () => {
    for (let i = 0; i < 10; i++)
      for (const make of lookAlikeMakers) {
        const { path, text } = make(random)
        assert.deepEqual(scanText(path, text), [], text)
      }
  })
})

test('a keyword of the rule stands in everything that the rule matches', () => {
  const random = seeded(11)
  for (const [id, make] of Object.entries(secretMakers)) {
    const rule = secretRules.find((one) => one.id === id)
    assert.ok(rule, `there is no rule ${id}`)
    for (const [whole] of make(random).text.matchAll(rule.pattern))
      assert.ok(
        rule.keywords.some((word) => whole.toLowerCase().includes(word)),
        `${id}: ${whole}`,
      )
  }
})

test('ids are unique, keywords lower case', () => {
  assert.equal(new Set(secretRules.map(({ id }) => id)).size, secretRules.length)
  for (const { id, keywords, pattern } of secretRules) {
    assert.ok(keywords.length > 0, id)
    for (const word of keywords) assert.equal(word, word.toLowerCase(), id)
    assert.match(pattern.flags, /d.*g/, id)
  }
})

test('a secret is found wherever the pieces of a large text are cut', () => {
  const random = seeded(3)
  const { text, value } = secretMakers['github-token']!(random)
  const before = `${pick(random, 'base36', 60)}\n`.repeat(1000)
  const bytes = Buffer.from(before + text + before)
  const at = before.length + text.indexOf(value)
  for (let cut = at - 2; cut <= at + value.length + 1; cut += 3) {
    const scan = startScan({ setting: 'text' }, bytes.length)
    for (const piece of [bytes.subarray(0, cut), bytes.subarray(cut)]) scan.push(piece)
    const [match, ...more] = scan.end()
    assert.deepEqual(more, [])
    assert.equal(match?.offset, at + 4)
    assert.equal(match.length, value.length - 4)
    assert.equal(match.line, 1002)
  }
})

test('programs are searched for tokens, not for settings', () => {
  const { text } = secretMakers['github-token']!(seeded(5))
  const { text: env } = secretMakers['assigned-secret']!(seeded(5))
  const program = (inside: string) => `\x7fELF\0\0\0\0${inside}\0`
  assert.deepEqual(
    scanText('/bin/x', program(text)).map(({ rule }) => rule),
    ['github-token'],
  )
  assert.deepEqual(scanText('/app/.env', program(env)), [])
})

test('overlapping words are found in either case, alike in a short text and after a long one', () => {
  const words = ['he', 'she', 'hers', 'his']
  const search = createWordSearch(words)
  const look = (text: string): string[] => {
    const found: string[] = []
    search.search(Buffer.from(text), (word, end) => found.push(`${end} ${words[word]}`))
    return found.sort()
  }
  const expected = ['10 his', '4 he', '4 she', '6 hers']
  assert.deepEqual(look('uSHErs his'), expected)
  assert.deepEqual(look('.'.repeat(100_000)), [])
  assert.deepEqual(look('uSHErs his'), expected)
})

test('files of one profile are those that rules take alike', () => {
  assert.equal(profileOf(toRootPath('/usr/bin/x')), '')
  assert.equal(profileOf(toRootPath('/app/.env.local')), 'settings')
  assert.match(profileOf(toRootPath('/root/.npmrc')), /npmrc-password/)
})

test('variables, labels, arguments and commands', () => {
  const random = seeded(9)
  const token = secretMakers['npm-token']!(random).value
  const password = pick(random, 'base62', 16)
  const config = {
    architecture: 'amd64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [] },
    config: { Env: ['PATH=/bin', `DB_PASSWORD=${password}`], Labels: { owner: 'us', key: 'none' } },
    history: [
      { created_by: 'ADD base.tar /' },
      { created_by: `ENV DB_PASSWORD=${password}` },
      { created_by: `RUN |1 NPM_TOKEN=${token} /bin/sh -c npm ci # buildkit` },
    ],
  } as const
  const found = findMetadataSecrets(config as never)
  assert.deepEqual(
    found.map(({ in: kind, name, entry, rule }) => [kind, name, entry, rule]),
    [
      ['environment', 'DB_PASSWORD', 1, 'assigned-secret'],
      ['argument', 'NPM_TOKEN', 2, 'npm-token'],
    ],
  )
  const hide = secretHider(config as never)
  assert.equal(hide(config.history[2].created_by), 'RUN |1 NPM_TOKEN=npm_… /bin/sh -c npm ci # buildkit')
  assert.equal(hide(`ENV DB_PASSWORD ${password}`), 'ENV DB_PASSWORD …', 'known from the configuration')
  const { text, value } = secretMakers['private-key']!(random)
  const dockerfile = `COPY <<KEY /root/.ssh/id\n${text.trim()}\nKEY\nCMD ["x"]\n`
  assert.ok(!hide(dockerfile).includes(value))
  assert.equal(hide(dockerfile).split('\n').length, dockerfile.split('\n').length)
})

test('allow lists', () => {
  const allowed = parseAllowList(
    '# known\n0123456789ab  # this one\nrule:private-key path:/etc/ssh/**\npath:/test\n',
  )
  assert.ok(allowed({ id: '0123456789ab', rule: 'x' }))
  assert.ok(allowed({ id: 'f', rule: 'private-key', path: '/etc/ssh/a/key' }))
  assert.ok(!allowed({ id: 'f', rule: 'npm-token', path: '/etc/ssh/a/key' }))
  assert.ok(allowed({ id: 'f', rule: 'npm-token', path: '/test/a' }))
  assert.ok(!allowed({ id: 'f', rule: 'npm-token' }))
  assert.throws(() => parseAllowList('nonsense'), { code: 'allow.invalid' })
})

test('each rule has its row in the documentation', () => {
  const page = fs.readFileSync(path.join(import.meta.dirname, '../../../docs/rules/secrets.md'), 'utf8')
  const documented = [...page.matchAll(/^\| `([a-z0-9-]+)` \| (.*?) \| (\w+) \|/gm)].map(([, ...row]) => row)
  assert.deepEqual(
    documented,
    secretRules.map(({ id, what, severity }) => [id, what, severity]),
  )
})
