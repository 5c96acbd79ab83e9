// What registries.conf may say, and how each mistake in it is told.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRegistriesConf } from './conf.ts'
import { isShortName, parseAliasTarget, parseShortName } from './short-names.ts'

const digest = `sha256:${'d'.repeat(64)}`

test('everything the format has', () => {
  const conf = parseRegistriesConf(
    `unqualified-search-registries = ["one.io//", "two.io:5000"]
short-name-mode = "enforcing"
credential-helpers = ["containers-auth.json", "pass"]
additional-layer-store-auth-helper = "left alone"

[[registry]] # the first of a prefix counts
prefix = "r.io/team/"
location = "in.lan/team"
insecure = true

  [[registry.mirror]]
  location = "m1.lan/"
  pull-from-mirror = "tag-only"
  [[registry.mirror]]
  location = "m2.lan"
  insecure = true

[[registry]]
prefix = "r.io/team"
location = "other.lan"

[[registry]]
location = "d.io"
blocked = true
mirror-by-digest-only = true
mirror = [{ location = "m3.lan" }]

[[registry]]
prefix = "*.sub.io"

[aliases]
  "fedora" = "r.io/fedora"
  "team/app" = ""
`,
    'f',
  )
  assert.deepEqual(conf.search, ['one.io', 'two.io:5000'])
  assert.deepEqual([conf.mode, conf.helpers], ['enforcing', ['containers-auth.json', 'pass']])
  assert.deepEqual(
    [...conf.aliases],
    [
      ['fedora', 'r.io/fedora'],
      ['team/app', ''],
    ],
  )
  const [team, blocked, sub] = conf.registries
  assert.deepEqual(team, {
    prefix: 'r.io/team',
    location: 'in.lan/team',
    insecure: true,
    blocked: false,
    mirrors: [
      { location: 'm1.lan', insecure: false, serves: 'tag' },
      { location: 'm2.lan', insecure: true, serves: 'all' },
    ],
    where: 'f:6',
  })
  assert.equal(blocked?.prefix, 'd.io')
  assert.deepEqual(blocked?.mirrors, [{ location: 'm3.lan', insecure: false, serves: 'digest' }])
  assert.deepEqual([sub?.prefix, sub?.location, conf.registries.length], ['*.sub.io', '', 3])
})

test('version 1, where nothing of version 2 stands beside it', () => {
  const old = `[registries.search]
registries = ['one.io/', 'two.io']
[registries.insecure]
registries = ['two.io']
[registries.block]
registries = ['bad.io', 'two.io']
`
  const { search, registries } = parseRegistriesConf(old, 'f')
  assert.deepEqual(search, ['one.io', 'two.io'])
  assert.deepEqual(
    registries.map(({ prefix, insecure, blocked }) => [prefix, insecure, blocked]),
    [
      ['bad.io', false, true],
      ['two.io', true, true],
    ],
  )
  assert.throws(() => parseRegistriesConf(`unqualified-search-registries = []\n${old}`, 'f'), {
    code: 'registry.config',
    message: /^f:1: .*older/,
  })
})

test('each mistake is told with its line', () => {
  const rows: readonly [text: string, message: RegExp][] = [
    ['nonsense', /^f:1: a "=" is missing/],
    ['a = 1\n[aliases]\na="r.io/a"\na="r.io/b"', /^f:4: "a" stands here a second time/],
    ['[aliases]\n[aliases]', /^f:2: the table "aliases"/],
    ['registry = "r.io"', /^f:1: "registry" is no list of tables/],
    ['[registry]\nlocation = "r.io"', /^f:1: "registry" is no list of tables/],
    ['[[registry]]\ninsecure = true', /^f:1: .*neither/],
    ['\n[[registry]]\nprefix = "r.io"', /^f:2: the registry r\.io has no "location"/],
    ['[[registry]]\nlocation = "https://r.io"', /^f:2: .*scheme/],
    ['[[registry]]\nlocation = "r.io"\nprefix = "http://r.io"', /^f:3: .*scheme/],
    ['[[registry]]\nlocation = 5', /^f:2: "location" is no text/],
    ['[[registry]]\nlocation = "r.io"\ninsecure = "yes"', /^f:3: "insecure" is neither true nor false/],
    ['[[registry]]\nprefix = "*.r.io/a"', /^f:2: .*subdomains/],
    ['[[registry]]\nprefix = "*.r.io:80"', /^f:2: .*subdomains/],
    ['[[registry]]\nprefix = "a.*.io"\nlocation = "b.io"', /^f:2: .*subdomains/],
    ['[[registry]]\nlocation = "r.io"\npull-from-mirror = "all"', /^f:3: .*\[\[registry\.mirror\]\]/],
    ['[[registry]]\nlocation = "r.io"\n[[registry.mirror]]', /^f:3: this mirror has no "location"/],
    [
      '[[registry]]\nlocation = "r.io"\n[[registry.mirror]]\nlocation = "m"\npull-from-mirror = "never"',
      /^f:5: "never" is none of/,
    ],
    [
      '[[registry]]\nlocation = "r.io"\nmirror-by-digest-only = true\n[[registry.mirror]]\nlocation = "m"\npull-from-mirror = "all"',
      /^f:6: .*exclude each other/,
    ],
    [
      '[[registry]]\nlocation = "r.io"\n[[registry]]\nprefix = "o.io"\nlocation = "r.io"\ninsecure = true',
      /^f:6: "insecure" of r\.io is said to be false at f:1/,
    ],
    [
      '[[registry]]\nlocation = "r.io"\n[[registry]]\nlocation = "r.io"\nblocked = true',
      /^f:5: "blocked" of r\.io/,
    ],
    ['unqualified-search-registries = "r.io"', /^f:1: .*no list of texts/],
    ['unqualified-search-registries = ["r.io/team"]', /^f:1: "r\.io\/team" is no registry/],
    ['short-name-mode = "ask"', /^f:1: "ask" is none of disabled, permissive, enforcing/],
    ['credential-helpers = [1]', /^f:1: "credential-helpers" is no list of texts/],
    ['[aliases]\nok = "r.io/a"\n"r.io/b" = "r.io/a"', /^f:3: .*names a registry/],
    ['[aliases]\na = "fedora"', /^f:2: .*names no registry/],
    ['[aliases]\na = "r.io/a:1"', /^f:2: .*has a tag/],
    ['[aliases]\na = true', /^f:2: "a" is no text/],
  ]
  for (const [text, message] of rows)
    assert.throws(() => parseRegistriesConf(text, 'f'), { code: 'registry.config', message }, text)
})

test('short names and what an alias may make of them', () => {
  for (const name of ['fedora', 'team/app', '1234', 'a/b/c']) {
    assert.equal(parseShortName(name), name)
    assert.throws(() => parseAliasTarget(name), { code: 'reference.invalid' })
  }
  for (const name of ['r.io/a', 'localhost/a', 'localhost:5000/team/a', 'docker.io/library/a'])
    assert.throws(() => parseShortName(name), { code: 'reference.invalid' })
  assert.equal(parseAliasTarget('docker.io/a').path, 'library/a')
  for (const name of ['', ' ', '$$', 'docker://a', 'a:1', `a@${digest}`, 'r.io/a:1', 'https://r.io/a']) {
    assert.throws(() => parseShortName(name), { code: 'reference.invalid' }, name)
    assert.throws(() => parseAliasTarget(name), { code: 'reference.invalid' }, name)
  }
  assert.equal(isShortName('a:1'), true)
  assert.equal(isShortName('Team/a'), false)
})
