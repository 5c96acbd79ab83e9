// Where registries are and who we are, from files as docker, containerd and podman write them.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import http, { type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { isFault, silent } from '../core/index.ts'
import { openTestRegistry } from '../testing/registry.ts'
import { putImage } from '../testing/registry-image.ts'
import { openAuthorizer } from './auth/authorizer.ts'
import { openKeychain } from './auth/keychain.ts'
import { openConfiguration } from './hosts/configuration.ts'
import { parseHostsToml } from './hosts/hosts-toml.ts'
import { parseToml } from './hosts/toml.ts'
import { addressKind } from './http/destination.ts'
import type { Answer } from './http/exchange.ts'
import { parseRetryAfter } from './http/retry.ts'
import { Registry } from './index.ts'

function directory(t: TestContext, files: Readonly<Record<string, string>>): string {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  t.after(() => fs.rmSync(root, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
    fs.writeFileSync(path.join(root, name), text, { mode: 0o755 })
  }
  return root
}

test('daemon.json says which registries go without TLS, and where Docker Hub is mirrored', (t) => {
  const daemon = {
    'insecure-registries': ['10.1.0.0/16', 'r.io:5000'],
    'registry-mirrors': ['https://m.io/hub/'],
  }
  const root = directory(t, { 'daemon.json': JSON.stringify(daemon) })
  const endpoints = openConfiguration({ PEEL_REGISTRIES: root, HOME: root })
  const schemes = (domain: string) => endpoints(domain).at(-1)!.schemes.join()
  assert.equal(schemes('10.1.2.3:5000'), 'https,http')
  assert.equal(schemes('10.2.2.3:5000'), 'https')
  assert.equal(schemes('r.io:5000'), 'https,http')
  assert.equal(schemes('r.io'), 'https')
  assert.equal(schemes('localhost:5000'), 'https,http')
  assert.deepEqual(
    endpoints('docker.io').map(({ host, path: base, mirror }) => [host, base, mirror]),
    [
      ['m.io', '/hub/v2', true],
      ['registry-1.docker.io', '/v2', false],
    ],
  )
})

test('a hosts.toml decides alone', (t) => {
  const toml = `
server = "https://real.io" # the registry itself

[host."https://mirror.io:8443/proxy"]
  capabilities = ["pull", "resolve"]
  ca = ["ca.pem"]
  skip_verify = true
  override_path = true
  [host."https://mirror.io:8443/proxy".header]
    x-key = ["a", 'b']
`
  const root = directory(t, { 'certs.d/r.io/hosts.toml': toml, 'certs.d/r.io/ca.pem': 'PEM' })
  const [mirror, own] = openConfiguration({ PEEL_REGISTRIES: root, HOME: root })('r.io')
  assert.deepEqual(
    [
      mirror!.host,
      mirror!.path,
      [...mirror!.capabilities],
      mirror!.tls.ca,
      mirror!.tls.verify,
      mirror!.headers,
    ],
    ['mirror.io:8443', '/proxy', ['pull', 'resolve'], ['PEM'], false, { 'x-key': 'a, b' }],
  )
  assert.deepEqual([own!.host, own!.path, own!.mirror], ['real.io', '/v2', false])
  for (const wrong of ['server = ', 'a = 1\na = 2', '[host', 'x = """a"""', 'a = 1 b = 2'])
    assert.throws(
      () => parseToml(wrong, 'x.toml'),
      { code: 'registry.config', message: /^x\.toml:\d: / },
      wrong,
    )
  for (const wrong of ['ca = { a = "b" }', 'capabilities = [["pull"]]', '[header]\nx = { a = "b" }'])
    assert.throws(() => parseHostsToml(wrong, 'x.toml', new URL('https://r.io')), {
      code: 'registry.config',
      message: /^x\.toml: .* where a text is wanted$/,
    })
})

test('what a mirror does not have, the registry itself has', async (t) => {
  await using mirror = await openTestRegistry()
  await using registry = await openTestRegistry()
  const { digest } = putImage(registry, { repository: 'app', tag: '1', layers: [[]] })
  const toml = `server = "http://${registry.host}"\n[host."http://${mirror.host}"]\ncapabilities = ["pull", "resolve"]\n`
  const root = directory(t, { 'certs.d/r.io/hosts.toml': toml })
  using client = new Registry({ env: { PEEL_REGISTRIES: root, HOME: root } })
  assert.equal((await client.manifest('r.io/app:1')).descriptor.digest, digest)
  assert.ok(mirror.seen.length > 0)
})

test('credentials come from the environment, helpers, docker and podman, in this order', async (t) => {
  const auth = (text: string) => ({ auth: Buffer.from(text).toString('base64') })
  const root = directory(t, {
    'docker/config.json': JSON.stringify({
      auths: { 'r.io': auth('file:1'), 'https://index.docker.io/v1/': auth('hub:2') },
      credHelpers: { 'helped.io': 'test' },
    }),
    'auth.json': JSON.stringify({ auths: { 'pod.io/team': auth('podman:3') } }),
    'bin/docker-credential-test': `#!/bin/sh
case $1 in
get) read server; [ "$server" = helped.io ] && [ -e "$KEPT" ] && cat "$KEPT" && exit 0
  echo "credentials not found in native keychain"; exit 1;;
store) cat > "$KEPT";;
erase) rm -f "$KEPT";;
esac
`,
  })
  const env = {
    DOCKER_CONFIG: path.join(root, 'docker'),
    REGISTRY_AUTH_FILE: path.join(root, 'auth.json'),
    DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { 'env.io': auth('env:4') } }),
    PATH: `${path.join(root, 'bin')}:${process.env.PATH}`,
    KEPT: path.join(root, 'kept'),
    HOME: root,
  }
  const keychain = openKeychain(env)
  const who = async (domain: string, repository?: string) => {
    const found = await keychain.find(domain, repository)
    return found?.kind === 'password' ? `${found.username}:${found.password}` : found?.kind
  }
  assert.equal(await who('env.io'), 'env:4')
  assert.equal(await who('r.io'), 'file:1')
  assert.equal(await who('docker.io', 'library/alpine'), 'hub:2')
  assert.equal(await who('pod.io', 'team/app'), 'podman:3')
  assert.equal(await who('pod.io', 'other'), undefined)
  assert.equal(await who('helped.io'), undefined)
  const kept = await keychain.save('helped.io', { kind: 'password', username: 'me', password: 'x' })
  assert.deepEqual(kept, { place: 'docker-credential-test', plain: false })
  assert.equal(await who('helped.io'), 'me:x')
  await keychain.erase('helped.io')
  assert.equal(await who('helped.io'), undefined)
  await keychain.erase('docker.io')
  const left = JSON.parse(fs.readFileSync(path.join(root, 'docker/config.json'), 'utf8'))
  assert.deepEqual(Object.keys(left.auths), ['r.io'])
  assert.deepEqual(left.credHelpers, { 'helped.io': 'test' }, 'what else is in the file stays')
})

