// How many layers an image may have where it is to run. Docker's overlay driver stops at 128 (moby: "max depth exceeded"), and mounting
// so many by their names does not fit in the page of memory that mount(2) takes; 120 leaves room for some more on top.

const many = 120

/** A sentence about an image with too many layers; `undefined` for all others. */
export function layerWarning(layers: number): string | undefined {
  if (layers <= many) return undefined
  return `the image has ${layers} layers; engines refuse images of more than about 125: merge RUN instructions, or use peel squash`
}

/** The code of the warning. */
export const layerWarningCode = 'TooManyLayers'
