import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { isFault, silent, toRootPath } from '../core/index.ts'
import { openKernel } from '../kernel/index.ts'
import { openRuntime, type RunSpec } from './index.ts'

const busybox = '/usr/bin/busybox'
const impossible =
  process.platform !== 'linux' || process.getuid?.() !== 0
    ? 'needs root on Linux'
    : fs.existsSync(busybox)
      ? undefined
      : 'needs the package busybox-static'

const base: RunSpec = {
  args: [],
  env: [],
  cwd: '/',
  user: { uid: 0, gid: 0, additionalGids: [] },
  mounts: [],
  network: 'host',
  security: 'sandbox',
}

for (const name of ['crun', 'runc']) {
  describe(`a command in ${name}`, { skip: impossible }, () => {
    const place = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-run-'))
    after(() => fs.rmSync(place, { recursive: true, force: true }))
    const root = makeRoot(place)
    const runtime = openRuntime(openKernel(), {
      work: path.join(place, 'work'),
      memory: path.join(place, 'runtime.json'),
      only: name,
    })

    async function run(args: readonly string[], spec: Partial<RunSpec> = {}, signal = silent.signal) {
      const said = { stdout: '', stderr: '', all: '' }
      const onOutput = (stream: 'stdout' | 'stderr', text: string) => {
        said[stream] += text
        said.all += text
      }
      const result = await runtime.run(root, { ...base, ...spec, args }, { onOutput }, { ...silent, signal })
      return { ...said, ...result }
    }
    const sh = (script: string, spec: Partial<RunSpec> = {}) => run(['/bin/sh', '-c', script], spec)

    test('works here', async (t) => {
      const facts = await runtime.probe()
      if (typeof facts === 'string') return t.skip(facts)
      assert.equal(facts.name, name)
      assert.match(facts.version, /^\d+\./)
      const again = openRuntime(openKernel(), {
        work: path.join(place, 'other'),
        memory: path.join(place, 'runtime.json'),
        only: name,
      })
      assert.deepEqual(await again.probe(), facts)
      assert.ok(!fs.existsSync(path.join(place, 'other')), 'a remembered finding is not probed again')
    })

    test('passes its exit status on', async () => {
      assert.equal((await sh('exit 0')).status, 0)
      assert.equal((await sh('exit 7')).status, 7)
      // Process 1 ignores signals it does not handle, so it is a child that is killed.
      assert.equal((await sh('sh -c "kill -9 \\$\\$"; exit $?')).status, 137)
    })

    test('says when it is not there or no program', async () => {
      const missing = await run(['nosuch'])
      assert.equal(missing.status, 127)
      assert.match(missing.stderr, /nosuch.* not found in \$PATH/)
      assert.equal((await run(['/etc/plain'])).status, 126)
      assert.equal((await run(['/etc'])).status, 126)
      const loader = await run(['/bin/badloader'])
      assert.notEqual(loader.status, 0)
      assert.equal(loader.stderr, 'exec /bin/badloader: no such file or directory\n')
    })

    test('is heard live, in order and whole', async () => {
      const pieces: [string, number][] = []
      await runtime.run(
        root,
        {
          ...base,
          args: [
            '/bin/sh',
            '-c',
            'printf "a\\303"; sleep 0.3; printf "\\251"; sleep 0.2; echo err >&2; sleep 0.3; printf z',
          ],
        },
        { onOutput: (_, text) => pieces.push([text, performance.now()]) },
        silent,
      )
      assert.equal(pieces.map(([text]) => text).join(''), 'aéerr\nz')
      assert.ok(pieces.at(-1)![1] - pieces[0]![1] > 400, 'pieces come as they are written')
      const long = await sh('head -c 3000000 /dev/zero | tr "\\\\0" x')
      assert.equal(long.stdout.length, 3_000_000)
    })

    test('has the environment docker gives', async () => {
      const { stdout } = await sh('env; pwd; hostname; echo pid $$', {
        env: ['A=b c', 'EMPTY='],
        cwd: '/made/here',
      })
      assert.match(stdout, /^A=b c$/m)
      assert.match(stdout, /^EMPTY=$/m)
      assert.match(stdout, /^PATH=\/usr\/local\/sbin:\/usr\/local\/bin:\/usr\/sbin:\/usr\/bin:\/sbin:\/bin$/m)
      assert.match(stdout, /^HOME=\/$/m)
      assert.doesNotMatch(stdout, /^HOSTNAME=/m)
      assert.match(stdout, /^\/made\/here$/m)
      assert.match(stdout, /^buildkitsandbox$/m)
      assert.match(stdout, /^pid 1$/m)
      const own = await sh('echo $HOME $PATH; hostname', {
        env: ['HOME=/h', 'PATH=/bin'],
        hostname: 'mine',
      })
      assert.equal(own.stdout, '/h /bin\nmine\n')
    })

    test('runs as the user it is given', async () => {
      const { stdout } = await sh('id -u; id -g; id -G; grep CapEff /proc/self/status', {
        user: { uid: 12, gid: 34, additionalGids: [56], home: '/home/x' },
      })
      assert.equal(stdout, '12\n34\n34 56\nCapEff:\t0000000000000000\n')
    })

    test('is confined as docker confines', async () => {
      const { stdout } = await sh('grep -E "^(CapEff|CapBnd|CapInh|Seccomp):" /proc/self/status')
      assert.equal(
        stdout,
        'CapInh:\t0000000000000000\nCapEff:\t00000000a80425fb\nCapBnd:\t00000000a80425fb\nSeccomp:\t2\n',
      )
      const denied = await sh(
        'mount -t tmpfs x /mnt; unshare -m true; for p in keys timer_list interrupts; do cat /proc/$p; done; echo x >/proc/sys/kernel/hostname',
      )
      assert.match(denied.all, /mount: .*(permitted|denied)/)
      assert.match(denied.all, /unshare: .*permitted/)
      assert.equal(denied.stdout, '')
      assert.match(denied.stderr, /read-only/i)
      assert.match((await sh('mknod /tmp/sda b 8 0 && cat /tmp/sda')).stderr, /permitted/)
      assert.equal((await sh('mkfifo /tmp/f && mknod /tmp/null c 1 3 && rm /tmp/f /tmp/null')).status, 0)
    })

    test('is free when asked to be', async () => {
      const { stdout, status } = await sh('grep -E "^Seccomp:" /proc/self/status; mount -t tmpfs x /mnt', {
        security: 'insecure',
      })
      assert.equal(status, 0)
      assert.equal(stdout, 'Seccomp:\t0\n')
    })

    test('has the standard devices', async () => {
      const names = 'null zero full random urandom tty ptmx stdin stdout stderr fd shm pts'
      const { stdout } = await sh(
        `cd /dev; for d in ${names}; do test -e $d || echo no $d; done; echo x > /dev/null`,
      )
      assert.equal(stdout, '')
    })

    test('sees the mounts it is given', async () => {
      const source = path.join(place, 'source')
      fs.mkdirSync(source)
      fs.writeFileSync(path.join(source, 'a'), 'A')
      const { stdout, stderr } = await sh(
        'cat /ro/a /rw/a; echo x > /ro/b; echo x > /rw/b; stat -c "%a %u:%g" /tmpfs; df -k /tmpfs | tail -1 | awk "{print \\$2}"',
        {
          mounts: [
            { type: 'bind', source, target: toRootPath('/ro'), readonly: true },
            { type: 'bind', source, target: toRootPath('/rw'), readonly: false },
            { type: 'tmpfs', target: toRootPath('/tmpfs'), size: 1024 * 1024, mode: 0o750 },
          ],
        },
      )
      assert.match(stderr, /\/ro\/b: Read-only file system/)
      assert.equal(fs.readFileSync(path.join(source, 'b'), 'utf8'), 'x\n')
      assert.equal(stdout, 'AA750 0:0\n1024\n')
    })

    test('sees a secret that is on no disk', async () => {
      const secret = 'a word only for this test'
      const { stdout } = await sh(
        'stat -c "%a %u:%g" /run/secrets/key; cat /run/secrets/key; grep " /run/secrets/key " /proc/mounts | cut -d" " -f3',
        {
          mounts: [
            {
              type: 'file',
              target: toRootPath('/run/secrets/key'),
              bytes: Buffer.from(secret),
              uid: 5,
              gid: 6,
              mode: 0o440,
            },
          ],
        },
      )
      assert.equal(stdout, `440 5:6\n${secret}tmpfs\n`)
      assert.equal(fs.readFileSync(path.join(root, 'run/secrets/key'), 'utf8'), '')
      assert.deepEqual(
        fs.readdirSync(path.join(place, 'work')).filter((entry) => !/^(etc-|state$)/.test(entry)),
        [],
      )
    })

    test('has the network of the host, or none', async () => {
      const devices = (text: string) => text.split('\n').filter((line) => line.includes(':')).length
      const host = await sh('cat /proc/net/dev; cat /etc/hosts', {
        extraHosts: [{ name: 'db', address: '10.1.2.3' }],
      })
      assert.match(host.stdout, /^127\.0\.0\.1\tlocalhost$/m)
      assert.match(host.stdout, /^10\.1\.2\.3\tdb$/m)
      assert.match(host.stdout, /\tbuildkitsandbox$/m)
      const none = await sh('cat /proc/net/dev; cat /etc/resolv.conf', { network: 'none' })
      assert.equal(devices(none.stdout), 1)
      assert.match(none.stdout, /^ *lo:/m)
      const resolv = await sh('cat /etc/resolv.conf')
      assert.equal(resolv.stdout, fs.readFileSync('/etc/resolv.conf', 'utf8'))
    })

    test('ends when the context says so', async () => {
      const stop = new AbortController()
      const marker = ownMarker()
      const began = performance.now()
      setTimeout(() => stop.abort(), 300)
      await assert.rejects(
        run(['/bin/sleep', marker], {}, stop.signal),
        (error) => isFault(error) && error.code === 'cancelled',
      )
      assert.ok(performance.now() - began < 3000)
      assert.equal(countProcesses(marker), 0)
      assert.deepEqual(fs.readdirSync(path.join(place, 'work/state')), [])
    })

    test('ends when Peel is killed', async () => {
      const marker = ownMarker()
      const script = path.join(place, 'killed.mts')
      const room = JSON.stringify(path.join(import.meta.dirname, '..'))
      fs.writeFileSync(
        script,
        `const room = ${room}
const { openKernel } = await import(room + '/kernel/index.ts')
const { openRuntime } = await import(room + '/run/index.ts')
const { silent } = await import(room + '/core/index.ts')
const runtime = openRuntime(openKernel(), ${JSON.stringify({ work: path.join(place, 'killed'), memory: path.join(place, 'runtime.json'), only: name })})
await runtime.run(${JSON.stringify(root)}, ${JSON.stringify({ ...base, args: ['/bin/sh', '-c', `echo up; sleep ${marker}`] })},
  { onOutput: (_, text) => process.stdout.write(text) }, silent)
`,
      )
      const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
      await new Promise((resolve, reject) => {
        child.stdout.once('data', resolve)
        child.once('exit', () => reject(new Error('it ended by itself')))
      })
      child.removeAllListeners('exit')
      await until(() => countProcesses(marker) > 0)
      child.kill('SIGKILL')
      await until(() => countProcesses(marker) === 0)
      assert.ok(!fs.readFileSync('/proc/mounts', 'utf8').includes(place))
    })

    test('starts fast', async (t) => {
      await run(['/bin/true'])
      const began = performance.now()
      for (let i = 0; i < 20; i++) await run(['/bin/true'])
      t.diagnostic(`${((performance.now() - began) / 20).toFixed(1)} ms a run`)
    })
  })
}

