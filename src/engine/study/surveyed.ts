// An image that was looked at on its way, from an archive, an engine or a registry, and of which nothing is stored.
import { type Context, Fault, sha256 } from '../../core/index.ts'
import { parseConfig, parseManifest } from '../../image/index.ts'
import type { FileEntry } from '../../layer/index.ts'
import { type FoundImage, type OpenTar, openContent, type SurveyedLayer } from '../../store/index.ts'
import { firstBytes, type OpenedImage } from './opened.ts'

/** `name`: what was asked for. */
export function openSurveyed(found: FoundImage<SurveyedLayer>, name: string, ctx: Context): OpenedImage {
  const config = parseConfig(found.config)
  const manifest = found.manifest && parseManifest(found.manifest.bytes, found.manifest.mediaType)
  const tars = new Map<string, OpenTar>()
  const content = openContent((id) => {
    const tar = tars.get(id)
    if (tar === undefined) throw new Fault('internal', `the tar of ${id} is not open`)
    return tar
  })
  const opening = new Map<string, Promise<void>>()
  /** Opens the layer that holds a file, once however many ask at the same time; one that could not be opened is tried again. */
  const reach = async (file: FileEntry): Promise<void> => {
    const id = 'layer' in file.content ? file.content.layer : undefined
    const layer = found.layers.find(({ diffId }) => diffId === id)
    if (id === undefined || layer === undefined) return
    const opened = opening.get(id) ?? layer.open(ctx).then((tar) => void tars.set(id, tar))
    opening.set(id, opened)
    try {
      await opened
    } catch (thrown) {
      opening.delete(id)
      throw thrown
    }
  }
  return {
    name,
    id: sha256(found.config),
    manifest: found.manifest && sha256(found.manifest.bytes),
    names: found.names,
    config,
    layers: found.layers.map(({ index, descriptor, name }, i) => {
      const own = manifest !== undefined && 'layers' in manifest ? manifest.layers[i] : undefined
      const { digest, mediaType, size } = own ?? descriptor
      const compressed = (digest as string) !== index.diffId
      return { index, digest, mediaType, compressedSize: compressed ? size : undefined, tarName: name }
    }),
    annotations: manifest?.annotations ?? {},
    places: [],
    async read(file, limit) {
      await reach(file)
      return firstBytes(content.read(file), file, limit)
    },
    async *stream(file) {
      await reach(file)
      for (const chunk of content.read(file)) yield Buffer.from(chunk)
    },
    [Symbol.dispose]: () => content[Symbol.dispose](),
  }
}
