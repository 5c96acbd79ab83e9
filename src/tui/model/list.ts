// Where a list stands: the row the cursor is on and the topmost row shown. Every list of the browser moves by these functions.

export interface Position {
  readonly cursor: number
  readonly top: number
}

export interface Extent {
  /** Rows there are. */
  readonly length: number
  /** Rows that fit. */
  readonly height: number
}

export const atTop: Position = { cursor: 0, top: 0 }

/** Puts the cursor on a row (the nearest there is) and moves what is shown no further than needed. */
export function moveTo(position: Position, cursor: number, { length, height }: Extent): Position {
  const to = Math.max(0, Math.min(cursor, length - 1))
  const last = Math.max(0, length - height)
  let top = Math.min(position.top, last)
  if (to < top) top = to
  if (to >= top + height) top = to - height + 1
  return to === position.cursor && top === position.top ? position : { cursor: to, top }
}

/** Puts the cursor on a row and that row into the middle, unless it is on the screen already. */
export function jumpTo(position: Position, cursor: number, extent: Extent): Position {
  const shown = cursor >= position.top && cursor < position.top + extent.height
  const top = shown ? position.top : Math.max(0, cursor - Math.floor(extent.height / 2))
  return moveTo({ cursor: position.cursor, top }, cursor, extent)
}

/** Moves what is shown, as a wheel does; the cursor goes along only where it would leave the screen. */
export function scrollBy(position: Position, rows: number, { length, height }: Extent): Position {
  const top = Math.max(0, Math.min(position.top + rows, length - height))
  const cursor = Math.max(top, Math.min(position.cursor, top + height - 1, length - 1))
  return { cursor, top }
}
