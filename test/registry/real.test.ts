// Peel's command line and Debian's registry: open, with htpasswd, with tokens. skopeo, podman and docker are the other side.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { openRealRegistry, type RealAuth, realRegistryMissing } from '../../src/testing/real-registry.ts'
import { noise } from '../../src/testing/registry-image.ts'
import { openTokenServer, tokenServerMissing } from '../../src/testing/token-server.ts'

const program = path.join(import.meta.dirname, '../../src/main.ts')
const user = 'tester'
const password = 'open sesame'
/** `open sesame` by bcrypt. */
const htpasswd = `${user}:$2b$04$fzsT/4ncrdHD/CofDcFFt.RcxrU6zNkqNbjFrq7lB8UFSHnW2TDRu\n`

interface Ran {
  readonly status: number | null
  readonly out: string
  readonly err: string
}

interface World {
  readonly host: string
  readonly directory: string
  /** Runs Peel with a store of this name. */
  peel(store: string, args: readonly string[], input?: string): Promise<Ran>
  /** Runs another tool; faults where it fails. */
  tool(command: string, args: readonly string[]): string
}

async function openWorld(t: TestContext, auth: RealAuth = {}): Promise<World> {
  const registry = await openRealRegistry(auth)
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  t.after(async () => {
    await registry[Symbol.asyncDispose]()
    fs.rmSync(directory, { recursive: true, force: true })
  })
  fs.mkdirSync(path.join(directory, 'docker'))
  // podman wants it to be there.
  fs.writeFileSync(path.join(directory, 'docker/config.json'), '{}')
  const env = { ...process.env, DOCKER_CONFIG: path.join(directory, 'docker') }
  return {
    host: registry.host,
    directory,
    peel: (store, args, input = '') =>
      new Promise((resolve) => {
        const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args], {
          env: { ...env, PEEL_ROOT: path.join(directory, store) },
        })
        let [out, err] = ['', '']
        child.stdout.on('data', (chunk: Buffer) => {
          out += chunk.toString()
        })
        child.stderr.on('data', (chunk: Buffer) => {
          err += chunk.toString()
        })
        child.on('close', (status) => resolve({ status, out, err }))
        child.stdin.end(input)
      }),
    tool(command, args) {
      const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', env })
      assert.equal(status, 0, `${command} ${args.join(' ')}: ${stderr}`)
      return stdout
    },
  }
}

/** Builds an image of `layers` layers; the last one's content is `last`. */
async function build({ peel, directory }: World, name: string, layers: number, last: string): Promise<void> {
  const context = path.join(directory, `context-${last}`)
  fs.mkdirSync(context, { recursive: true })
  for (let i = 1; i < layers; i++) fs.writeFileSync(path.join(context, `f${i}`), noise(20_000, i))
  fs.writeFileSync(path.join(context, 'last'), last)
  const copies = Array.from({ length: layers - 1 }, (_, i) => `COPY f${i + 1} /\n`).join('')
  fs.writeFileSync(path.join(context, 'Dockerfile'), `FROM scratch\n${copies}COPY last /\nCMD ["/last"]\n`)
  await ok(peel('a', ['build', '-q', '-t', name, context]))
}

async function ok(running: Promise<Ran>): Promise<string> {
  const { status, out, err } = await running
  assert.equal(status, 0, err)
  return out
}

const digestIn = (text: string): string => /digest: (sha256:[0-9a-f]{64})/i.exec(text)![1]!
const has = (program: string): boolean => spawnSync(program, ['--version']).status === 0

