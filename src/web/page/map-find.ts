// Which box is under a point, and which lies next in a direction.
import type { Cell } from './map-layout.ts'
import type { Box } from './squarify.ts'

export type Arrow = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown'

/** The innermost box at a point: what is inside comes behind what it is in. */
export function cellAt(cells: readonly Cell[], { x, y }: { x: number; y: number }): Cell | undefined {
  return cells.findLast(
    ({ box }) => x >= box.x && y >= box.y && x < box.x + box.width && y < box.y + box.height,
  )
}

/** The box that lies nearest in the direction of an arrow; `undefined` at the edge. */
export function nearest(cells: readonly Cell[], from: Cell, arrow: Arrow): Cell | undefined {
  const a = middle(from.box)
  let best: { cell: Cell; distance: number } | undefined
  for (const cell of cells) {
    if (cell.row === from.row) continue
    const b = middle(cell.box)
    const across = arrow === 'ArrowLeft' || arrow === 'ArrowRight'
    const [along, aside] = across ? [b.x - a.x, b.y - a.y] : [b.y - a.y, b.x - a.x]
    const ahead = arrow === 'ArrowLeft' || arrow === 'ArrowUp' ? -along : along
    if (ahead <= 1) continue
    const distance = ahead + 2.5 * Math.abs(aside)
    if (best === undefined || distance < best.distance) best = { cell, distance }
  }
  return best?.cell
}

function middle({ x, y, width, height }: Box): { x: number; y: number } {
  return { x: x + width / 2, y: y + height / 2 }
}
