// How two file systems or two images differ, as plain data.

export interface AttributeChange {
  readonly name: 'kind' | 'content' | 'mode' | 'owner' | 'mtime' | 'target' | 'device' | 'xattrs'
  readonly before: string
  readonly after: string
}

export interface PathDifference {
  readonly path: string
  /** `attributesOnly`: same content, other mode, owner, time or xattrs. */
  readonly change: 'added' | 'removed' | 'modified' | 'attributesOnly'
  readonly directory: boolean
  /** Bytes before and after; 0 where it is not there. */
  readonly before: number
  readonly after: number
  /** What differs at a path that is on both sides. */
  readonly details: readonly AttributeChange[]
}

/** A field of the image's configuration by its path, such as `config.Env.PATH`; values as JSON, absent where there is none. */
export interface ConfigDifference {
  readonly field: string
  readonly before?: string | undefined
  readonly after?: string | undefined
}

/** An installed package; versions are absent where it is not installed. */
export interface PackageDifference {
  readonly system: PackageSystem
  readonly name: string
  readonly before?: string | undefined
  readonly after?: string | undefined
}

export type PackageSystem = 'dpkg' | 'apk' | 'rpm'
