// Squash, flatten and rebase: the files stay what they were, over images of all kinds of entries; other tools take the results.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type RootPath, silent } from '../../src/core/index.ts'
import { type Engine, openEngine } from '../../src/engine/index.ts'
import type { Entry } from '../../src/layer/index.ts'
import { type Image, openStore, type Store } from '../../src/store/index.ts'
import { picture, randomLayer } from '../../src/testing/random-layer.ts'
import { callCli } from '../../src/testing/shell.ts'
import { dir, file, gone, hardlink, opaque, tree } from '../../src/testing/tree.ts'
import { findDocker, has } from '../oracle/peers.ts'

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
const root = path.join(folder, 'store')
const docker = findDocker()
let store: Store
let engine: Engine

before(() => {
  store = openStore(root)
  engine = openEngine({ root, env: { SOURCE_DATE_EPOCH: '1700000000' } })
})

after(() => {
  engine[Symbol.dispose]()
  store.close()
  fs.rmSync(folder, { recursive: true, force: true })
})

interface Making {
  readonly name: string
  readonly on?: Image
  readonly config?: Image['config']['config']
}

/** An image with one history entry a layer, and one without a layer on top. */
async function make(
  layers: readonly (readonly Entry[])[],
  { name, on, config = {} }: Making,
): Promise<Image> {
  const packed = []
  for (const entries of layers) packed.push((await store.layers.pack(entries, silent)).diffId)
  const image = store.images.create({
    platform: { os: 'linux', architecture: 'amd64' },
    created: '2020-01-01T00:00:00Z',
    config: { ...on?.config.config, ...config },
    history: [
      ...(on?.config.history ?? []),
      ...layers.map((_, i) => ({ created_by: `${name} ${i + 1}` })),
      { created_by: `CMD ${name}`, empty_layer: true },
    ],
    layers: [...(on?.layers ?? []), ...packed],
  })
  store.refs.set(name, image.descriptor)
  return image
}

/** The whole file system as a tar: bytes, metadata, names of one file. */
async function exported(name: string): Promise<Buffer> {
  const target = path.join(folder, 'export.tar')
  await engine.export(name, target, silent)
  return fs.readFileSync(target)
}

const pictureOf = (image: Image): unknown[] => picture(store.layers.stack(image.layers))

