// RUN --device through the program itself: what a CDI spec describes is there for one RUN, in both runtimes, and nothing of it is in the image.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { openStoreUnderTest, type StoreUnderTest, skipReason } from './store-under-test.ts'

const spec = (folder: string): string => `
cdiVersion: "0.7.0"
kind: vendor.test/device
containerEdits:
  env: [COMMON=yes]
devices:
- name: whole
  containerEdits:
    env: [GIVEN=by the device, REPLACED=by the device]
    deviceNodes:
    - { path: /dev/vendor/zeroes, hostPath: /dev/zero, fileMode: 0640, uid: 7, gid: 8 }
    - { path: /opt/nodes/random, type: c, major: 1, minor: 9, fileMode: 0604 }
    mounts:
    - { hostPath: ${folder}/library, containerPath: /usr/lib/vendor/deep, options: [ro, nosuid, nodev, bind] }
    - { hostPath: ${folder}/library/so, containerPath: /etc/vendor.conf, options: [ro] }
    additionalGids: [0, 44]
    hooks:
    - { hookName: createRuntime, path: /bin/sh, args: [sh, -c, "echo $WORD >${folder}/hooked"], env: [WORD=hooked] }
- name: control
  containerEdits:
    deviceNodes: [{ path: /dev/loop-control, permissions: r }]
- name: gone
  containerEdits:
    deviceNodes: [{ path: /dev/vendor-gone }]
- name: nowhere
  containerEdits:
    deviceNodes: [{ path: /dev/x, hostPath: /dev/null/x }]
- name: unmounted
  containerEdits:
    mounts: [{ hostPath: ${folder}/nosuch, containerPath: /x }]
- name: network
  containerEdits:
    intelRdt: { closID: x }
- name: free
  annotations: { org.mobyproject.buildkit.device.autoallow: true }
  containerEdits: { env: [FREE=1] }
`

const hasProgram = (name: string): boolean => spawnSync(name, ['--version']).error === undefined

