// Which lines of a Dockerfile belong to which layers.
import type { StudyLayer, StudyReport } from '../engine/index.ts'
import { titleOf } from './layers.ts'

export interface Line {
  /** Absent for an instruction whose Dockerfile is not known. */
  readonly number: number | undefined
  readonly text: string
  /** The layers that the instruction of this line made. */
  readonly layers: readonly StudyLayer[]
  /** Not the first line of its instruction. */
  readonly continues: boolean
}

/** The lines of the Dockerfile, or what the history remembers in its place. */
export function linesOf(report: Pick<StudyReport, 'image' | 'layers' | 'history'>): Line[] {
  const { image, layers, history } = report
  if (image.dockerfile === undefined)
    return history.map(({ createdBy, layer }) => ({
      number: undefined,
      text: titleOf(layer === undefined ? { createdBy } : layers[layer]!),
      layers: layer === undefined ? [] : [layers[layer]!],
      continues: false,
    }))
  const { text, file, instructions } = image.dockerfile
  return text
    .replace(/\r?\n$/, '')
    .split(/\r?\n/)
    .map((words, i) => {
      const number = i + 1
      const instruction = instructions.find(({ line, endLine }) => line <= number && number <= endLine)
      const made = layers.filter(
        ({ place }) => place?.file === file && instruction !== undefined && place.line === instruction.line,
      )
      return {
        number,
        text: words,
        layers: made,
        continues: instruction !== undefined && instruction.line < number,
      }
    })
}
