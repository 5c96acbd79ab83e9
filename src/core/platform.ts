// Which machine an image is for (OCI image-spec, image-index.md, `platform`).

/** In the field names of the OCI specification. */
export interface Platform {
  readonly os: string
  readonly architecture: string
  readonly variant?: string
  readonly 'os.version'?: string
  readonly 'os.features'?: readonly string[]
}
