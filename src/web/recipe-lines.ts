// Which lines of a Dockerfile belong to which layers: an instruction starts where the study says, and goes on over continued lines and
// here documents.
import type { StudyLayer, StudyReport } from '../engine/index.ts'

export interface Line {
  readonly number: number | undefined
  readonly text: string
  /** The layers that the instruction of this line made. */
  readonly layers: readonly StudyLayer[]
  /** Not the first line of its instruction. */
  readonly continues: boolean
}

export function linesOf(text: string, { layers }: StudyReport): Line[] {
  const starting = new Map<number, StudyLayer[]>()
  for (const layer of layers) {
    if (layer.place === undefined || layer.base) continue
    starting.set(layer.place.line, [...(starting.get(layer.place.line) ?? []), layer])
  }
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/)
  let current: readonly StudyLayer[] = []
  let open: 'no' | 'continued' | readonly string[] = 'no'
  return lines.map((line, i) => {
    const continues = open !== 'no'
    if (!continues) current = starting.get(i + 1) ?? []
    open = after(line, open)
    return { number: i + 1, text: line, layers: current, continues }
  })
}

/** What is open behind a line: nothing, a continued line, or the here documents whose ends are awaited. */
function after(
  line: string,
  open: 'no' | 'continued' | readonly string[],
): 'no' | 'continued' | readonly string[] {
  if (typeof open === 'object') {
    const rest = line.replace(/^\t+/, '') === open[0] ? open.slice(1) : open
    return rest.length === 0 ? 'no' : rest
  }
  if (/^\s*#/.test(line)) return open
  const documents = [...line.matchAll(/<<-?(["']?)(\w+)\1/g)].map((match) => match[2]!)
  if (documents.length > 0) return documents
  return /\\\s*$/.test(line) ? 'continued' : 'no'
}
