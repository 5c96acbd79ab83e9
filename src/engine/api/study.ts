// One study of an image, drawn by every face: the report says what each layer brought and what is shipped without being seen, the
// tree lets people walk through any state of the image. Layers are counted from 0 at the bottom; bytes are bytes of file content.
import type { Readable } from 'node:stream'
import type {
  ConfigDifference,
  DiveExport,
  DiveScore,
  LayerEffect,
  LayerTree,
  NodeId,
  PackageDifference,
  PathDifference,
  RuleResult,
  RuleValues,
  WasteClass,
  WasteItem,
} from '../../analyze/index.ts'
import type { Context, DiffId, Digest } from '../../core/index.ts'
import type { SecretsOptions, SecretsReport } from './secrets.ts'

export type {
  AttributeChange,
  ConfigDifference,
  DiveScore,
  LayerTree,
  Mark,
  NodeId,
  NodeKind,
  Order,
  Outline,
  PackageDifference,
  PathDifference,
  RuleKey,
  RuleResult,
  RuleValues,
  Search,
  Span,
  TreeColumns,
  TreeNode,
  TreeShape,
  TreeView,
  Version,
  WasteClass,
  WasteItem,
} from '../../analyze/index.ts'

/**
 * Where an image comes from. As text it is what people type: an image's name or id in the store; the path of an archive or of an
 * image layout; or one of those with a prefix that says which: `store://`, `docker-archive://` (or `docker-tar://`), `oci-archive://`,
 * `oci://`, `docker://`, `podman://`, `registry://`. Without a prefix the store goes first, then files, then docker's engine if one runs.
 */
export type StudySource =
  | string
  | { readonly from: 'store'; readonly name: string }
  /** An archive of docker's or OCI's form, plain or compressed, or a directory that is an image layout. `name` chooses one of several. */
  | { readonly from: 'archive'; readonly archive: string | Readable; readonly name?: string | undefined }
  /** A running engine that speaks docker's API; `host` as in DOCKER_HOST. */
  | { readonly from: 'docker' | 'podman'; readonly name: string; readonly host?: string | undefined }
  | { readonly from: 'registry'; readonly name: string }

export interface StudyOptions {
  /** `os/arch[/variant]`, where a name leads to several images. */
  readonly platform?: string | undefined
  /** The image that this one was built on; its layers are marked `base`. Default: what the image or its build says. */
  readonly base?: string | undefined
}

/** A line of a Dockerfile. */
export interface LinePlace {
  readonly file: string
  readonly line: number
}

export interface StudyLayer extends LayerEffect {
  readonly index: number
  readonly diffId: DiffId
  /** Of the blob as it is stored or was sent; the diff id where it is plain. */
  readonly digest: Digest
  readonly mediaType: string
  /** Bytes of file content: what docker and dive call the layer's size. */
  readonly size: number
  readonly tarSize: number
  /** Bytes of the blob, where it is compressed. */
  readonly compressedSize?: number | undefined
  readonly createdBy: string
  /** ISO 8601. */
  readonly created?: string | undefined
  readonly comment?: string | undefined
  /** The Dockerfile line that made it, where that is known. */
  readonly place?: LinePlace | undefined
  /** Whether it came with the base image. */
  readonly base: boolean
}

export interface StudyItem extends WasteItem {
  /** What to do about it, as a sentence. */
  readonly advice: string
}

export interface StudyReport {
  readonly image: {
    /** What was asked for. */
    readonly name: string
    /** The config digest: what docker shows as the image id. */
    readonly id: Digest
    /** Absent in docker's archives without one. */
    readonly manifest?: Digest | undefined
    readonly names: readonly string[]
    readonly platform: string
    /** ISO 8601. */
    readonly created?: string | undefined
    /** The Dockerfile it was built from, where Peel built it; of each instruction its first and last line. */
    readonly dockerfile?:
      | {
          readonly file: string
          readonly text: string
          readonly instructions: readonly { readonly line: number; readonly endLine: number }[]
        }
      | undefined
    /** How many of the lowest layers came with the base. */
    readonly baseLayers: number
  }
  /** Bottom first. */
  readonly layers: readonly StudyLayer[]
  /** The history, bottom first, with the entries that made no layer; `layer` is the index of the one it made. */
  readonly history: readonly {
    readonly createdBy: string
    readonly layer?: number | undefined
    readonly place?: LinePlace | undefined
  }[]
  /** shipped = visible + reclaimable; `paths` are those of the final file system, the root not counted. */
  readonly totals: {
    readonly shippedBytes: number
    readonly visibleBytes: number
    readonly reclaimableBytes: number
    readonly paths: number
  }
  /** deleted + overwritten + metadataOnly = reclaimable. */
  readonly classes: Readonly<Record<WasteClass, number>>
  readonly dive: DiveScore
  /** Largest first; the items of a class add up to its bytes. */
  readonly items: readonly StudyItem[]
}