describe('squash and flatten', () => {
  test('twenty images have the same files before and after, and the same image comes out twice', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const base = await make([randomLayer(seed, { removals: false })], { name: 'base:1' })
      const own = Array.from({ length: 1 + (seed % 4) }, (_, i) =>
        randomLayer(seed * 100 + i, { removals: true }),
      )
      const image = await make(own, { name: 'app:1', on: base, config: { Cmd: ['x'], Labels: { a: '1' } } })
      const whole = await exported('app:1')
      const squashed = await engine.squash(
        { image: 'app:1', keep: { by: 'base', name: 'base:1' }, tag: 's:1' },
        silent,
      )
      const flat = await engine.squash({ image: 'app:1', keep: { by: 'nothing' }, tag: 'f:1' }, silent)
      assert.deepEqual([squashed.layers.after, squashed.kept, flat.layers.after, flat.kept], [2, 1, 1, 0])
      for (const [name, { manifest }] of [['s:1', squashed] as const, ['f:1', flat] as const]) {
        const made = store.images.get(manifest)
        assert.deepEqual(pictureOf(made), pictureOf(image), `${name} of seed ${seed}`)
        assert.ok((await exported(name)).equals(whole), `${name} of seed ${seed}`)
        assert.deepEqual(made.config.config, image.config.config)
      }
      assert.equal(store.images.get(squashed.manifest).layers[0], base.layers[0])
      const again = await engine.squash({ image: 'app:1', keep: { by: 'layer', from: '2' } }, silent)
      assert.equal(again.manifest, squashed.manifest)
    }
  })

  test('whiteouts, opaque directories and hard links into lower layers', async () => {
    const base = await make(
      [
        tree(
          dir('/d'),
          file('/d/a', 'a'),
          file('/d/b', 'b'),
          file('/gone', 'x'),
          dir('/o'),
          file('/o/low', 'l'),
        ),
      ],
      { name: 'links:base' },
    )
    const image = await make(
      [
        tree(gone('/gone'), hardlink('/d/link', '/d/a'), dir('/o'), opaque('/o'), file('/o/high', 'h')),
        tree(gone('/d/b'), hardlink('/d/third', '/d/link'), file('/tmp', 'only for a while')),
        tree(gone('/tmp'), file('/gone', 'back')),
      ],
      { name: 'links:1', on: base },
    )
    const { manifest, size } = await engine.squash(
      { image: 'links:1', keep: { by: 'base', name: 'links:base' } },
      silent,
    )
    assert.deepEqual(pictureOf(store.images.get(manifest)), pictureOf(image))
    assert.ok(size.after < size.before)
  })

  test('history keeps what was done, with a note; other fields and annotations stay', async () => {
    const base = await make([tree(file('/a', 'a'))], { name: 'history:base' })
    await make([tree(file('/b', 'b')), tree(file('/c', 'c'))], { name: 'history:1', on: base })
    const { manifest, id } = await engine.squash(
      { image: 'history:1', keep: { by: 'base', name: 'history:base' }, tag: 'history:2' },
      silent,
    )
    const { config } = store.images.get(manifest)
    assert.deepEqual(
      config.history?.map(({ created_by, empty_layer }) => [created_by, empty_layer === true]),
      [
        ['history:base 1', false],
        ['CMD history:base', true],
        ['history:1 1', true],
        ['history:1 2', true],
        ['CMD history:1', true],
        ['peel squash', false],
      ],
    )
    assert.equal(config.created, '2023-11-14T22:13:20.000Z')
    const [top] = engine.history('history:2')
    assert.deepEqual([top?.id, top?.size, top?.createdBy], [id, 2, 'peel squash'])
    assert.match(top?.comment ?? '', /^2 layers of sha256:\w{64} in one$/)
  })

  test('it is said what cannot be', async () => {
    await make([tree(file('/a', 'other'))], { name: 'alone:1' })
    await assert.rejects(engine.squash({ image: 'alone:1' }, silent), { code: 'image.base' })
    const other = { by: 'base', name: 'history:base' } as const
    await assert.rejects(engine.squash({ image: 'alone:1', keep: other }, silent), { code: 'image.base' })
    const self = { by: 'base', name: 'alone:1' } as const
    await assert.rejects(engine.squash({ image: 'alone:1', keep: self }, silent), { code: 'image.base' })
    const wrong = await callCli(['squash', '--base', 'a', '--from', '1', 'alone:1'], { engine })
    assert.equal(wrong.status, 125)
  })

  test('more than 120 layers are warned of', async () => {
    const layers = Array.from({ length: 130 }, (_, i) => tree(file('/n', String(i))))
    await make(layers, { name: 'deep:1' })
    const few = await callCli(['squash', '--from', '125', 'deep:1', '-t', 'deep:2'], { engine })
    assert.match(few.err, /the image has 125 layers/)
    const flat = await callCli(['flatten', 'deep:1', '-t', 'deep:3'], { engine })
    assert.match(flat.err, /^130 layers became 1, of which 0 stayed as they were; 280B became 3B\n$/)
    const built = await engine.build(
      { context: { kind: 'empty' }, dockerfile: { kind: 'text', text: 'FROM deep:1\n', name: 'Dockerfile' } },
      silent,
    )
    assert.deepEqual(
      built.warnings.map(({ code }) => code),
      ['TooManyLayers'],
    )
  })
})

