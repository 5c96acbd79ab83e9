// Squarified treemaps (Bruls, Huizing, van Wijk, 2000): rectangles of given areas, each as near to a square as going row by row allows.

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Divides `box` among `areas`, largest first; any positive unit. The boxes come in the same order. */
export function squarify(areas: readonly number[], box: Box): Box[] {
  const total = areas.reduce((sum, area) => sum + area, 0)
  if (total <= 0 || box.width <= 0 || box.height <= 0)
    return areas.map(() => ({ x: box.x, y: box.y, width: 0, height: 0 }))
  const scale = (box.width * box.height) / total
  const boxes: Box[] = []
  let free = box
  let at = 0
  while (at < areas.length) {
    const side = Math.min(free.width, free.height)
    let sum = areas[at]! * scale
    let to = at + 1
    let worst = ratio(areas[at]! * scale, areas[at]! * scale, { sum, side })
    while (to < areas.length) {
      const more = sum + areas[to]! * scale
      const next = ratio(areas[at]! * scale, areas[to]! * scale, { sum: more, side })
      if (next > worst) break
      worst = next
      sum = more
      to++
    }
    free = layRow(
      areas.slice(at, to).map((area) => area * scale),
      { sum, free, boxes },
    )
    at = to
  }
  return boxes
}

/** How far the worst of a row of rectangles is from a square. */
function ratio(largest: number, smallest: number, row: { sum: number; side: number }): number {
  if (smallest === 0 || row.side === 0) return Number.POSITIVE_INFINITY
  const square = row.sum * row.sum
  const side = row.side * row.side
  return Math.max((side * largest) / square, square / (side * smallest))
}

/** Lays one row along the shorter side and returns what is left of the box. */
function layRow(areas: readonly number[], into: { sum: number; free: Box; boxes: Box[] }): Box {
  const { sum, free, boxes } = into
  const upright = free.width >= free.height
  const thickness = upright ? sum / free.height : sum / free.width
  let along = upright ? free.y : free.x
  for (const area of areas) {
    const length = thickness === 0 ? 0 : area / thickness
    boxes.push(
      upright
        ? { x: free.x, y: along, width: thickness, height: length }
        : { x: along, y: free.y, width: length, height: thickness },
    )
    along += length
  }
  return upright
    ? { x: free.x + thickness, y: free.y, width: Math.max(0, free.width - thickness), height: free.height }
    : { x: free.x, y: free.y + thickness, width: free.width, height: Math.max(0, free.height - thickness) }
}