describe('RUN --device', { skip: skipReason() }, () => {
  let store: StoreUnderTest
  before(async () => {
    store = await openStoreUnderTest()
    store.context('library', { so: 'library\n' })
    store.context('cdi', { 'vendor.yaml': spec(store.folder), 'broken.json': '{"cdiVersion": "0.6.0"}' })
  })
  after(() => {
    delete process.env.PEEL_RUNTIME
    store?.[Symbol.dispose]()
  })

  let contexts = 0
  const build = (run: string, ...flags: readonly string[]) => {
    const directory = store.context(`c${++contexts}`, { Dockerfile: `FROM base:1\n${run}\n` })
    const where = `--cdi-spec-dir=${path.join(store.folder, 'cdi')}`
    return store.start('build', '--progress=plain', where, ...flags, directory).ended
  }

  for (const runtime of ['crun', 'runc'])
    describe(`in ${runtime}`, { skip: hasProgram(runtime) ? false : `there is no ${runtime}` }, () => {
      before(() => {
        process.env.PEEL_RUNTIME = runtime
      })

      test('gives what the spec describes, to that RUN alone', async () => {
        fs.rmSync(path.join(store.folder, 'hooked'), { force: true })
        const all = [
          'stat -c "%n %F %a %u:%g %t:%T" /dev/vendor/zeroes /opt/nodes/random',
          'head -c 3 /dev/vendor/zeroes | wc -c; head -c 5 /opt/nodes/random | wc -c',
          'cat /usr/lib/vendor/deep/so /etc/vendor.conf; touch /usr/lib/vendor/deep/x; id -G',
          'env | grep -E "^(COMMON|GIVEN|REPLACED)="; echo made >/made',
        ].join('; ')
        const { status, stderr } = await build(
          `ENV REPLACED=no\nRUN --device=vendor.test/device=whole,required ${all} # ${runtime}\nRUN env; ls /dev /opt || true`,
          '--allow=device=vendor.test/device=whole',
          `--tag=whole:${runtime}`,
        )
        assert.equal(status, 0, stderr)
        const [, first = '', second = ''] = stderr.split(/\[stage-0 \d\/2\]/)
        for (const line of [
          '/dev/vendor/zeroes character special file 640 7:8 1:5',
          '/opt/nodes/random character special file 604 0:0 1:9',
          'COMMON=yes',
          'GIVEN=by the device',
          'REPLACED=by the device',
        ])
          assert.ok(first.includes(line), `${line} in ${first}`)
        assert.match(first, / 3\n.* 5\n.* library\n.* library\n/)
        assert.match(first, /\/x: Read-only file system/)
        assert.match(first, / 0 (\d+ )*44\n/)
        assert.doesNotMatch(second, /GIVEN|COMMON|vendor|nodes/)
        assert.equal(fs.readFileSync(path.join(store.folder, 'hooked'), 'utf8'), 'hooked\n')

        const { stdout } = await store.peel('diff', '--json', 'base:1', `whole:${runtime}`)
        const { paths } = JSON.parse(stdout) as { paths: readonly { path: string }[] }
        assert.deepEqual(
          paths.map((one) => one.path),
          ['/made'],
        )
      })

      test('opens a device that RUN has not otherwise', {
        skip: fs.existsSync('/dev/loop-control') ? false : 'there is no /dev/loop-control',
      }, async () => {
        const { status, stderr } = await build(
          `RUN --device=vendor.test/device=control : </dev/loop-control && echo opened; (: >/dev/loop-control) 2>&1 || true # ${runtime}`,
          '--allow=device',
        )
        assert.equal(status, 0, stderr)
        assert.match(stderr, / opened\n/)
        // only runc has a cgroup that knows what may be done with a node
        assert.equal(/not permitted/.test(stderr), runtime === 'runc', stderr)
      })
    })

  test('is refused with the flag that allows it, and needs none where its file allows it', async () => {
    const refused = await build('RUN --device=vendor.test/device=whole true')
    assert.equal(refused.status, 1)
    assert.match(
      refused.stderr,
      /device vendor\.test\/device=whole is requested by the build but not allowed\nDockerfile:2:1/,
    )
    assert.match(refused.stderr, /--allow device=vendor\.test\/device=whole/)
    assert.equal((await build('RUN --device=vendor.test/device=free,required test "$FREE" = 1')).status, 0)
    const alias = '--allow=device=vendor.test/device=free,alias=mine'
    assert.equal((await build('RUN --device=mine,required test "$FREE" = 1 # alias', alias)).status, 0)
    const unknown = await build('RUN true', '--allow=devices')
    assert.equal(unknown.status, 125)
    assert.match(unknown.stderr, /--allow devices: unknown entitlement/)
  })

  test('says what is missing: of the machine, or in the files', async () => {
    const absent = await build('RUN --device=vendor.test/device=hole,required true')
    assert.match(absent.stderr, /required device "vendor\.test\/device=hole" is not registered/)
    assert.match(absent.stderr, /vendor\.test\/device=whole.*broken\.json: the kind "" is not VENDOR\/CLASS/)
    const optional = await build('RUN --device=vendor.test/device=hole echo without')
    assert.equal(optional.status, 0, optional.stderr)
    assert.match(optional.stderr, /optional device "vendor\.test\/device=hole" is not registered/)
    for (const [name, problem] of [
      ['gone', /there is no \/dev\/vendor-gone on this machine/],
      [
        'nowhere',
        /device vendor\.test\/device=nowhere cannot be used: \/dev\/null\/x cannot be looked at \(ENOTDIR/,
      ],
      ['unmounted', /there is no \S+\/nosuch on this machine to mount/],
      ['network', /it asks for intelRdt, which Peel cannot do/],
    ] as const)
      assert.match(
        (await build(`RUN --device=vendor.test/device=${name} true`, '--allow=device')).stderr,
        problem,
      )
  })

  test('is known to doctor, with files that cannot be read', async () => {
    const strange = store.context('strange', { 'file.json': '' })
    process.env.PEEL_CDI_SPEC_DIRS = `${store.folder}/nosuch:${store.folder}/cdi:${strange}/file.json`
    try {
      const { stdout } = await store.peel('doctor')
      assert.match(
        stdout,
        /ok {2}devices \(CDI\) +vendor\.test\/device=control, .*=free \(allowed to every build\)/,
      )
      assert.match(stdout, /-- {2}devices \(CDI\) +\S+broken\.json: the kind/)
      assert.match(stdout, /-- {2}devices \(CDI\) +\S+file\.json: it cannot be read \(ENOTDIR/)
    } finally {
      delete process.env.PEEL_CDI_SPEC_DIRS
    }
  })
})
