// The files of registries.conf together, on a made-up machine: which are read, which count more, and what names become.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { printReference } from '../../core/index.ts'
import { openRegistriesConf, type RegistriesConfs } from './registries-conf.ts'

const digest = `sha256:${'d'.repeat(64)}`

interface Machine {
  readonly root: string
  open(env?: Readonly<Record<string, string>>, uid?: number): RegistriesConfs
}

/** Files by their paths below `home`, `etc` and `usr`. */
function machine(t: TestContext, files: Readonly<Record<string, string>>): Machine {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  t.after(() => fs.rmSync(root, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
    fs.writeFileSync(path.join(root, name), text)
  }
  const system = [path.join(root, 'etc'), path.join(root, 'usr')]
  return {
    root,
    open: (env = {}, uid = 1000) =>
      openRegistriesConf({ env: { XDG_CONFIG_HOME: path.join(root, 'home'), ...env }, system, uid }),
  }
}

const at = (location: string, prefix = 'r.io'): string =>
  `[[registry]]\nprefix = "${prefix}"\nlocation = "${location}"\n`

const places = (confs: RegistriesConfs, domain: string, repository?: string): string =>
  confs
    .sources({ domain, path: repository })
    .map(({ name }) => (name.path === undefined ? name.domain : `${name.domain}/${name.path}`))
    .join(' ')

test('one main file, then drop-ins by their names, of each name that which counts more', (t) => {
  const files = {
    'home/containers/registries.conf': at('home.lan'),
    'etc/registries.conf': at('etc.lan') + at('etc.lan', 'only-etc.io'),
    'usr/registries.conf': at('usr.lan'),
  }
  const { open, root } = machine(t, {
    ...files,
    'usr/registries.conf.d/10-a.conf': at('a.usr.lan', 'a.io'),
    'etc/registries.conf.d/10-a.conf': at('a.etc.lan', 'a.io'),
    'usr/registries.conf.d/20-b.conf': at('b.usr.lan', 'b.io'),
    'etc/registries.conf.d/15-b.conf': at('b.etc.lan', 'b.io'),
    'etc/registries.rootful.conf.d/30-c.conf': at('c.rootful.lan', 'c.io'),
    'etc/registries.rootless.conf.d/30-c.conf': at('c.rootless.lan', 'c.io'),
    'etc/registries.rootless.conf.d/1000/30-c.conf': at('c.1000.lan', 'c.io'),
    'etc/registries.conf.d/40-d.ignored': 'not TOML',
    'etc/registries.conf.d/50-e.conf/x': 'a directory',
    'home/containers/registries.conf.d/60-f.conf': at('f.home.lan', 'f.io'),
    'last.conf': at('last.lan', 'f.io'),
  })
  const confs = open()
  assert.equal(places(confs, 'r.io', 'x'), 'home.lan/x')
  assert.equal(places(confs, 'only-etc.io', 'x'), 'only-etc.io/x')
  assert.equal(places(confs, 'a.io', 'x'), 'a.etc.lan/x')
  assert.equal(places(confs, 'b.io', 'x'), 'b.usr.lan/x')
  assert.equal(places(confs, 'c.io', 'x'), 'c.1000.lan/x')
  assert.equal(places(open({}, 7), 'c.io', 'x'), 'c.rootless.lan/x')
  assert.equal(places(open({}, 0), 'c.io', 'x'), 'c.rootful.lan/x')
  assert.equal(places(confs, 'f.io', 'x'), 'f.home.lan/x')
  const override = { CONTAINERS_REGISTRIES_CONF_OVERRIDE: path.join(root, 'last.conf') }
  assert.equal(places(open(override), 'f.io', 'x'), 'last.lan/x')
  assert.equal(places(open(override), 'a.io', 'x'), 'a.etc.lan/x')
  const alone = open({ CONTAINERS_REGISTRIES_CONF: path.join(root, 'last.conf') })
  assert.deepEqual([places(alone, 'f.io', 'x'), places(alone, 'a.io', 'x')], ['last.lan/x', 'a.io/x'])
  assert.throws(() => open({ CONTAINERS_REGISTRIES_CONF: path.join(root, 'none.conf') }), {
    code: 'registry.config',
    message: /none\.conf, which CONTAINERS_REGISTRIES_CONF names/,
  })
  assert.equal(places(openRegistriesConf({ env: { HOME: '/nonexistent' }, system: [] }), 'r.io'), 'r.io')
})

test('the closest entry of a name decides alone', (t) => {
  const { open } = machine(t, {
    'etc/registries.conf':
      at('one.lan', 'r.io') +
      at('two.lan', 'r.io/team') +
      at('three.lan', '*.io') +
      at('four.lan', '*.r.io') +
      at('five.lan', 'x.r.io') +
      at('six.lan', 'r.io/team/app:1'),
  })
  const confs = open()
  assert.equal(places(confs, 'r.io', 'a'), 'one.lan/a')
  assert.equal(places(confs, 'r.io', 'team/app'), 'two.lan/app')
  assert.equal(places(confs, 'other.io', 'a'), 'three.lan/a')
  assert.equal(places(confs, 'b.a.r.io', 'a'), 'four.lan/a')
  assert.equal(places(confs, 'x.r.io', 'a'), 'five.lan/a')
  assert.equal(places(confs, 'r.com', 'a'), 'r.com/a')
  assert.equal(places(confs, 'r.io'), 'r.io', 'a registry as a whole is where its name says')
})

test('mirrors come first, each for what it is good for; what is blocked is not asked', (t) => {
  const { open, root } = machine(t, {
    'etc/registries.conf': `
[[registry]]
prefix = "r.io/team"
location = "in.lan/team"
[[registry.mirror]]
location = "m1.lan"
pull-from-mirror = "digest-only"
[[registry.mirror]]
location = "m2.lan/copies"
insecure = true
[[registry.mirror]]
location = "bad.lan"
[[registry]]
location = "in.lan"
insecure = true
[[registry]]
location = "bad.lan"
blocked = true
`,
  })
  const confs = open()
  const [first, second, third, ...more] = confs.sources({ domain: 'r.io', path: 'team/app' })
  assert.deepEqual(first, {
    name: { domain: 'm1.lan', path: 'app' },
    insecure: false,
    serves: 'digest',
    mirror: true,
  })
  assert.deepEqual(second, {
    name: { domain: 'm2.lan', path: 'copies/app' },
    insecure: true,
    serves: 'all',
    mirror: true,
  })
  assert.deepEqual(third, {
    name: { domain: 'in.lan', path: 'team/app' },
    insecure: true,
    serves: 'all',
    mirror: false,
  })
  assert.deepEqual(more, [])
  for (const repository of ['app', undefined])
    assert.throws(() => confs.sources({ domain: 'bad.lan', path: repository }), {
      code: 'registry.blocked',
      message: new RegExp(`by ${path.join(root, 'etc/registries.conf')}:16`),
    })
})

const meant = (confs: RegistriesConfs, text: string): string =>
  confs.meaning(text).references.map(printReference).join(' ')

test('short names mean what docker makes of them, unless the user says otherwise', (t) => {
  const says = `unqualified-search-registries = ["one.lan", "docker.io"]
[aliases]
fedora = "r.lan/fedora"
"team/app" = "r.lan/app"
"gone" = ""
`
  const { open, root } = machine(t, { 'etc/registries.conf': says, 'mine.conf': says, 'usr/x': '' })
  assert.equal(meant(open(), 'fedora'), 'docker.io/library/fedora:latest')
  const own = open({ CONTAINERS_REGISTRIES_CONF: path.join(root, 'mine.conf') })
  assert.equal(meant(own, 'fedora'), 'r.lan/fedora:latest')
  assert.equal(meant(own, 'fedora:41'), 'r.lan/fedora:41')
  assert.equal(meant(own, `fedora@${digest}`), `r.lan/fedora@${digest}`)
  assert.equal(meant(own, 'team/app'), 'r.lan/app:latest')
  assert.equal(meant(own, 'library/fedora'), 'one.lan/library/fedora:latest docker.io/library/fedora:latest')
  assert.equal(meant(own, 'gone:1'), 'one.lan/gone:1 docker.io/library/gone:1')
  assert.deepEqual(own.meaning('gone').by, { kind: 'search', file: path.join(root, 'mine.conf') })
  for (const full of ['docker.io/fedora', 'docker.io/library/fedora'])
    assert.equal(meant(own, full), 'docker.io/library/fedora:latest')
  assert.equal(meant(own, 'localhost/fedora'), 'localhost/fedora:latest')
  assert.throws(() => own.meaning('Fedora'), { code: 'reference.invalid' })
})

test('later files of the user replace lists, and join aliases', (t) => {
  const { open } = machine(t, {
    'home/containers/registries.conf': `unqualified-search-registries = ["one.lan"]
credential-helpers = ["one"]
[aliases]
a = "r.lan/a"
b = "r.lan/b"
`,
    'home/containers/registries.conf.d/1.conf': 'unqualified-search-registries = []\n',
    'home/containers/registries.conf.d/2.conf': '[aliases]\na = ""\nc = "r.lan/c"\n',
  })
  const confs = open()
  assert.equal(meant(confs, 'b'), 'r.lan/b:latest')
  assert.equal(meant(confs, 'c'), 'r.lan/c:latest')
  assert.deepEqual(confs.helpers, ['one'])
  assert.throws(() => confs.meaning('a'), {
    code: 'reference.invalid',
    message: /1\.conf allows no short names/,
  })
})

test('enforcing wants one of several registries chosen', (t) => {
  const { open } = machine(t, {
    'home/containers/registries.conf':
      'short-name-mode = "enforcing"\nunqualified-search-registries = ["one.lan", "two.lan"]\n',
    'home/containers/registries.conf.d/1.conf': '[aliases]\na = "r.lan/a"\n',
  })
  const confs = open()
  assert.throws(
    () => confs.meaning('app:1'),
    (thrown: Error & { details?: { hint?: string } }) => {
      assert.match(thrown.details?.hint ?? '', /one\.lan\/app:1, two\.lan\/app:1/)
      return true
    },
  )
  assert.equal(meant(confs, 'a'), 'r.lan/a:latest')
})
