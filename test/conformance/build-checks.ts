// What a suite's data says about a built image, held against it.
import assert from 'node:assert/strict'
import { toRootPath } from '../../src/core/index.ts'
import { type Built, bytesOf, look, textOf } from './build-harness.ts'
import { skip } from './suite.ts'

export interface Scenery {
  /** The bytes of a file of the build's context. */
  contextFile(name: string): Buffer
  /** What the case's web server serves at a path. */
  servedFile(url: string): Buffer
  /** Builds that the case kept, by name. */
  readonly saved: ReadonlyMap<string, Built>
}

type Check = Readonly<Record<string, unknown>>

/** Holds one assertion; skips the case where the assertion is not known here. */
export function holdImage(check: Check, built: Built, scenery: Scenery): void {
  const kind = Object.keys(check)[0] ?? ''
  const handler = Object.hasOwn(checks, kind) ? checks[kind] : undefined
  if (handler === undefined) return skip(`the runner does not know the assertion ${kind}`)
  const [directory, ...rest] = String(check[kind]).split('/')
  const platform = built.platforms.find(({ name }) => name.replaceAll('/', '_') === directory)
  // what is exported of several platforms lies in a directory for each
  if (platform === undefined || rest.length === 0) handler(check, built, scenery)
  else handler({ ...check, [kind]: rest.join('/') }, { ...built, ...platform }, scenery)
}

const checks: Readonly<Record<string, (check: Check, built: Built, scenery: Scenery) => void>> = {
  file: holdFile,
  exists: ({ exists }, { files }) =>
    assert.ok(look(files, String(exists), 'parents') !== undefined, `${exists} is not in the image`),
  absent: ({ absent }, { files }) =>
    assert.ok(look(files, String(absent), 'parents') === undefined, `${absent} is in the image`),
  symlink({ symlink, target }, { files }) {
    const node = look(files, String(symlink), 'parents')?.node
    assert.equal(node?.kind, 'symlink', `${symlink} is a ${node?.kind}`)
    assert.equal(node.target, target)
  },
  mode({ mode, equals }, { files }) {
    const node = look(files, String(mode))?.node
    assert.equal(node?.meta.mode.toString(8), String(equals).replace(/^0+(?=.)/, ''), String(mode))
  },
  owner({ owner, uid, gid }, { files }) {
    const meta = look(files, String(owner), 'parents')?.node.meta
    assert.deepEqual([meta?.uid, meta?.gid], [uid, gid], String(owner))
  },
  sameInode({ sameInode }, { files }) {
    const inodes = (sameInode as readonly string[]).map((name) => look(files, name, 'parents')?.inode)
    assert.ok(inodes[0] !== undefined && new Set(inodes).size === 1, `${sameInode} are not one file`)
  },
  isRegularFile: ({ isRegularFile: name }, { files }) =>
    assert.equal(look(files, String(name), 'parents')?.node.kind, 'file', `${name} is not a regular file`),
  emptyOrMissingDir: ({ emptyOrMissingDir: name }, { files }) =>
    assert.deepEqual(files.list(toRootPath(String(name))), []),
  fileLongerThan: ({ fileLongerThan: name, bytes }, { files }) =>
    assert.ok(bytesOf(files, String(name)).length > Number(bytes)),
  imageConfig: ({ imageConfig, ...wanted }, { image }) => holdConfig(imageConfig, wanted, image.config),
  history({ history, ...wanted }, built) {
    const entry = ownHistory(built)[Number(history)]
    const text = entry?.created_by ?? ''
    if (wanted.createdByEquals !== undefined) assert.equal(text, wanted.createdByEquals)
    for (const part of [wanted.createdByContains ?? []].flat())
      assert.ok(text.includes(String(part)), `history ${history} is ${JSON.stringify(text)}, without ${part}`)
    for (const part of [wanted.createdByNotContains ?? []].flat())
      assert.ok(!text.includes(String(part)), `history ${history} is ${JSON.stringify(text)}, with ${part}`)
  },
  index: ({ lengthEquals }, { platforms }) => assert.equal(platforms.length, lengthEquals),
  image({ image: name, layers, imageConfig }, { platforms }) {
    const one = platforms.find((candidate) => candidate.name === name)
    if (one === undefined) throw new Error(`there is no image for ${name}`)
    if (layers !== undefined) assert.equal(one.image.layers.length, layers)
    if (imageConfig !== undefined) holdConfig(imageConfig, {}, one.image.config)
  },
  historyEntriesAboveBase: ({ historyEntriesAboveBase: count }, built) =>
    assert.equal(ownHistory(built).length, count),
  manifestLayers: ({ manifestLayers }, { image }) =>
    assert.equal(image.manifest.layers.length, manifestLayers),
  layerAnnotation: holdRewritten,
  progressStepNames({ progressStepNames: wanted }, { names }) {
    for (const name of wanted as readonly string[]) {
      const text = name.replace(/^\[[^\]]*\] /, '')
      assert.ok(
        names.includes(text) || names.includes(name),
        `no step is called ${text}: ${names.join('; ')}`,
      )
    }
  },
  sameFileAcrossBuilds({ sameFileAcrossBuilds: name, builds }, _built, { saved }) {
    const texts = (builds as readonly string[]).map((id) => {
      const built = saved.get(id)
      return built === undefined ? skip(`the case kept no build ${id}`) : textOf(built.files, String(name))
    })
    assert.equal(new Set(texts).size, 1, `${name} differs: a step was not reused`)
  },
}

