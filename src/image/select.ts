// Which manifest of an index is for a machine. Attestations and other artifacts that BuildKit lists as platform `unknown` never are.
import { type Descriptor, Fault, findPlatform, type Platform, printPlatform } from '../core/index.ts'
import type { ImageIndex } from './types.ts'

/** The best manifest for `wanted`; one without a platform is taken if it is the only one. Faults with `image.platform` naming what there is. */
export function selectPlatform(index: ImageIndex, wanted: Platform): Descriptor {
  const found = findPlatformManifest(index, wanted)
  if (found !== undefined) return found
  const offers = offersOf(index)
  const there = [...new Set(offers.map((offer) => printPlatform(offer)))].join(', ')
  throw new Fault('image.platform', `the image has nothing for ${printPlatform(wanted)}`, {
    hint:
      there === '' ? 'The index lists no images.' : `It is made for ${there}; choose one with --platform.`,
  })
}

/** As `selectPlatform`; `undefined` where there is nothing for `wanted`. */
export function findPlatformManifest(index: ImageIndex, wanted: Platform): Descriptor | undefined {
  const images = imagesOf(index)
  const found = findPlatform(wanted, offersOf(index))
  if (found !== undefined) return found.descriptor
  return images.length === 1 && images[0]!.platform === undefined ? images[0] : undefined
}

/** The images that an index lists, without what only speaks about images. */
export function imagesOf(index: ImageIndex): readonly Descriptor[] {
  return index.manifests.filter(
    (one) => one.platform?.os !== 'unknown' && one.annotations?.['vnd.docker.reference.type'] === undefined,
  )
}

function offersOf(index: ImageIndex): readonly (Platform & { readonly descriptor: Descriptor })[] {
  return imagesOf(index).flatMap((descriptor) =>
    descriptor.platform === undefined ? [] : [{ ...descriptor.platform, descriptor }],
  )
}