test('an open registry: digests are equal on both sides, and siblings transfer one layer of twelve', async (t) => {
  const missing = realRegistryMissing()
  if (missing !== undefined) return t.skip(missing)
  const world = await openWorld(t)
  const { host, peel, tool, directory } = world
  await build(world, `${host}/app:1`, 12, 'one')
  await build(world, `${host}/app:2`, 12, 'two')
  const pushed = await ok(peel('a', ['push', `${host}/app:1`]))
  assert.equal(pushed.match(/: Pushed$/gm)?.length, 12)
  const sibling = await ok(peel('a', ['push', `${host}/app:2`]))
  assert.equal(sibling.match(/: Pushed$/gm)?.length, 1)
  assert.equal(sibling.match(/: Layer already exists$/gm)?.length, 11)
  const again = await ok(peel('a', ['push', `${host}/app:1`]))
  assert.equal(again.match(/: Layer already exists$/gm)?.length, 12)
  assert.doesNotMatch(again, /Compressing/)

  const pulled = await ok(peel('b', ['pull', `${host}/app:1`]))
  assert.equal(pulled.match(/: Pull complete$/gm)?.length, 12)
  assert.match(pulled, /^Digest: sha256:\w+\nStatus: Downloaded newer image for .*\/app:1\n.*\/app:1\n$/m)
  assert.equal(digestIn(pulled), digestIn(pushed))
  const second = await ok(peel('b', ['pull', `${host}/app:2`]))
  assert.equal(second.match(/: Already exists$/gm)?.length, 11)
  assert.equal(second.match(/: Pull complete$/gm)?.length, 1)
  assert.match(await ok(peel('b', ['pull', `${host}/app:1`])), /Status: Image is up to date for/)
  const ids = async (store: string) => ok(peel(store, ['images', '-q', '--no-trunc', `${host}/app:1`]))
  assert.equal(await ids('a'), await ids('b'))
  assert.match(
    await ok(peel('b', ['inspect', '-f', '{{.RepoDigests}}', `${host}/app:1`])),
    new RegExp(digestIn(pushed)),
  )

  await t.test(
    'by digest alone it is listed without a tag, kept by a prune, and removed by that name',
    async () => {
      const name = `${host}/app@${digestIn(pushed)}`
      await ok(peel('e', ['pull', '-q', name]))
      await ok(peel('e', ['prune', '-f']))
      const rows = () => ok(peel('e', ['images', '--format', '{{.Repository}} {{.Tag}}']))
      assert.equal(await rows(), `${host}/app <none>\n`)
      await ok(peel('e', ['pull', '-q', `${host}/app:1`]))
      assert.equal(await rows(), `${host}/app 1\n`)
      const removed = await ok(peel('e', ['rmi', `${host}/app:1`]))
      assert.match(removed, /^Untagged: .*app:1\nUntagged: .*app@sha256:\w{64}\nDeleted: sha256:/)
      assert.equal(await rows(), '')
    },
  )

  await t.test('skopeo reads it, and Peel reads what skopeo writes', async (t) => {
    if (!has('skopeo')) return t.skip('needs skopeo')
    const seen = JSON.parse(tool('skopeo', ['inspect', '--tls-verify=false', `docker://${host}/app:1`]))
    assert.equal(seen.Digest, digestIn(pushed))
    const layout = `oci:${path.join(directory, 'layout')}:x`
    tool('skopeo', ['copy', '-q', '--src-tls-verify=false', `docker://${host}/app:1`, layout])
    tool('skopeo', [
      'copy',
      '-q',
      '--dest-tls-verify=false',
      '--format=v2s2',
      layout,
      `docker://${host}/theirs:1`,
    ])
    const theirs = JSON.parse(tool('skopeo', ['inspect', '--tls-verify=false', `docker://${host}/theirs:1`]))
    assert.equal(digestIn(await ok(peel('c', ['pull', `${host}/theirs:1`]))), theirs.Digest)
    assert.equal(digestIn(await ok(peel('c', ['push', `${host}/theirs:1`]))), theirs.Digest)
  })
  await t.test('podman pulls it', async (t) => {
    if (!has('podman') || process.getuid?.() !== 0) return t.skip('needs podman and root')
    const store = [
      '--root',
      path.join(directory, 'podman'),
      '--runroot',
      path.join(directory, 'podrun'),
      '--storage-driver',
      'vfs',
    ]
    tool('podman', [...store, 'pull', '-q', '--tls-verify=false', `${host}/app:2`])
    const format = '{{.Digest}}'
    const digest = tool('podman', [...store, 'image', 'inspect', '--format', format, `${host}/app:2`]).trim()
    assert.equal(digest, digestIn(sibling))
  })
  await t.test('docker pulls it, and Peel pulls what docker pushes', async (t) => {
    if (spawnSync('docker', ['info']).status !== 0) return t.skip('needs a docker engine')
    t.after(() => spawnSync('docker', ['rmi', '-f', `${host}/app:1`, `${host}/docker:1`]))
    assert.equal(digestIn(tool('docker', ['pull', `${host}/app:1`])), digestIn(pushed))
    tool('docker', ['tag', `${host}/app:1`, `${host}/docker:1`])
    const theirs = digestIn(tool('docker', ['push', `${host}/docker:1`]))
    assert.equal(digestIn(await ok(peel('d', ['pull', `${host}/docker:1`]))), theirs)
  })
  await t.test('a build takes its base from the registry', async () => {
    const context = path.join(directory, 'from')
    fs.mkdirSync(context)
    fs.writeFileSync(path.join(context, 'Dockerfile'), `FROM ${host}/app:1\nLABEL a=b\n`)
    await ok(peel('e', ['build', '-q', '-t', 'mine', context]))
    assert.match(await ok(peel('e', ['history', 'mine'])), /COPY last/)
    const gone = await peel('e', ['build', '-q', '--pull', '-f', '-', context], `FROM ${host}/nothing:1\n`)
    assert.equal(gone.status, 1)
    assert.match(gone.err, /No such image: .*nothing:1/)
  })
})