/** BuildKit notes the time that it clamped a layer's files to; Peel clamps them as it builds and notes nothing, so the times are held. */
function holdRewritten({ layerAnnotation: name, equals }: Check, { files, image }: Built): void {
  if (name !== 'buildkit/rewritten-timestamp') return skip(`an annotation ${name} of layers`)
  if (equals === undefined) return skip('an output of Peel cannot take back the time of the build')
  assert.equal(Date.parse(image.config.created ?? ''), Number(equals) * 1000)
  for (const path of files.list(toRootPath('/'))) {
    const seconds = Number((look(files, path, 'parents')?.node.meta.mtime ?? 0n) / 1_000_000_000n)
    assert.ok(seconds <= Number(equals), `${path} is of ${seconds}`)
  }
}

function holdFile(check: Check, { files }: Built, scenery: Scenery): void {
  const name = String(check.file)
  const bytes = bytesOf(files, name)
  const text = bytes.toString('utf8')
  for (const [kind, wanted] of Object.entries(check)) {
    if (kind === 'equals') assert.equal(text, wanted, name)
    else if (kind === 'trimmedEquals') assert.equal(text.trim(), wanted, name)
    else if (kind === 'contains')
      for (const part of [wanted].flat()) assert.ok(text.includes(String(part)), `${name} holds ${text}`)
    else if (kind === 'notContains')
      for (const part of [wanted].flat()) assert.ok(!text.includes(String(part)), `${name} holds ${text}`)
    else if (kind === 'sameAsContextFile') assert.deepEqual(bytes, scenery.contextFile(String(wanted)))
    else if (kind === 'sameAsServed') assert.deepEqual(bytes, scenery.servedFile(String(wanted)))
    else if (kind !== 'file' && kind !== 'note') skip(`the runner does not know the assertion file ${kind}`)
  }
}

function holdConfig(config: unknown, wanted: Check, whole: unknown): void {
  if (typeof config === 'object' && config !== null) {
    for (const [path, value] of Object.entries(config))
      assert.deepEqual(fieldOf(whole, path) ?? null, value, path)
    return
  }
  const value = fieldOf(whole, String(config))
  if ('equals' in wanted) assert.deepEqual(value ?? null, wanted.equals)
  if ('lengthEquals' in wanted)
    assert.equal((value as readonly unknown[] | undefined)?.length, wanted.lengthEquals)
  if ('contains' in wanted)
    for (const [key, part] of Object.entries(wanted.contains as object))
      assert.deepEqual((value as Check | undefined)?.[key], part)
}

/** A field by its path, names told apart without case; `rootfs.DiffIDs` is `rootfs.diff_ids` in the document. */
function fieldOf(whole: unknown, path: string): unknown {
  const plain = (name: string) => name.toLowerCase().replaceAll('_', '')
  let value = whole
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Object.entries(value).find(([name]) => plain(name) === plain(part))?.[1]
  }
  return value
}

/** The entries that the Dockerfile made, in its order. */
function ownHistory({ image }: Built) {
  const history = image.config.history ?? []
  return history.filter((entry) => entry.comment === 'buildkit.dockerfile.v0')
}