/** A tree whose files can be read. */
export interface StudyTree extends LayerTree {
  /**
   * Content of a file as `layer` has it (a hard link leads to its file), also where upper layers hide it: its first `limit` bytes.
   * Faults with `path.invalid` where that layer has no file there.
   */
  read(id: NodeId, options: { readonly layer: number; readonly limit: number }): Promise<Uint8Array>
  /**
   * Writes what stands at a height at and below these nodes into `directory`, which is made if missing: each node under its own name.
   * Faults with `extract.exists` rather than overwrite. Nothing is written outside `directory`, no link is followed, devices are
   * left out (`skipped`), owners are not set.
   */
  extract(
    ids: readonly NodeId[],
    options: { readonly height: number; readonly directory: string },
    ctx: Context,
  ): Promise<{ readonly files: number; readonly bytes: number; readonly skipped: readonly string[] }>
}

export interface GateOptions {
  /** Values as people write them, such as `20MB` or `disabled`; a rule that is not given has its default. */
  readonly rules: RuleValues
  /** Judge only what stands above the base. */
  readonly excludeBase?: boolean | undefined
  /** Paths whose waste is not judged, in the language of .dockerignore, from the root of the image. */
  readonly ignore?: readonly string[] | undefined
  /** A size such as `1MB`: rules about ratios do not fail where no more than this is wasted. */
  readonly floor?: string | undefined
  /** What the rule `highestSecrets` counts: `secrets` of the same study. */
  readonly secrets?: SecretsReport | undefined
}

export interface Study extends Disposable {
  readonly report: StudyReport
  readonly tree: StudyTree
  /** Judges the image by dive's rules and our own. Faults with `usage.invalid` on values that mean nothing. */
  judge(options: GateOptions): GateReport
  /** The secrets in all its layers and in its configuration; contents that were scanned before are not read again. */
  secrets(options: Pick<SecretsOptions, 'allow'>, ctx: Context): Promise<SecretsReport>
  /** The document that `dive --json FILE` writes. */
  diveDocument(): DiveExport
}

/** A verdict, with what it was based on. `items` are the hidden bytes that counted, largest first. */
export interface GateReport {
  readonly passed: boolean
  readonly results: readonly RuleResult[]
  readonly dive: DiveScore
  readonly reclaimableBytes: number
  readonly items: readonly StudyItem[]
}

/** One side of a comparison: an image, or its lowest layers up to and with `layer`. */
export interface ComparisonSide {
  readonly source: StudySource
  readonly layer?: number | undefined
}

export interface ComparisonReport {
  /** Both sides as they were asked for. */
  readonly before: string
  readonly after: string
  /** In the order of paths. */
  readonly paths: readonly PathDifference[]
  readonly config: readonly ConfigDifference[]
  readonly packages: readonly PackageDifference[]
}

/** Two file systems in one tree: `before` and `after` are the heights to compare in it. */
export interface Comparison extends Disposable {
  readonly report: ComparisonReport
  readonly tree: StudyTree
  readonly before: number
  readonly after: number
}

export interface StudyCalls {
  /** Studies an image by the indexes of its layers; nothing is stored. Faults with `image.missing` or `archive.invalid`. */
  study(source: StudySource, options: StudyOptions, ctx: Context): Promise<Study>
  /** Compares two images, or states of them. Faults as `study` does, and with `usage.invalid` on a layer that is not there. */
  compare(
    sides: { readonly before: ComparisonSide; readonly after: ComparisonSide },
    options: Pick<StudyOptions, 'platform'>,
    ctx: Context,
  ): Promise<Comparison>
}
