// What the demo prints: headings, sentences, claims, and the output of commands with long stretches left out.

const width = 78
let lastLine = ''

export function put(line: string): void {
  process.stdout.write(`${line}\n`)
  lastLine = line
}

/** An empty line, unless there is one already. */
export function gap(): void {
  if (lastLine !== '') put('')
}

export function heading(text: string): void {
  gap()
  put('')
  put(text)
  put('-'.repeat(text.length))
  put('')
}

/** One or two sentences, wrapped. */
export function tell(text: string): void {
  gap()
  for (const line of wrap(text, '')) put(line)
  put('')
}

/** What the demo has checked; `holds` says whether it was so. */
export function printClaim(text: string, holds: boolean): void {
  if (!lastLine.startsWith('  ')) gap()
  for (const [index, line] of wrap(text, '    ').entries())
    put(index > 0 ? line : `${holds ? '  ✓' : '  ✗'} ${line.trimStart()}`)
  if (!holds) put('    THIS DOES NOT HOLD')
}

function wrap(text: string, indent: string): readonly string[] {
  const lines: string[] = []
  let line = indent
  for (const word of text.split(/\s+/)) {
    if (line.trim() !== '' && line.length + word.length + 1 > width) {
      lines.push(line)
      line = indent
    }
    line += line === indent ? word : ` ${word}`
  }
  return [...lines, line]
}

/** A line of a build's plain progress that a command inside the build wrote: number of the step, seconds, text. */
const spoken = /^#(\d+) \d+\.\d+ /
const shown = { first: 2, last: 2 }

/** Prints lines as they come; of the output of one build step only the beginning and the end. */
export function openPrinter(): { line(text: string): void; end(): void } {
  let step: string | undefined
  let count = 0
  let last: string[] = []
  const leave = (): void => {
    const hidden = count - shown.first - last.length
    if (hidden > 0) put(`   [… ${hidden} more ${hidden === 1 ? 'line' : 'lines'} …]`)
    for (const text of last) put(text)
    step = undefined
    count = 0
    last = []
  }
  return {
    line(text) {
      const number = spoken.exec(text)?.[1]
      if (number !== step) leave()
      if (number === undefined) return put(text)
      step = number
      count++
      if (count <= shown.first) return put(text)
      last.push(text)
      if (last.length > shown.last) last.shift()
    },
    end: leave,
  }
}

export function printBytes(bytes: number): string {
  return `${bytes.toLocaleString('en')} bytes`
}