describe('rebase', () => {
  const oldBase = tree(
    dir('/etc'),
    file('/etc/os', '1'),
    file('/etc/db', 'old'),
    dir('/lib'),
    file('/lib/so', '1'),
  )
  const newBase = tree(
    dir('/etc'),
    file('/etc/os', '2'),
    file('/etc/db', 'old'),
    file('/etc/more', 'm'),
    dir('/lib'),
    file('/lib/so', '2'),
  )

  test('own layers go onto the new base, and what the image had of its base follows it', async () => {
    const old = await make([oldBase], { name: 'os:1', config: { Cmd: ['sh'], Env: ['PATH=/bin', 'V=1'] } })
    await make([newBase], { name: 'os:2', config: { Cmd: ['bash'], Env: ['PATH=/bin', 'V=2'] } })
    await make([tree(dir('/app'), file('/app/x', 'x'), dir('/etc', { mtime: 5n }), file('/etc/own', 'o'))], {
      name: 'own:1',
      on: old,
      config: { Env: ['PATH=/bin', 'V=1', 'APP=1'] },
    })
    const { image, paths, variables } = await engine.rebase(
      { image: 'own:1', onto: 'os:2', base: 'os:1', tag: 'own:2' },
      silent,
    )
    assert.deepEqual([paths, variables], [[], []])
    const made = store.images.get(image!.manifest)
    assert.deepEqual(made.config.config, { Cmd: ['bash'], Env: ['PATH=/bin', 'V=2', 'APP=1'] })
    assert.deepEqual(
      made.config.history?.map(({ created_by }) => created_by),
      ['os:2 1', 'CMD os:2', 'own:1 1', 'CMD own:1'],
    )
    const stack = store.layers.stack(made.layers)
    const text = (at: string) => {
      const node = stack.lookup(at as never)?.node
      return node?.kind === 'file' ? Buffer.from(stack.read(node, 100)).toString() : undefined
    }
    assert.deepEqual(['/etc/os', '/lib/so', '/etc/more', '/app/x', '/etc/own'].map(text), [
      '2',
      '2',
      'm',
      'x',
      'o',
    ])
  })

  test('twenty images have the same files before and after, and what only the new base has', async () => {
    const added = '/zz-of-the-new-base'
    for (let seed = 1; seed <= 20; seed++) {
      const lowest = randomLayer(seed, { removals: false })
      const old = await make([lowest], { name: 'os:1' })
      await make([lowest, tree(file(added, String(seed)))], { name: 'os:2' })
      const own = Array.from({ length: 1 + (seed % 4) }, (_, i) =>
        randomLayer(seed * 100 + i, { removals: true }),
      )
      const image = await make(own, { name: 'own:1', on: old, config: { Cmd: ['x'] } })
      const rebased = await engine.rebase(
        { image: 'own:1', onto: 'os:2', base: 'os:1', tag: 'rebased:1' },
        silent,
      )
      assert.deepEqual(rebased.paths, [], `seed ${seed}`)
      const made = store.images.get(rebased.image!.manifest)
      const stack = store.layers.stack(made.layers)
      assert.equal(stack.lookup(added as RootPath)?.node.kind, 'file', `seed ${seed}`)
      const removed = (await store.layers.pack(tree(gone(added)), silent)).diffId
      assert.deepEqual(
        picture(store.layers.stack([...made.layers, removed])),
        pictureOf(image),
        `seed ${seed}`,
      )
      assert.deepEqual(made.config.config, image.config.config)
    }
  })

  const conflicts: readonly (readonly [string, readonly Entry[], readonly string[]])[] = [
    ['a file that both changed', tree(file('/etc/os', 'mine')), ['/etc/os changed changed']],
    ['a file that both added', tree(file('/etc/more', 'mine')), ['/etc/more added added']],
    ['a file that both changed alike', tree(file('/etc/os', '2', { mtime: 7n })), []],
    [
      'a directory emptied for good',
      tree(gone('/etc'), dir('/etc'), opaque('/etc')),
      ['/etc/more kept added'],
    ],
    ['a file that the image removed', tree(gone('/etc/os')), []],
    ['a link to a file that only the new base changed', tree(hardlink('/os', '/etc/os')), ['/os added kept']],
  ]
  for (const [name, own, expected] of conflicts)
    test(name, async () => {
      const old = await make([oldBase], { name: 'os:1' })
      await make([newBase], { name: 'os:2' })
      await make([own], { name: 'own:1', on: old })
      const { image, paths } = await engine.rebase({ image: 'own:1', onto: 'os:2', base: 'os:1' }, silent)
      assert.deepEqual(
        paths.map(({ path, image, base }) => `${path} ${image} ${base}`),
        expected,
      )
      assert.equal(image === undefined, expected.length > 0)
    })

  test('variables that both changed, the words on the command line, and --force', async () => {
    const old = await make([oldBase], { name: 'os:1', config: { Env: ['PATH=/bin'] } })
    await make([newBase], { name: 'os:2', config: { Env: ['PATH=/bin:/new'] } })
    await make([tree(file('/etc/os', 'mine'))], {
      name: 'own:1',
      on: old,
      config: { Env: ['PATH=/bin:/app'] },
    })
    const refused = await callCli(['rebase', 'own:1', '--onto', 'os:2', '--base', 'os:1'], { engine })
    assert.equal(refused.status, 1)
    assert.match(
      refused.err,
      /^2 conflicts with the new base:\n {2}ENV PATH: changed .*\n {2}\/etc\/os: changed by the image, changed by/,
    )
    const forced = await callCli(['rebase', 'own:1', '--onto', 'os:2', '--base', 'os:1', '--force', '-q'], {
      engine,
    })
    assert.match(forced.out, /^sha256:\w{64}\n$/)
  })
})

