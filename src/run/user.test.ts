import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { comparePaths, isFault, toRootPath } from '../core/index.ts'
import { fileView } from '../testing/file-view.ts'
import { dir, file, symlink } from '../testing/tree.ts'
import { findOwner, findUser, mountPoints, type RunSpec } from './index.ts'

const image = fileView(
  dir('/etc'),
  file(
    '/etc/passwd',
    'root:x:0:0:root:/root:/bin/sh\n# remark\nbroken line\nada:x:1000:1001::/home/ada:/bin/sh\nodd:x:7:8::\n',
  ),
  file('/etc/group', 'root:x:0:\nada:x:1001:\nwheel:x:10:root,ada\nvideo:x:44:ada\n'),
)
const isMissing = (error: unknown) => isFault(error) && error.code === 'user.missing'

describe('USER', () => {
  const cases: [string, number, number, number[], string | undefined][] = [
    ['', 0, 0, [10], '/root'],
    ['root', 0, 0, [10], '/root'],
    ['ada', 1000, 1001, [10, 44], '/home/ada'],
    ['1000', 1000, 1001, [10, 44], '/home/ada'],
    ['ada:video', 1000, 44, [], '/home/ada'],
    ['ada:5', 1000, 5, [], '/home/ada'],
    ['4242', 4242, 0, [], undefined],
    ['4242:wheel', 4242, 10, [], undefined],
    ['odd', 7, 8, [], undefined],
  ]
  for (const [text, uid, gid, additionalGids, home] of cases) {
    test(JSON.stringify(text), () =>
      assert.deepEqual(findUser(image, text), { uid, gid, additionalGids, home }),
    )
  }
  test('unknown names are faults that say what to do', () => {
    assert.throws(() => findUser(image, 'bob'), /unable to find user bob: no matching entries in passwd file/)
    assert.throws(() => findUser(image, 'ada:nogroup'), isMissing)
    assert.throws(() => findUser(image, '4294967296'), isMissing)
  })
  test('an image without account files has root and numbers', () => {
    assert.equal(findUser(fileView(), '').uid, 0)
    assert.equal(findUser(fileView(), 'root').gid, 0)
    assert.equal(findUser(fileView(), '12').uid, 12)
    assert.throws(() => findUser(fileView(), 'ada'), isMissing)
  })
})

test('--chown takes a number as it stands, for the group too', () => {
  const unknown: string[] = []
  assert.deepEqual(findOwner(image, 'ada'), { uid: 1000, gid: 1001, unknown })
  assert.deepEqual(findOwner(image, '1000'), { uid: 1000, gid: 1000, unknown })
  assert.deepEqual(findOwner(image, '55:wheel'), { uid: 55, gid: 10, unknown })
  assert.deepEqual(findOwner(image, 'ada:7'), { uid: 1000, gid: 7, unknown })
  assert.deepEqual(findOwner(image, ':video'), { uid: 0, gid: 44, unknown })
  for (const text of ['ada:', '1000:'])
    assert.deepEqual(findOwner(image, text), { uid: 1000, gid: 0, unknown })
  assert.throws(() => findOwner(image, '4294967296'), isMissing)
})

test('--chown takes a name that the image lacks for root, and says so', () => {
  assert.deepEqual(findOwner(image, 'bob'), { uid: 0, gid: 0, unknown: ['user bob'] })
  assert.deepEqual(findOwner(image, 'ada:staff'), { uid: 1000, gid: 0, unknown: ['group staff'] })
})

describe('mount points', () => {
  const spec: RunSpec = {
    args: [],
    env: [],
    cwd: '/',
    user: { uid: 0, gid: 0, additionalGids: [] },
    mounts: [],
    network: 'host',
    security: 'sandbox',
  }
  const paths = (points: ReturnType<typeof mountPoints>) =>
    points.map((point) => (point.kind === 'directory' ? `${point.path}/` : point.path))

  test('of an empty root are all that docker mounts', () => {
    const found = mountPoints(fileView(), spec)
    assert.deepEqual(paths(found), ['/dev/', '/etc/', '/etc/hosts', '/etc/resolv.conf', '/proc/', '/sys/'])
    assert.deepEqual(
      found,
      [...found].sort((a, b) => comparePaths(a.path, b.path)),
    )
  })

  test('follow symlinks inside the root and skip what is there', () => {
    const root = fileView(
      ...['/dev', '/proc', '/sys', '/etc', '/data'].map((path) => dir(path)),
      file('/etc/hosts'),
      symlink('/etc/resolv.conf', '../run/resolve/stub.conf'),
      symlink('/cache', '/data/cache'),
    )
    const target = toRootPath('/cache/a')
    const mounts = [
      { type: 'tmpfs', target } as const,
      { type: 'tmpfs', target: toRootPath('/cache/a/b') } as const,
      {
        type: 'file',
        target: toRootPath('/run/secrets/k'),
        bytes: Buffer.of(),
        uid: 0,
        gid: 0,
        mode: 0,
      } as const,
    ]
    assert.deepEqual(paths(mountPoints(root, { ...spec, mounts, cwd: '/srv' })), [
      '/data/cache/',
      '/data/cache/a/',
      '/run/',
      '/run/resolve/',
      '/run/resolve/stub.conf',
      '/run/secrets/',
      '/run/secrets/k',
      '/srv/',
    ])
  })
})
