// The movement between two pictures of the treemap: one grows out of a box of the other, or shrinks back into it.
import type { Box } from './squarify.ts'

const duration = 190

export interface Zoom {
  readonly from: Box
  readonly to: Box
  /** `in`: the new picture grows over the old one; `out`: the old one shrinks and uncovers the new. */
  readonly direction: 'in' | 'out'
  readonly before: CanvasImageSource
  readonly after: CanvasImageSource
}

/** Draws the movement on `brush`, calls `done` at its end; returns what stops it. */
export function animate(
  brush: CanvasRenderingContext2D,
  { from, to, direction, before, after }: Zoom,
  { width, height, done }: { readonly width: number; readonly height: number; readonly done: () => void },
): () => void {
  const began = performance.now()
  const [under, over] = direction === 'in' ? [before, after] : [after, before]
  const step = (now: number): void => {
    const share = Math.min(1, (now - began) / duration)
    if (share === 1) {
      done()
      return
    }
    const eased = 1 - (1 - share) ** 3
    const box = between(from, to, eased)
    brush.drawImage(under, 0, 0, width, height)
    brush.globalAlpha = direction === 'in' ? eased : 1 - eased
    brush.drawImage(over, box.x, box.y, box.width, box.height)
    brush.globalAlpha = 1
    frame = requestAnimationFrame(step)
  }
  let frame = requestAnimationFrame(step)
  return () => cancelAnimationFrame(frame)
}

export function copyOf(canvas: HTMLCanvasElement): HTMLCanvasElement {
  const copy = document.createElement('canvas')
  copy.width = canvas.width
  copy.height = canvas.height
  copy.getContext('2d')!.drawImage(canvas, 0, 0)
  return copy
}

function between(from: Box, to: Box, share: number): Box {
  const mix = (a: number, b: number): number => a + (b - a) * share
  return {
    x: mix(from.x, to.x),
    y: mix(from.y, to.y),
    width: mix(from.width, to.width),
    height: mix(from.height, to.height),
  }
}