function makeRoot(place: string): string {
  const root = path.join(place, 'root')
  for (const directory of ['bin', 'etc', 'tmp', 'mnt'])
    fs.mkdirSync(path.join(root, directory), { recursive: true })
  if (impossible !== undefined) return root
  fs.copyFileSync(busybox, path.join(root, 'bin/busybox'))
  const names =
    'sh true sleep cat id grep env hostname mount unshare wc mknod mkfifo rm stat df tail awk cut head tr test printf'
  for (const name of names.split(' ')) fs.symlinkSync('busybox', path.join(root, 'bin', name))
  fs.writeFileSync(path.join(root, 'etc/plain'), 'no program')
  fs.writeFileSync(path.join(root, 'bin/badloader'), '#!/no/such/loader\n', { mode: 0o755 })
  return root
}

/** So many seconds to sleep as no other test of this machine, of another checkout neither. */
function ownMarker(): string {
  return `${4000 + Math.floor(Math.random() * 1000)}.${process.pid}`
}

/** How many processes of this machine have this word on their command line (as an argument of its own). */
function countProcesses(word: string): number {
  return fs.readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false
    try {
      return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(word)
    } catch {
      return false
    }
  }).length
}

async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + 3000
  while (!holds()) {
    assert.ok(performance.now() < end, 'waited three seconds')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
