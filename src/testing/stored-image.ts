// Images for tests that no build has to make: layers of entries, with the Dockerfile that they are said to come from.
import { hostPlatform, silent } from '../core/index.ts'
import type { Entry } from '../layer/index.ts'
import { openStore } from '../store/index.ts'

export interface SaidLayer {
  readonly createdBy: string
  /** Sorted, as `tree` sorts them; none for an instruction that makes no layer. */
  readonly entries?: Iterable<Entry> | undefined
  /** The line of the Dockerfile; none for layers of the base. */
  readonly line?: number | undefined
}

export interface SaidImage {
  readonly name: string
  readonly dockerfile?: string | undefined
  /** Besides PATH. */
  readonly env?: readonly string[] | undefined
  /** Bottom first. */
  readonly layers: readonly SaidLayer[]
}

/** Stores an image below `root` under its name. */
export async function storeImage(
  root: string,
  { name, dockerfile, env = [], layers }: SaidImage,
): Promise<void> {
  using store = openStore(root)
  const packed = []
  for (const { entries } of layers)
    if (entries !== undefined) packed.push((await store.layers.pack(entries, silent)).diffId)
  const image = store.images.create({
    platform: hostPlatform(),
    created: '2026-01-02T03:04:05Z',
    config: { Env: ['PATH=/usr/bin:/bin', ...env] },
    history: layers.map(({ createdBy, entries }) => ({
      created: '2026-01-02T03:04:05Z',
      created_by: createdBy,
      comment: 'buildkit.dockerfile.v0',
      ...(entries === undefined && { empty_layer: true }),
    })),
    layers: packed,
  })
  store.refs.set(`${name}:latest`, image.descriptor)
  if (dockerfile === undefined) return
  store.builds.save({
    id: name,
    started: 0,
    ended: 0,
    image: image.configDigest,
    summary: JSON.stringify({
      dockerfile: 'Dockerfile',
      text: dockerfile,
      tags: [name],
      steps: [],
      places: layers.map(({ line }) => (line === undefined ? null : { file: 'Dockerfile', line })),
    }),
  })
}
