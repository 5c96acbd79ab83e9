// What the media type of a layer says. The bytes are looked at anyway; the type tells layers from everything else that a manifest may list.

export interface LayerType {
  /** How the tar is packed; absent where the type names a way that is not known here. */
  readonly packing: 'none' | 'gzip' | 'zstd' | undefined
}

const layer =
  /^application\/vnd\.(?:oci\.image\.layer\.(?:nondistributable\.)?v1\.tar(?:\+(.+))?|docker\.image\.rootfs\.(?:foreign\.)?diff\.tar(?:\.(.+))?)$/

/** Reads the media types of OCI and docker; `undefined` for what is no layer. */
export function layerType(mediaType: string): LayerType | undefined {
  const found = layer.exec(mediaType)
  if (found === null) return undefined
  const suffix = found[1] ?? found[2] ?? 'none'
  return { packing: suffix === 'none' || suffix === 'gzip' || suffix === 'zstd' ? suffix : undefined }
}
