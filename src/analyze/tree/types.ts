// Walking through the file systems of a studied image. Everything here is answered from columns in memory, without a tree of objects:
// what a face draws it asks for row by row, on images with hundreds of thousands of files.

/**
 * A path that some layer says something about, numbered in the order of a depth-first walk: 0 is the root, and what is below a node
 * follows it without a gap. The same number in every view of one tree.
 */
export type NodeId = number

export type NodeKind = 'file' | 'directory' | 'symlink' | 'hardlink' | 'char' | 'block' | 'fifo'

/**
 * How `upper` differs from `lower` at a path. `attributesOnly`: same content, but mode, owner, time or xattrs differ. A directory
 * that is on both sides is `modified` when something below it is added, removed or modified, `attributesOnly` when no more than
 * attributes differ, its own or below.
 */
export type Mark = 'unmodified' | 'added' | 'modified' | 'attributesOnly' | 'removed'

/**
 * Two heights to compare, counted in layers: 0 is nothing, 1 the lowest layer, n the whole image. One layer's own changes are
 * `{ lower: i, upper: i + 1 }`, everything since the lowest layer `{ lower: 1, upper: i + 1 }`, the image as it is
 * `{ lower: n, upper: n }`.
 */
export interface Span {
  readonly lower: number
  readonly upper: number
}

export interface TreeNode {
  readonly id: NodeId
  /** Absolute; bytes that are no UTF-8 are lone surrogates. */
  readonly path: string
  readonly name: string
  /** 0 for the root. */
  readonly depth: number
  readonly kind: NodeKind
  readonly mark: Mark
  /** Bytes of the file itself; a hard link has those of its file. */
  readonly size: number
  /** Bytes below a directory, or of the file: each file once, what is removed left out unless the node itself is. */
  readonly subtreeSize: number
  /** Paths below it in this view. */
  readonly below: number
  /** The twelve permission bits. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Milliseconds since the epoch. */
  readonly mtime: number
  /** Where a symlink or hard link points to. */
  readonly target?: string | undefined
  /** The layer that brought what stands here, or stood here before it was removed. */
  readonly layer: number
  /** With `removed`: the layer that took it away. */
  readonly removedBy?: number | undefined
  /** Bytes that some layer ships at this path or below and that the whole image does not show. */
  readonly waste: number
}

/** What one layer says about a path. */
export interface Version {
  readonly layer: number
  /** `whiteout`: the layer removes the path; `implied`: a directory that it needs without naming it. */
  readonly kind: NodeKind | 'whiteout' | 'implied'
  /** Whether what lower layers hold here is hidden by more than being replaced: a whiteout, an opaque directory. */
  readonly clears: boolean
  readonly size: number
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly mtime: number
  readonly target?: string | undefined
  /** `sha256:…` of a file's content. */
  readonly digest?: string | undefined
  /** The first upper layer that hides it; absent where the whole image shows it. */
  readonly hiddenBy?: number | undefined
}

export type Order = 'name' | 'size'

export interface Outline {
  readonly order?: Order | undefined
  /** Directories that are drawn without what is below them. */
  readonly collapsed?: ReadonlySet<NodeId> | undefined
  /** Marks that are not drawn; a directory stays as long as something below it is drawn. */
  readonly hide?: ReadonlySet<Mark> | undefined
  /** Draw only these nodes (ascending, as `search` gives them), what is above them, and what is below those that are directories. */
  readonly only?: Uint32Array | undefined
}

export interface Search {
  readonly text: string
  /** `substring` of the whole path (default); `glob` on the name or, with a `/` in it, on the path; `regex` on the path. */
  readonly as?: 'substring' | 'glob' | 'regex' | undefined
  /** Default: case counts if `text` has a capital letter. */
  readonly caseSensitive?: boolean | undefined
}

export interface TreeView {
  readonly span: Span
  /** Paths in this view, the root not counted. */
  readonly length: number
  /** Paths by their own change (a directory's mark may tell of what is below it), the root not counted. */
  readonly counts: Readonly<Record<Mark, number>>
  /** Whether a node is there in this view. */
  has(id: NodeId): boolean
  /** Faults with `usage.invalid` where `has` is false. */
  get(id: NodeId): TreeNode
  /** The mark alone, faster than `get`. */
  mark(id: NodeId): Mark
  find(path: string): NodeId | undefined
  /** The nodes in a directory; largest first where ordered by size. */
  children(id: NodeId, order?: Order): Uint32Array
  /** The nodes to draw, top to bottom, the root left out. */
  outline(options?: Outline): Uint32Array
  /** Nodes of this view that match, ascending. Faults with `usage.invalid` on a pattern that is none. */
  search(search: Search): Uint32Array
}

/** How the nodes of a tree hang together, the same in every view of it. By node; not to be written to. */
export interface TreeShape {
  readonly parent: Uint32Array
  /** The node after the last one below. */
  readonly end: Uint32Array
  /** 0 for the root. */
  readonly depth: Uint16Array
}

/** All paths and versions at once, for faces that draw the whole (a treemap, a page). Not to be written to. */
export interface TreeColumns {
  /** By node: its last component; empty for the root. */
  readonly names: readonly string[]
  readonly parent: Uint32Array
  /** The node after the last one below. */
  readonly end: Uint32Array
  /** Versions of node `i`, bottom first: `versionStart[i]` up to `versionStart[i + 1]`. */
  readonly versionStart: Uint32Array
  /** By version. `hiddenBy` is 65535 where the whole image shows it. `kind` is a place in `kinds`, `waste` in `wastes`. */
  readonly layer: Uint16Array
  readonly hiddenBy: Uint16Array
  readonly kind: Uint8Array
  /** Of a file's own content; 0 for a hard link. */
  readonly size: Float64Array
  readonly waste: Uint8Array
  /** What its layer does to the path itself, a place in `marks`: what is below a directory is not counted. */
  readonly mark: Uint8Array
  readonly marks: readonly (Mark | 'absent')[]
  readonly kinds: readonly Version['kind'][]
  /** `none`, or why the bytes of this version are not to be seen. */
  readonly wastes: readonly ('none' | 'deleted' | 'overwritten' | 'metadataOnly')[]
}
