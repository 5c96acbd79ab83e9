// The layers: which are compared, how large they are, what made them.
import { printSize } from '../../core/index.ts'
import type { StudyLayer } from '../../engine/index.ts'
import { printCommand } from '../model/costs.ts'
import type { Area } from '../model/layout.ts'
import { type State, spanOf } from '../model/state.ts'
import { type Line, lineOf, type Piece } from './line.ts'

export const layersHead = lineOf(`Cmp ${'Size'.padStart(7)}  Command`, 'strong')

export function layerRows(state: State, area: Area): readonly Line[] {
  const { at } = state.layers
  return state.study.report.layers.slice(at.top, at.top + area.height).map((layer) => ({
    pieces: [
      compared(state, layer.index),
      { text: ` ${printSize(layer.size).padStart(8)}  ${heading(layer)}` },
    ],
    marked: layer.index === at.cursor,
  }))
}

/** The lower side of what is compared and the upper one, told apart without colours too. */
function compared(state: State, layer: number): Piece {
  if (state.comparison !== undefined) return { text: '   ' }
  const { lower, upper } = spanOf(state.layers)
  if (layer < upper && layer >= Math.min(lower, upper - 1)) return { text: '▓▓ ', tone: 'above' }
  return layer < lower ? { text: '░░ ', tone: 'below' } : { text: '   ' }
}

function heading(layer: StudyLayer): string {
  const command = printCommand(layer.createdBy)
  if (layer.index === 0 && !/^(?:COPY|ADD|RUN) /.test(command))
    return `FROM ${command === '' ? layer.diffId.slice(7, 22) : command}`
  return command === '' ? layer.diffId.slice(7, 22) : command
}
