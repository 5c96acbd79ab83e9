// The whole screen: a state and a size give cells.
import { type Area, bodyOf, layOut, leastColumns, leastRows } from '../model/layout.ts'
import type { Pane, State } from '../model/state.ts'
import { createGrid, type Grid } from '../terminal/grid.ts'
import { barLine, statusLine } from './bar.ts'
import { imageLength, imageLine, layerLines } from './details.ts'
import { dockerfileLines } from './dockerfile-screen.ts'
import { fileLines } from './file-screen.ts'
import { helpLines } from './help.ts'
import { layerRows, layersHead } from './layers-pane.ts'
import { type Line, lineOf } from './line.ts'
import { secretsLines } from './secrets-screen.ts'
import { titleLine } from './title.ts'
import { treeHead, treeLines } from './tree-pane.ts'
import { wasteLines } from './waste-screen.ts'
import { wrapText } from './wrap.ts'

export function drawScreen(state: State): Grid {
  const { columns, rows } = state.size
  const grid = createGrid(columns, rows)
  const put = (area: Area, lines: readonly Line[]): void => {
    for (const [row, line] of lines.entries()) grid.put(area, row, line)
  }
  if (columns < leastColumns || rows < leastRows) {
    const text = wrapText(`needs ${leastColumns} by ${leastRows} cells (q quits)`, columns)
    put(
      { x: 0, y: 0, width: columns, height: rows },
      text.map((row) => lineOf(row)),
    )
    return grid
  }
  const layout = layOut(state)
  if (state.screen === 'panes')
    for (const [pane, area] of Object.entries(layout.panes) as [Pane, Area][]) {
      put(area, headOf(state, pane, area))
      const body = bodyOf(pane, area)!
      put(body, rowsOf(state, pane, body))
    }
  else put(layout.whole, screenLines(state, layout.whole))
  put(layout.line, [statusLine(state, columns)])
  put(layout.bar, [barLine(state, columns)])
  return grid
}

function screenLines(state: State, area: Area): readonly Line[] {
  switch (state.screen) {
    case 'waste':
      return wasteLines(state, area)
    case 'secrets':
      return secretsLines(state, area)
    case 'dockerfile':
      return dockerfileLines(state, area)
    case 'file':
      return fileLines(state, area)
    default:
      return [
        titleLine('Help', area.width, true),
        lineOf(''),
        ...helpLines(state.keymap, area.width).slice(state.help, state.help + area.height - 2),
      ]
  }
}

function headOf(state: State, pane: Pane, { width }: Area): readonly Line[] {
  const title = titleLine(titleOf(state, pane), width, state.pane === pane)
  if (pane === 'layers') return [title, layersHead]
  return pane === 'tree' ? [title, treeHead(state.tree, width)] : [title]
}

function titleOf(state: State, pane: Pane): string {
  if (pane === 'layers') return 'Layers'
  if (pane === 'layer') return 'Layer Details'
  if (pane === 'image') return 'Image Details'
  const { comparison, layers } = state
  if (comparison !== undefined) return `From ${comparison.report.before} to ${comparison.report.after}`
  if (layers.changes === 'marked') return `Layer ${layers.mark!} compared with layer ${layers.at.cursor}`
  return layers.changes === 'aggregated' ? 'Aggregated Layer Contents' : 'Current Layer Contents'
}

function rowsOf(state: State, pane: Pane, area: Area): readonly Line[] {
  const { report } = state.study
  switch (pane) {
    case 'layers':
      return layerRows(state, area)
    case 'layer':
      return layerLines(report, report.layers[state.layers.at.cursor]!, area.width).slice(
        state.layerTop,
        state.layerTop + area.height,
      )
    case 'image': {
      const { top, cursor } = state.image
      const shown = Math.min(area.height, imageLength(report) - top)
      return Array.from({ length: Math.max(0, shown) }, (_, i) => ({
        ...imageLine(report, top + i),
        marked: state.pane === 'image' && top + i === cursor,
      }))
    }
    case 'tree':
      return treeLines(state, area)
  }
}
