// A file's content, and what differs from the version below it.

import type { DifferenceLine } from '../../core/index.ts'
import { printSize } from '../../core/index.ts'
import { type FileScreen, readLimit } from '../model/file-screen.ts'
import type { Area } from '../model/layout.ts'
import type { State } from '../model/state.ts'
import { type Line, lineOf, type Tone } from './line.ts'
import { titleLine } from './title.ts'
import { describeLayer } from './waste-screen.ts'

const signs: Readonly<Record<DifferenceLine['change'], readonly [string, Tone]>> = {
  same: ['  ', 'plain'],
  added: ['+ ', 'added'],
  removed: ['- ', 'removed'],
}

export function fileLines(state: State, { width, height }: Area): readonly Line[] {
  const file = state.file
  if (file === undefined) return []
  const shown = Math.max(0, Math.min(height - 2, file.lines.length - file.at.top))
  const rows = Array.from({ length: shown }, (_, i): Line => {
    const { change, text } = file.lines.at(file.at.top + i)!
    const [sign, tone] = signs[change]
    const cut = [...text.replaceAll('\t', '    ')].slice(file.left).join('')
    return lineOf(file.mode === 'difference' ? sign + cut : cut, tone)
  })
  return [titleLine(file.path, width, true), lineOf(about(state, file, height), 'dim'), ...rows]
}

function about(state: State, { content, below, lines, at, mode }: FileScreen, height: number): string {
  if (content === undefined) return 'reading …'
  const { version } = content
  const cut = version.size > content.bytes.length ? `, the first ${printSize(readLimit)} of it` : ''
  const against =
    mode !== 'difference'
      ? ''
      : below === undefined
        ? ', nothing to compare with'
        : `, against ${whose(state, below.version.layer)}`
  const last = Math.min(lines.length, at.top + height - 2)
  return `${printSize(version.size)}${cut}, from ${whose(state, version.layer)}${against}  lines ${lines.length === 0 ? 0 : at.top + 1}-${last} of ${lines.length}`
}

/** The layer, or of two images the one that it belongs to: the lower layers of their tree are the first one's. */
function whose({ study, comparison }: State, layer: number): string {
  if (comparison === undefined) return describeLayer(study.report, layer)
  return layer < comparison.before ? comparison.report.before : comparison.report.after
}
