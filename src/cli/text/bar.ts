// A bar on a time axis, drawn with blocks: what a flame chart in a terminal is made of.

export interface Span {
  readonly from: number
  readonly to: number
}

/** `span` within `axis`, `cells` wide and at least one block long; no spaces at its end. */
export function printBar(
  span: Span,
  axis: Span,
  { cells, block }: { readonly cells: number; readonly block: string },
): string {
  const length = Math.max(1, axis.to - axis.from)
  const cell = (at: number): number => Math.round(((at - axis.from) / length) * cells)
  const start = Math.min(cells - 1, Math.max(0, cell(span.from)))
  const end = Math.min(cells, Math.max(start + 1, cell(span.to)))
  return ' '.repeat(start) + block.repeat(end - start)
}
