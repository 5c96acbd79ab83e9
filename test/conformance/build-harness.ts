// What suites of whole builds share: one engine over a store of its own, base images under the names that cases use, contexts on disk,
// and a built image to look into. Builds run one after the other.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { asFault, type Context, type Event, type Fault, silent, toRootPath } from '../../src/core/index.ts'
import { type BuildOptions, type BuildResult, type Engine, openEngine } from '../../src/engine/index.ts'
import { type Found, resolvePath, type Stack } from '../../src/layer/index.ts'
import { type Image, openStore, type Store } from '../../src/store/index.ts'
import { baseChanges, baseMissing, baseTar } from './build-base.ts'
import { distributionTar } from './distribution-base.ts'
import { skip } from './suite.ts'

/** A build's end. `output`: everything that steps wrote; `names`: the steps' names as they began. */
export type Outcome =
  | {
      readonly ok: true
      readonly result: BuildResult
      readonly image: Image
      readonly files: Stack
      /** Of a build for several platforms each image. */
      readonly platforms: readonly { readonly name: string; readonly image: Image; readonly files: Stack }[]
      readonly output: string
      readonly names: readonly string[]
      readonly events: readonly Event[]
    }
  | {
      readonly ok: false
      readonly fault: Fault
      readonly output: string
      readonly names: readonly string[]
      readonly events: readonly Event[]
    }

export type Built = Extract<Outcome, { ok: true }>

export interface Bench extends Disposable {
  readonly engine: Engine
  readonly store: Store
  /** What the base image holds. */
  readonly base: Stack
  /** A new empty directory below the bench's own. */
  directory(): string
  /** Never throws for what the build does; faults become `{ ok: false }`. */
  build(options: BuildOptions, ctx?: Partial<Context>): Promise<Outcome>
  /** As `build`; where it fails for want of an image that no registry can be asked for, the case is skipped. */
  mustBuild(options: BuildOptions): Promise<Built>
}

const baseNames = [
  'busybox',
  'alpine',
  'docker.io/library/busybox:latest',
  'busybox:stable',
  'busybox:musl',
  'hello-world:frozen',
]

/**
 * Opens a bench; skips the case where the machine lacks what builds need. `extra`: more names for the base image; `distributions`:
 * names for one with bash.
 */
export async function openBench(
  extra: readonly string[] = [],
  distributions: readonly string[] = [],
): Promise<Bench> {
  const missing = baseMissing()
  if (missing !== undefined) skip(missing)
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-bench-'))
  const engine = openEngine({ root: path.join(home, 'store'), env: {} })
  const store = openStore(path.join(home, 'store'))
  let baseFiles: Stack
  try {
    const base = await engine.import(
      { source: Readable.from([baseTar()]), tag: 'busybox', changes: baseChanges },
      silent,
    )
    for (const name of [...baseNames, ...extra]) engine.tag(base.id, name)
    if (distributions.length > 0) {
      const source = Readable.from([distributionTar()])
      const other = await engine.import({ source, tag: 'distribution', changes: baseChanges }, silent)
      for (const name of distributions) engine.tag(other.id, name)
    }
    baseFiles = store.layers.stack(store.images.get(base.id).layers)
  } catch (thrown) {
    engine[Symbol.dispose]()
    fs.rmSync(home, { recursive: true, force: true })
    throw thrown
  }
  let made = 0
  const build: Bench['build'] = async (options, ctx) => {
    const events: Event[] = []
    const names: string[] = []
    let output = ''
    const emit = (event: Event): void => {
      events.push(event)
      if (event.type === 'began') names.push(event.name)
      if (event.type === 'said') output += event.text
    }
    try {
      const result = await engine.build(options, { ...silent, emit, ...ctx })
      const image = store.images.get(result.manifest)
      const platforms = (result.platforms ?? []).map(({ platform: name, manifest }) => {
        const one = store.images.get(manifest)
        return { name, image: one, files: store.layers.stack(one.layers) }
      })
      const files = store.layers.stack(image.layers)
      return { ok: true, result, image, files, platforms, output, names, events }
    } catch (thrown) {
      return { ok: false, fault: asFault(thrown), output, names, events }
    }
  }
  return {
    engine,
    store,
    base: baseFiles,
    directory() {
      made++
      const directory = path.join(home, `context-${made}`)
      fs.mkdirSync(directory)
      return directory
    },
    build,
    async mustBuild(options) {
      const outcome = await build(options)
      if (outcome.ok) return outcome
      skipForImage(outcome.fault)
      throw described(outcome.fault, outcome.output)
    },
    [Symbol.dispose]() {
      store.close()
      engine[Symbol.dispose]()
      fs.rmSync(home, { recursive: true, force: true })
    },
  }
}

/** Skips the case where a build failed because an image is not here. */
export function skipForImage(fault: Fault): void {
  const name = fault.code === 'image.missing' ? /: (\S+)$/.exec(fault.message)?.[1] : undefined
  if (name !== undefined) skip(`needs image ${name}`)
}

/** Skips where RUN cannot work: containers need root. */
export function needsRoot(): void {
  if (process.getuid?.() !== 0) skip('RUN needs root here')
}

/** The fault with the end of what steps said, for a result's reason. */
export function described(fault: Fault, output: string): Error {
  const said = output.trim().split('\n').slice(-3).join(' / ')
  const line = fault.details.place === undefined ? '' : ` (line ${fault.details.place.line})`
  return new Error(`the build failed: ${fault.message}${line}${said === '' ? '' : ` [${said}]`}`)
}

/** What stands at a path; the path is followed as a reader of the unpacked image would, or only its directories. */
export function look(files: Stack, name: string, follow: 'all' | 'parents' = 'all'): Found | undefined {
  return files.lookup(resolvePath(files, toRootPath(name), follow))
}

/** The text of a file of the image; fails where there is none. */
export function textOf(files: Stack, name: string): string {
  return bytesOf(files, name).toString('utf8')
}

export function bytesOf(files: Stack, name: string): Buffer {
  const node = look(files, name)?.node
  if (node === undefined) throw new Error(`${name} is not in the image`)
  if (node.kind !== 'file') throw new Error(`${name} is a ${node.kind}, not a file`)
  return Buffer.from(files.read({ ...node, path: toRootPath(name) }, 64 << 20))
}