for (const kind of ['htpasswd', 'token'] as const)
  test(`${kind}: no access before the login, none after the logout`, async (t) => {
    const missing = realRegistryMissing() ?? (kind === 'token' ? tokenServerMissing() : undefined)
    if (missing !== undefined) return t.skip(missing)
    const tokens = kind === 'token' ? await openTokenServer() : undefined
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'peel-')), 'htpasswd')
    fs.writeFileSync(file, htpasswd)
    t.after(async () => {
      await tokens?.[Symbol.asyncDispose]()
      fs.rmSync(path.dirname(file), { recursive: true, force: true })
    })
    const world = await openWorld(t, { auth: tokens?.auth ?? { htpasswd: { realm: 'here', path: file } } })
    const { host, peel, tool, directory } = world
    await build(world, `${host}/team/app:1`, 2, 'x')
    const refused = await peel('a', ['push', `${host}/team/app:1`])
    assert.equal(refused.status, 1)
    assert.match(refused.err, /gives no access: .*\n.*peel login/)
    const wrong = await peel('a', ['login', '-u', user, '--password-stdin', host], 'wrong\n')
    assert.equal(wrong.status, 1)
    assert.match(wrong.err, /401|unauthorized|gives no access/i)
    const login = await peel('a', ['login', '-u', user, '--password-stdin', host], `${password}\n`)
    assert.equal(login.status, 0, login.err)
    assert.equal(login.out, 'Login Succeeded\n')
    assert.match(login.err, /stored unencrypted in/)
    const config = path.join(directory, 'docker/config.json')
    assert.equal(fs.statSync(config).mode & 0o777, 0o600)
    const pushed = await ok(peel('a', ['push', `${host}/team/app:1`]))
    assert.equal(digestIn(await ok(peel('b', ['pull', `${host}/team/app:1`]))), digestIn(pushed))
    if (kind === 'htpasswd' && has('skopeo')) {
      const authfile = ['--authfile', config, '--tls-verify=false']
      assert.equal(
        JSON.parse(tool('skopeo', ['inspect', ...authfile, `docker://${host}/team/app:1`])).Digest,
        digestIn(pushed),
      )
    }
    if (tokens !== undefined) {
      assert.ok(tokens.asked.includes('repository:team/app:pull,push'))
      assert.match(fs.readFileSync(config, 'utf8'), /identitytoken/)
      assert.doesNotMatch(fs.readFileSync(config, 'utf8'), /"auth"/)
    }
    assert.match(await ok(peel('a', ['login', host])), /Login Succeeded/)
    assert.equal(await ok(peel('a', ['logout', host])), `Removing login credentials for ${host}\n`)
    assert.equal((await peel('c', ['pull', `${host}/team/app:1`])).status, 1)
    for (const store of ['a', 'b', 'c'])
      for (const name of fs
        .globSync('**/*', { cwd: path.join(directory, store) })
        .filter((one) => !one.includes('work')))
        if (fs.statSync(path.join(directory, store, name)).isFile())
          assert.ok(!fs.readFileSync(path.join(directory, store, name)).includes(password), name)
  })
