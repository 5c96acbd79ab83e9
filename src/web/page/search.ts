// Finds the paths that hold some text, upper and lower case alike. The names of all paths are one long text, made at the first search.
import type { Paths } from './paths.ts'

export interface Finder {
  /** One for each row that matches; `undefined` for an empty query. */
  find(query: string): Uint8Array | undefined
}

export function createFinder(paths: Paths): Finder {
  let names: Text | undefined
  let whole: Text | undefined
  return {
    find(query) {
      const wanted = query.trim().toLowerCase()
      if (wanted === '') return undefined
      // a name holds no `/`, so only a query with one needs the whole paths
      if (!wanted.includes('/')) {
        names ??= textOf(paths.names().toLowerCase(), paths.rows)
        return search(names, wanted)
      }
      whole ??= textOf(wholePaths(paths).toLowerCase(), paths.rows)
      return search(whole, wanted)
    },
  }
}

interface Text {
  readonly text: string
  /** Where the text of each row starts; rows are ended by NUL, which no name holds. */
  readonly start: Uint32Array
}

function textOf(text: string, rows: number): Text {
  const start = new Uint32Array(rows + 1)
  for (let row = 1; row <= rows; row++) start[row] = text.indexOf('\0', start[row - 1]) + 1
  return { text, start }
}

/** From the root with a `/` before, each ended by NUL. */
function wholePaths(paths: Paths): string {
  const names = paths.names().split('\0')
  const whole: string[] = ['']
  for (let row = 1; row < paths.rows; row++) whole.push(`${whole[paths.parent[row]!]}/${names[row]}`)
  return `${whole.join('\0')}\0`
}

function search({ text, start }: Text, wanted: string): Uint8Array {
  const hits = new Uint8Array(start.length - 1)
  for (let at = text.indexOf(wanted); at >= 0; ) {
    const row = rowAt(start, at)
    hits[row] = 1
    at = text.indexOf(wanted, start[row + 1])
  }
  return hits
}

/** The row whose text holds the character at `at`. */
function rowAt(start: Uint32Array, at: number): number {
  let [from, to] = [0, start.length - 1]
  while (to - from > 1) {
    const middle = (from + to) >>> 1
    if (start[middle]! <= at) from = middle
    else to = middle
  }
  return from
}