test('a file that cannot be read shows nothing of itself', async (t) => {
  const root = directory(t, { 'config.json': '{"auths": {"r.io": {"auth": "c2VjcmV0"}}, hush' })
  await assert.rejects(openKeychain({ DOCKER_CONFIG: root, HOME: root }).find('r.io'), (thrown) => {
    assert.ok(isFault(thrown) && thrown.code === 'credentials.invalid')
    assert.doesNotMatch(JSON.stringify([thrown.message, thrown.stack]), /hush|c2VjcmV0|secret/)
    return true
  })
})

test('the proxy of the environment is used, but not for this machine', async () => {
  const asked: string[] = []
  const proxy = http.createServer((request, response) => {
    asked.push(request.url ?? '')
    response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const { port } = proxy.address() as AddressInfo
  try {
    const env = {
      HTTP_PROXY: `http://127.0.0.1:${port}`,
      HOME: '/nonexistent',
      DOCKER_CONFIG: '/nonexistent',
    }
    using client = new Registry({
      env,
      endpoints: (domain) => openConfiguration(env)(domain).map((one) => ({ ...one, schemes: ['http'] })),
    })
    assert.equal(await client.find('registry.invalid/app:1'), undefined)
    assert.deepEqual(asked, ['http://registry.invalid/v2/app/manifests/1'])
    await assert.rejects(client.find('127.0.0.1:1/app:1'), { code: 'registry.unreachable' })
    assert.equal(asked.length, 1)
  } finally {
    proxy.closeAllConnections()
    proxy.close()
  }
})

test('addresses by their looks, and pauses that are asked for', () => {
  const kinds: Readonly<Record<string, string>> = {
    localhost: 'loopback',
    '127.9.9.9': 'loopback',
    '[::1]': 'loopback',
    '[::ffff:127.0.0.1]': 'loopback',
    '10.0.0.1': 'private',
    '100.100.100.200': 'private',
    '100.128.0.1': 'public',
    'localhost.': 'loopback',
    '172.32.0.1': 'public',
    '[fd00:ec2::254]': 'private',
    '169.254.169.254': 'special',
    '[fe80::1]': 'special',
    '0.0.0.0': 'special',
    '[::]': 'special',
    '8.8.8.8': 'public',
    '[2001:db8::1]': 'public',
    'r.io': 'public',
  }
  for (const [host, kind] of Object.entries(kinds)) assert.equal(addressKind(host), kind, host)
  const now = Date.parse('2026-01-01T00:00:00Z')
  assert.equal(parseRetryAfter('7', now), 7000)
  assert.equal(parseRetryAfter('Thu, 01 Jan 2026 00:00:30 GMT', now), 30_000)
  assert.equal(parseRetryAfter('soon', now), 0)
})

test('requests at the same time share one token', async () => {
  let asked = 0
  const answer = (status: number, body: string, headers: IncomingHttpHeaders = {}): Answer => ({
    url: new URL('https://r.io/token'),
    status,
    reason: '',
    headers,
    body: Readable.from([Buffer.from(body)]),
    discard: () => {},
  })
  const authorizer = openAuthorizer({
    origin: { host: 'r.io', secure: true },
    credentials: async () => undefined,
    send: async () => answer(200, JSON.stringify({ token: `t${asked++}` })),
    now: Date.now,
  })
  const refusal = answer(401, '', { 'www-authenticate': 'Bearer realm="https://r.io/token"' })
  const tried = { scopes: ['repository:a:pull'], used: undefined }
  await Promise.all([1, 2, 3].map(() => authorizer.challenged(refusal, tried, silent)))
  assert.equal(await authorizer.header(tried.scopes, silent), 'Bearer t0')
  assert.equal(asked, 1)
})
