// One blob to a repository: left where it is there already, mounted where another repository of the registry has it, else sent.
import { closeSync, openSync, readSync } from 'node:fs'
import { type Context, type Descriptor, type Digest, printName, type Reference } from '../core/index.ts'
import type { BlobSource, Registry } from '../registry/index.ts'
import type { Store } from '../store/index.ts'
import type { BlobOrigin } from './shelf.ts'

export interface Target {
  readonly store: Store
  readonly registry: Registry
  /** The repository; tag and digest do not matter. */
  readonly to: Reference
}

export type Sent =
  | { readonly kind: 'there' }
  | { readonly kind: 'sent' }
  | { readonly kind: 'mounted'; readonly from: string }

/** `onSent` is called with the bytes sent so far. */
export async function sendBlob(
  { store, registry, to }: Target,
  { digest, size }: Pick<Descriptor, 'digest' | 'size'>,
  onSent: (bytes: number) => void,
  ctx: Context,
): Promise<Sent> {
  const repository = printName(to)
  const known = (): void => store.places.add(repository, [digest])
  if (await registry.hasBlob(to, digest, ctx)) {
    known()
    return { kind: 'there' }
  }
  const from = neighbour(store, to, digest)
  const source = fileSource(store.blobs.path(digest), { digest, size })
  const done = await registry.putBlob(to, source, { mountFrom: from, onSent }, ctx)
  known()
  return done === 'mounted' ? { kind: 'mounted', from: from! } : { kind: 'sent' }
}

/** A blob of the store; where the repository `to` can mount it from another one of its registry, it says so. */
export function storeOrigin(store: Store, digest: Digest, to: Reference | undefined): BlobOrigin {
  const path = to === undefined ? undefined : neighbour(store, to, digest)
  return {
    repository: path === undefined || to === undefined ? undefined : { domain: to.domain, path },
    async *read(descriptor, from) {
      yield* fileSource(store.blobs.path(digest), descriptor).open(from, descriptor.size)
    },
  }
}

/** The path of another repository of the same registry that had this blob. */
function neighbour(store: Store, to: Reference, digest: Digest): string | undefined {
  const own = `${to.domain}/`
  const found = store.places.of(digest).find((name) => name.startsWith(own) && name !== printName(to))
  return found?.slice(own.length)
}

const chunkSize = 256 << 10

/** A file's bytes, read again for each try. */
function fileSource(path: string, { digest, size }: Pick<Descriptor, 'digest' | 'size'>): BlobSource {
  return {
    digest,
    size,
    *open(from, to) {
      const fd = openSync(path, 'r')
      try {
        for (let at = from; at < to; ) {
          const buffer = Buffer.allocUnsafe(Math.min(chunkSize, to - at))
          const n = readSync(fd, buffer, 0, buffer.length, at)
          if (n === 0) return
          at += n
          yield buffer.subarray(0, n)
        }
      } finally {
        closeSync(fd)
      }
    },
  }
}
