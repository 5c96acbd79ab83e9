// The Dockerfile, or the history where the file is not known, with what each line costs.
import { printSize } from '../../core/index.ts'
import { costLines } from '../model/costs.ts'
import type { Area } from '../model/layout.ts'
import type { State } from '../model/state.ts'
import { type Line, lineOf } from './line.ts'
import { titleLine } from './title.ts'

export function dockerfileLines({ study, dockerfile }: State, { width, height }: Area): readonly Line[] {
  const { report } = study
  const name = report.image.dockerfile?.file ?? 'History (the Dockerfile is not known)'
  const rows = costLines(report)
    .slice(dockerfile.top, dockerfile.top + height - 2)
    .map(({ number, layer, bytes, wasted, text }, i): Line => {
      const row = dockerfile.top + i
      const line = number === undefined ? '' : String(number)
      const size = layer === undefined ? '' : printSize(bytes)
      return {
        pieces: [
          { text: `${line.padStart(5)} `, tone: 'dim' },
          { text: `${size.padStart(9)} ` },
          { text: `${(wasted === 0 ? '' : printSize(wasted)).padStart(9)}`, tone: 'removed' },
          { text: `  ${text}` },
        ],
        marked: row === dockerfile.cursor,
      }
    })
  return [
    titleLine(name, width, true),
    lineOf(`${'Line'.padStart(5)} ${'Size'.padStart(9)} ${'Wasted'.padStart(9)}  Instruction`, 'strong'),
    ...rows,
  ]
}
