// The tree pane: permission, owner, size and the tree as dive draws them, with a mark for each change so that nothing hangs on colour.
import { printSize } from '../../core/index.ts'
import type { Mark, NodeId, NodeKind, TreeNode } from '../../engine/index.ts'
import type { Area } from '../model/layout.ts'
import { holdsPaths } from '../model/outline.ts'
import type { State, TreeState } from '../model/state.ts'
import type { Line, Piece, Tone } from './line.ts'
import { wrapCells } from './wrap.ts'

/** What a change is written as, and how it is toned. */
export const changes: Readonly<Record<Mark, { readonly sign: string; readonly tone: Tone }>> = {
  added: { sign: '+', tone: 'added' },
  modified: { sign: '~', tone: 'modified' },
  attributesOnly: { sign: '%', tone: 'modified' },
  removed: { sign: '-', tone: 'removed' },
  unmodified: { sign: ' ', tone: 'plain' },
}

/** Narrower panes show the tree alone, as dive's do. */
const attributesFrom = 60

export function treeHead(tree: TreeState, width: number): Line {
  const attributes = `${'Permission'.padEnd(10)} ${'UID:GID'.padStart(11)} ${'Size'.padStart(10)}  `
  const order = tree.order === 'size' ? ' (largest first)' : ''
  return {
    pieces: [{ text: `  ${showsAttributes(tree, width) ? attributes : ''}Filetree${order}`, tone: 'strong' }],
  }
}

function showsAttributes(tree: TreeState, width: number): boolean {
  return tree.attributes && width >= attributesFrom
}

/** The rows that fit, from the topmost one on; a wrapped row takes several. */
export function treeLines(state: State, area: Area): readonly Line[] {
  const { tree } = state
  const lines: Line[] = []
  for (const { row, parts } of shownRows(tree, area)) {
    const marked = row === tree.at.cursor && state.pane === 'tree'
    lines.push(...parts.map((pieces) => ({ pieces, marked })))
  }
  return lines.slice(0, area.height)
}

/** The row of the tree that is drawn so many rows below the pane's first. */
export function treeRowAt({ tree }: State, area: Area, below: number): number {
  let left = below
  for (const { row, parts } of shownRows(tree, area)) {
    left -= parts.length
    if (left < 0) return row
  }
  return tree.outline.ids.length
}

interface ShownRow {
  readonly row: number
  /** One in all, unless long rows are wrapped. */
  readonly parts: readonly (readonly Piece[])[]
}

function shownRows(tree: TreeState, { width, height }: Area): readonly ShownRow[] {
  const { ids } = tree.outline
  const shown: ShownRow[] = []
  let used = 0
  for (let row = tree.at.top; row < ids.length && (used < height || row <= tree.at.cursor); row++) {
    const parts = drawRow(tree, ids[row]!, width)
    shown.push({ row, parts })
    used += parts.length
    // wrapped rows above must not push the cursor off the pane
    while (used > height && row === tree.at.cursor && shown.length > 1) used -= shown.shift()!.parts.length
  }
  return shown
}

function drawRow(tree: TreeState, id: NodeId, width: number): ShownRow['parts'] {
  const node = tree.view.get(id)
  const { sign, tone } = changes[node.mark]
  const found = tree.finds?.is[id] === 1
  const attributes = showsAttributes(tree, width)
    ? `${printMode(node)} ${`${node.uid}:${node.gid}`.padStart(11)} ${printSize(node.subtreeSize).padStart(10)}  `
    : ''
  const head: Piece = { text: `${sign} ${attributes}`, tone }
  const branches: Piece = { text: branchesOf(tree, id) }
  const name = `${node.name}${suffix(node)}`
  const room = width - head.text.length - branches.text.length
  const names = tree.wrap && room > 8 ? wrapCells(name, room) : [name]
  const nameTone: Tone = found ? 'found' : tone
  return names.map((text, i) =>
    i === 0
      ? [head, branches, { text, tone: nameTone }]
      : [{ text: ' '.repeat(head.text.length + branches.text.length) }, { text, tone: nameTone }],
  )
}

function suffix({ kind, target }: TreeNode): string {
  return target === undefined ? '' : kind === 'hardlink' ? ` = ${target}` : ` → ${target}`
}

function branchesOf(tree: TreeState, id: NodeId): string {
  const shape = tree.tree.shape
  const { last } = tree.outline
  const folded = tree.collapsed.has(id) && holdsPaths(id, shape) ? '⊕ ' : '─ '
  let text = `${last[id] === 1 ? '└─' : '├─'}${folded}`
  for (let at = shape.parent[id]!; at !== 0; at = shape.parent[at]!)
    text = `${last[at] === 1 ? '    ' : '│   '}${text}`
  return text
}

const types: Readonly<Record<NodeKind, string>> = {
  file: '-',
  hardlink: '-',
  directory: 'd',
  symlink: 'l',
  char: 'c',
  block: 'b',
  fifo: 'p',
}

/** As `ls -l` writes them, set-id and sticky bits too. */
export function printMode({ kind, mode }: Pick<TreeNode, 'kind' | 'mode'>): string {
  const three = (bits: number, special: boolean, letter: string): string => {
    const run = (bits & 1) !== 0
    const last = special ? (run ? letter : letter.toUpperCase()) : run ? 'x' : '-'
    return `${(bits & 4) !== 0 ? 'r' : '-'}${(bits & 2) !== 0 ? 'w' : '-'}${last}`
  }
  const user = three((mode >> 6) & 7, (mode & 0o4000) !== 0, 's')
  const group = three((mode >> 3) & 7, (mode & 0o2000) !== 0, 's')
  return `${types[kind]}${user}${group}${three(mode & 7, (mode & 0o1000) !== 0, 't')}`
}
