// What registries.conf makes of the requests themselves: which registry is asked, for which name, and what it is told.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { parseDigest, parseReference } from '../../core/index.ts'
import { openTestRegistry, type TestRegistry } from '../../testing/registry.ts'
import { putImage } from '../../testing/registry-image.ts'
import { openKeychain } from '../auth/keychain.ts'
import { Registry } from '../index.ts'

interface World {
  /** The registry itself, and a mirror. */
  readonly home: TestRegistry
  readonly mirror: TestRegistry
  readonly directory: string
  open(conf: string, env?: Readonly<Record<string, string>>): Registry
}

async function world(t: TestContext): Promise<World> {
  const [home, mirror] = [await openTestRegistry(), await openTestRegistry()]
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  t.after(async () => {
    await home[Symbol.asyncDispose]()
    await mirror[Symbol.asyncDispose]()
    fs.rmSync(directory, { recursive: true, force: true })
  })
  return {
    home,
    mirror,
    directory,
    open(conf, env = {}) {
      const file = path.join(directory, 'registries.conf')
      fs.writeFileSync(file, conf)
      const client = new Registry({
        env: { HOME: directory, PATH: process.env.PATH, CONTAINERS_REGISTRIES_CONF: file, ...env },
        patience: { tries: 1, pause: 1 },
      })
      t.after(() => client[Symbol.dispose]())
      return client
    },
  }
}

const asked = ({ seen }: TestRegistry): readonly string[] =>
  seen.map(({ method, url }) => `${method} ${url.replace(/sha256:\w+/, 'DIGEST')}`)

async function readLayer(client: Registry, name: string): Promise<void> {
  const { reference, manifest } = await client.image(name)
  for await (const _ of client.blob(reference, manifest.layers[0]!));
}

test('a repository is read at its location and written where its name says', async (t) => {
  const { home, mirror, open } = await world(t)
  putImage(mirror, { repository: 'copies/app', tag: '1', layers: [[]] })
  const client = open(
    `[[registry]]\nprefix = "${home.host}/team"\nlocation = "${mirror.host}/copies"\ninsecure = true\n`,
  )
  const name = `${home.host}/team/app:1`
  await readLayer(client, name)
  assert.deepEqual(asked(home), [])
  assert.equal(asked(mirror)[0], 'GET /v2/copies/app/manifests/1')
  assert.ok(asked(mirror).every((request) => request.includes('/v2/copies/app/')))
  const { bytes, descriptor } = await client.manifest(name)
  await client.putBlob(name, { digest: descriptor.digest, size: bytes.length, open: () => [bytes] })
  assert.equal(await client.hasBlob(name, descriptor.digest), true)
  assert.ok(asked(home).length > 0 && asked(home).every((request) => request.includes('/v2/team/app/')))
})

test('a mirror is asked first, and only for what it is for', async (t) => {
  const { home, mirror, open } = await world(t)
  const conf = (from: string): string =>
    `[[registry]]\nlocation = "${home.host}"\n[[registry.mirror]]\nlocation = "${mirror.host}/m"\npull-from-mirror = "${from}"\n`
  const { digest } = putImage(home, { repository: 'app', tag: '1', layers: [[]] })
  const counts = async (from: string, name: string): Promise<readonly [number, number]> => {
    home.seen.length = 0
    mirror.seen.length = 0
    await readLayer(open(conf(from)), `${home.host}/${name}`)
    return [asked(mirror).length, asked(home).length]
  }
  putImage(mirror, { repository: 'm/app', tag: '1', layers: [[]] })
  assert.deepEqual(await counts('all', 'app:1'), [3, 0])
  assert.deepEqual(await counts('tag-only', 'app:1'), [3, 0], 'what a tag led to comes from there, too')
  assert.deepEqual(await counts('tag-only', `app@${digest}`), [0, 3])
  assert.deepEqual(await counts('digest-only', `app@${digest}`), [3, 0])
  const [, byTag] = await counts('digest-only', 'app:1')
  assert.equal(byTag, 1, 'the tag alone is asked of the registry itself')
})

test('what a mirror does not have comes from the registry itself', async (t) => {
  const { home, mirror, open } = await world(t)
  const { manifest } = putImage(home, { repository: 'app', tag: '1', layers: [[]] })
  const unreachable = '[[registry.mirror]]\nlocation = "127.0.0.1:1"\n'
  const client = open(
    `[[registry]]\nlocation = "${home.host}"\n${unreachable}[[registry.mirror]]\nlocation = "${mirror.host}"\n`,
  )
  await readLayer(client, `${home.host}/app:1`)
  assert.deepEqual([asked(mirror).length, asked(home).length], [3, 3])
  mirror.seen.length = 0
  await client.hasBlob(`${home.host}/app`, parseDigest(manifest.layers[0]!.digest))
  assert.deepEqual(asked(mirror), [], 'whether a blob must be sent is no question for a mirror')
})

test('what is blocked is asked nothing, for reading, writing or logging in', async (t) => {
  const { home, open } = await world(t)
  const client = open(`[[registry]]\nlocation = "${home.host}"\nblocked = true\n`)
  const digest = parseDigest(`sha256:${'d'.repeat(64)}`)
  for (const call of [
    client.manifest(`${home.host}/app:1`),
    client.hasBlob(`${home.host}/app`, digest),
    client.login(home.host),
  ])
    await assert.rejects(call, { code: 'registry.blocked', message: /registries\.conf:1/ })
  assert.deepEqual(asked(home), [])
})

