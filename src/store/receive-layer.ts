// A layer that is downloaded. What an earlier download left is gone through first, then the rest is asked for; the bytes are written
// once, as they come, and verified and indexed in the same pass.
import { type Context, Fault, isFault } from '../core/index.ts'
import { type IngestParts, ingestLayer } from './ingest-layer.ts'
import { openPartial, type Partial } from './partials.ts'
import type { IngestedLayer, LayerSource } from './types.ts'

/** Faults: those of `ingestLayer` and of the source. What came before a broken connection is kept for the next time. */
export async function receiveLayer(
  parts: IngestParts & { readonly root: string; readonly work: () => string },
  source: LayerSource,
  ctx: Context,
): Promise<IngestedLayer> {
  const { digest } = source.descriptor
  using partial = openPartial(parts.root, parts.work(), digest)
  try {
    return await receive(parts, source, partial, ctx)
  } catch (thrown) {
    if (!isFault(thrown) || thrown.kind !== 'corrupt') throw thrown
    partial.drop()
    // What lay there may have been damaged by a crash of the machine; what has just come was not.
    if (partial.before === 0) throw named(source, thrown)
  }
  using fresh = openPartial(parts.root, parts.work(), digest)
  try {
    return await receive(parts, source, fresh, ctx)
  } catch (thrown) {
    if (!isFault(thrown) || thrown.kind !== 'corrupt') throw thrown
    fresh.drop()
    throw named(source, thrown)
  }
}

/** Whatever it is that cannot be read, the layer's bytes are to blame. */
function named({ descriptor, name = 'the layer' }: LayerSource, fault: Fault): Fault {
  if (fault.code === 'blob.corrupt') return fault
  return new Fault('blob.corrupt', `${name} (${descriptor.digest}) cannot be used: ${fault.message}`, {
    hint: 'Its bytes came damaged, or it was pushed so. Try again, or push the image anew.',
    cause: fault,
  })
}

function receive(
  parts: IngestParts,
  source: LayerSource,
  partial: Partial,
  ctx: Context,
): Promise<IngestedLayer> {
  const { descriptor, open, diffId, name } = source
  const { digest, size, mediaType } = descriptor
  const stream = async function* () {
    yield* partial.read()
    if (partial.before === size && size > 0) return
    for await (const chunk of open(partial.before)) {
      partial.write(chunk)
      yield chunk
    }
  }
  const expected = { digest, size, diffId, mediaType, name }
  return ingestLayer(parts, { stream: stream(), expected, kept: partial }, ctx)
}
