// Which manifest of an index is for a machine. Attestations and other artifacts that BuildKit lists as platform `unknown` never are.
import { type Descriptor, Fault, findPlatform, type Platform, printPlatform } from '../core/index.ts'
import type { ImageIndex } from './types.ts'

/** The best manifest for `wanted`; one without a platform is taken if it is the only one. Faults with `image.platform` naming what there is. */
export function selectPlatform(index: ImageIndex, wanted: Platform): Descriptor {
  const images = index.manifests.filter(
    (one) => one.platform?.os !== 'unknown' && one.annotations?.['vnd.docker.reference.type'] === undefined,
  )
  const offers = images.flatMap((descriptor) =>
    descriptor.platform === undefined ? [] : [{ ...descriptor.platform, descriptor }],
  )
  const found = findPlatform(wanted, offers)
  if (found !== undefined) return found.descriptor
  if (images.length === 1 && images[0]!.platform === undefined) return images[0]!
  const there = [...new Set(offers.map((offer) => printPlatform(offer)))].join(', ')
  throw new Fault('image.platform', `the image has nothing for ${printPlatform(wanted)}`, {
    hint:
      there === '' ? 'The index lists no images.' : `It is made for ${there}; choose one with --platform.`,
  })
}