describe('other tools take the results', () => {
  test('skopeo', { skip: has('skopeo') ? false : 'needs skopeo' }, () => {
    for (const name of ['s:1', 'f:1', 'own:2', 'rebased:1', 'deep:3']) {
      const target = path.join(folder, 'copied')
      const { status, stderr } = spawnSync('skopeo', ['copy', `oci:${root}:${name}`, `dir:${target}`], {
        encoding: 'utf8',
      })
      assert.equal(status, 0, stderr)
      fs.rmSync(target, { recursive: true })
    }
  })

  test('docker', { skip: typeof docker === 'string' ? docker : false }, async () => {
    if (typeof docker === 'string') return
    const archive = path.join(folder, 'save.tar')
    await make([tree(file('/a', 'a'))], { name: 'peel-test/base:1' })
    await make([tree(gone('/a'), file('/b', 'b'))], {
      name: 'peel-test/app:1',
      on: store.images.get(store.refs.find('peel-test/base:1')!.digest),
    })
    await make([tree(file('/a', 'a')), tree(file('/new', 'n'))], { name: 'peel-test/base:2' })
    const names = ['peel-test/squashed:1', 'peel-test/flat:1', 'peel-test/rebased:1']
    await engine.rebase(
      { image: 'peel-test/app:1', onto: 'peel-test/base:2', base: 'peel-test/base:1', tag: names[2]! },
      silent,
    )
    await engine.squash(
      { image: 'peel-test/app:1', keep: { by: 'layer', from: '2' }, tag: names[0]! },
      silent,
    )
    await engine.squash({ image: 'peel-test/app:1', keep: { by: 'nothing' }, tag: names[1]! }, silent)
    await engine.save(names, { format: 'docker-archive', output: archive }, silent)
    try {
      await docker('load', '-q', '-i', archive)
      for (const name of names) {
        const [detail] = JSON.parse(await docker('image', 'inspect', name)) as { Id: string }[]
        assert.equal(detail?.Id, engine.inspect([name])[0]?.Id)
      }
    } finally {
      await docker('rmi', '-f', ...names).catch(() => {})
    }
  })
})