test('credentials for a location are those of the location', async (t) => {
  const { home, mirror, directory, open } = await world(t)
  const auth = (who: string) => ({ auth: Buffer.from(`${who}:secret`).toString('base64') })
  const auths = {
    [home.host]: auth('home'),
    [mirror.host]: auth('all'),
    [`${mirror.host}/copies`]: auth('copies'),
  }
  fs.mkdirSync(path.join(directory, '.docker'))
  fs.writeFileSync(path.join(directory, '.docker/config.json'), JSON.stringify({ auths }))
  putImage(mirror, { repository: 'copies/app', tag: '1', layers: [[]] })
  const users: string[] = []
  mirror.misbehave = (request, response) => {
    const header = request.headers.authorization
    if (header === undefined) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end()
      return true
    }
    users.push(Buffer.from(header.slice(6), 'base64').toString().split(':')[0]!)
    return false
  }
  const client = open(`[[registry]]\nprefix = "${home.host}"\nlocation = "${mirror.host}/copies"\n`)
  await client.manifest(`${home.host}/app:1`)
  assert.deepEqual(users, ['copies'])
})

test('a mirror does not answer for its registry when somebody logs in', async (t) => {
  const { home, mirror, open } = await world(t)
  home.misbehave = (_, response) => {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end()
    return true
  }
  const client = open(
    `[[registry]]\nlocation = "${home.host}"\n[[registry.mirror]]\nlocation = "${mirror.host}"\n`,
  )
  await assert.rejects(client.login(home.host), { code: 'registry.denied' })
  assert.deepEqual(asked(mirror), [])
})

test('helpers of registries.conf are asked in their order, the files where it names them', async (t) => {
  const { directory } = await world(t)
  const bin = path.join(directory, 'bin')
  const conf = path.join(directory, 'registries.conf')
  const config = path.join(directory, '.docker/config.json')
  fs.mkdirSync(bin)
  fs.mkdirSync(path.dirname(config))
  fs.writeFileSync(
    config,
    JSON.stringify({ auths: { 'both.io': { auth: Buffer.from('file:1').toString('base64') } } }),
  )
  const program = (name: string, text: string): void =>
    fs.writeFileSync(path.join(bin, `docker-credential-${name}`), `#!/bin/sh\nread server\n${text}`, {
      mode: 0o755,
    })
  program('known', '[ "$server" = both.io ] && echo \'{"Username":"helper","Secret":"2"}\' || echo "{}"\n')
  program('broken', 'exit 3\n')
  const env = {
    HOME: directory,
    XDG_RUNTIME_DIR: path.join(directory, 'run'),
    PATH: `${bin}:${process.env.PATH}`,
    CONTAINERS_REGISTRIES_CONF: conf,
  }
  const who = async (helpers: readonly string[], domain: string): Promise<string | undefined> => {
    fs.writeFileSync(conf, `credential-helpers = ${JSON.stringify(helpers)}\n`)
    const found = await openKeychain(env).find(domain, 'app')
    return found?.kind === 'password' ? found.username : undefined
  }
  assert.equal(await who(['known', 'containers-auth.json'], 'both.io'), 'helper')
  assert.equal(await who(['containers-auth.json', 'known'], 'both.io'), 'file')
  assert.equal(await who(['known'], 'other.io'), undefined)
  assert.equal(await who(['broken', 'containers-auth.json'], 'both.io'), 'file')
  await assert.rejects(who(['broken', 'containers-auth.json'], 'other.io'), { code: 'credentials.invalid' })
  const podman = path.join(directory, 'run/containers/auth.json')
  fs.mkdirSync(path.dirname(podman), { recursive: true })
  fs.writeFileSync(podman, JSON.stringify({ credHelpers: { 'both.io': 'known' } }))
  fs.rmSync(config)
  assert.equal(await who([], 'both.io'), 'helper', "podman's file may name a helper for one registry")
})

test("Docker Hub's own host has a login of its own, and else that of Docker Hub", async (t) => {
  const { directory } = await world(t)
  const config = path.join(directory, '.docker/config.json')
  fs.mkdirSync(path.dirname(config))
  const auths: Record<string, object> = {
    'https://index.docker.io/v1/': { auth: Buffer.from('hub:1').toString('base64') },
  }
  const who = async (domain: string): Promise<string | undefined> => {
    fs.writeFileSync(config, JSON.stringify({ auths }))
    const found = await openKeychain({ HOME: directory }).find(domain, 'library/app')
    return found?.kind === 'password' ? found.username : undefined
  }
  assert.deepEqual([await who('docker.io'), await who('registry-1.docker.io')], ['hub', 'hub'])
  auths['registry-1.docker.io'] = { auth: Buffer.from('host:1').toString('base64') }
  assert.deepEqual([await who('docker.io'), await who('registry-1.docker.io')], ['hub', 'host'])
})

test('a name that does not fit its location is a fault before anything is asked', async (t) => {
  const { home, mirror, open } = await world(t)
  const client = open(`[[registry]]\nprefix = "${home.host}/app"\nlocation = "${mirror.host}"\n`)
  await assert.rejects(client.manifest(parseReference(`${home.host}/app:1`)), { code: 'registry.config' })
  assert.deepEqual([asked(home), asked(mirror)], [[], []])
})
