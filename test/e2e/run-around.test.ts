// What RUN has around it, through the program itself: ssh agents, limits, /dev/shm, names.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { openStoreUnderTest, type StoreUnderTest, skipReason } from './store-under-test.ts'

const hasSsh = ['ssh-agent', 'ssh-add', 'ssh-keygen'].every(
  (name) => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0,
)

describe('RUN', { skip: skipReason() }, () => {
  let store: StoreUnderTest
  before(async () => {
    store = await openStoreUnderTest()
  })
  after(() => store[Symbol.dispose]())

  let contexts = 0
  const build = (run: string, ...flags: readonly string[]) => {
    const directory = store.context(`c${++contexts}`, { Dockerfile: `FROM base:1\n${run}\n` })
    return store.start('build', '--progress=plain', ...flags, directory).ended
  }

  test('limits, the size of /dev/shm, hosts and the host name are what the flags say', async () => {
    const { status, stderr } = await build(
      'RUN ulimit -Sn; ulimit -Hn; df -k /dev/shm | tail -1; cat /etc/hosts; hostname',
      ...['--ulimit=nofile=100:200', '--shm-size=32m', '--add-host=db:10.1.2.3'],
      '--build-arg=BUILDKIT_SANDBOX_HOSTNAME=box',
    )
    assert.equal(status, 0, stderr)
    for (const line of [/ 100$/m, / 200$/m, /shm +32768 /, /10\.1\.2\.3\s+db$/m, / box$/m])
      assert.match(stderr, line)
    for (const wrong of ['--ulimit=x=1', '--ulimit=nofile=2:1', '--shm-size=much'])
      assert.equal((await build('RUN true', wrong)).status, 125, wrong)
  })

  test('a key given as a file signs, and nothing else of the agent can be had', {
    skip: hasSsh ? false : 'there is no ssh-agent',
  }, async () => {
    const key = path.join(store.folder, 'key')
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'of-the-test', '-f', key])
    const directory = store.context('with-ssh', {
      Dockerfile: [
        'FROM base:1',
        'COPY root /',
        'RUN --mount=type=ssh,required echo $SSH_AUTH_SOCK; ssh-add -l; ssh-add -D; ssh-add -x </dev/null; ssh-add -l | wc -l',
      ].join('\n'),
    })
    copyProgram('/usr/bin/ssh-add', path.join(directory, 'root'))
    const { status, stderr } = await store.start('build', `--ssh=default=${key}`, directory).ended
    assert.equal(status, 0, stderr)
    assert.match(stderr, /\/run\/buildkit\/ssh_agent\.0/)
    assert.match(stderr, /SHA256:\S+ of-the-test/)
    assert.match(stderr, /Failed to remove all identities/)
    assert.match(stderr, / 1$/m)
  })

  test('an agent of the user is forwarded', { skip: hasSsh ? false : 'there is no ssh-agent' }, async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-agent-'))
    const socket = path.join(directory, 's')
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
    try {
      while (!fs.existsSync(socket)) await delay(10)
      const text =
        'RUN --mount=type=ssh,uid=5,gid=6,mode=0640,id=work,target=/s stat -c "%u %g %a %F" /s; echo "$SSH_AUTH_SOCK"'
      const { status, stderr } = await build(text, `--ssh=work=${socket}`)
      assert.equal(status, 0, stderr)
      assert.match(stderr, /5 6 640 socket/)
      process.env.SSH_AUTH_SOCK = socket
      const own = await build('RUN --mount=type=ssh,required test -S $SSH_AUTH_SOCK', '--ssh=default')
      assert.equal(own.status, 0, own.stderr)
    } finally {
      agent.kill()
      fs.rmSync(directory, { recursive: true, force: true })
    }
  })

  test('a program of a machine that this one is not', async (t) => {
    const directory = store.context('foreign', {
      Dockerfile: 'FROM scratch\nCOPY --chmod=755 sh /bin/sh\nRUN x\n',
    })
    // an ELF header of a 64-bit ARM (0xb7) program that is nothing but a header
    const header = Buffer.alloc(4096)
    Buffer.from('7f454c46020101000000000000000000' + '0200b70001000000', 'hex').copy(header)
    fs.writeFileSync(path.join(directory, 'sh'), header)
    const { status, stderr } = await store.start('build', '--platform=linux/arm64', directory).ended
    if (/Segmentation/.test(stderr)) return t.skip('this machine emulates arm64')
    assert.equal(status, 1)
    assert.match(stderr, /cannot execute programs for linux\/arm64/)
    assert.match(stderr, /qemu-user-static/)
  })

  test('what is missing is said with what to do', async () => {
    const absent = await build('RUN --mount=type=ssh,id=k,required true')
    assert.match(absent.stderr, /no ssh agent or key was given under the id k[\s\S]*--ssh k=KEYFILE/)
    assert.equal((await build('RUN --mount=type=ssh true')).status, 0)
    delete process.env.SSH_AUTH_SOCK
    const unset = await build('RUN --mount=type=ssh true # unset', '--ssh=default')
    assert.match(unset.stderr, /SSH_AUTH_SOCK is not set/)
    assert.match((await build('RUN --security=insecure true')).stderr, /--allow security.insecure/)
  })
})

/** A program of this machine and the libraries it loads, at the same places below `root`. */
function copyProgram(program: string, root: string): void {
  const { stdout } = spawnSync('ldd', [program], { encoding: 'utf8' })
  for (const file of [program, ...(stdout.match(/\/\S+/g) ?? [])]) {
    fs.mkdirSync(path.join(root, path.dirname(file)), { recursive: true })
    fs.copyFileSync(file, path.join(root, file))
  }
}
