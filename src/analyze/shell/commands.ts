// The command line of a RUN as a flat list of commands. Reads what people write in Dockerfiles: words, quotes, `&&`, `||`, `;`, `|` and
// redirections. Anything with a grammar of its own (loops, conditions, groups, functions, here documents, comments) is not read at all:
// who asks about such a line learns nothing, rather than something wrong.

export interface ShellWord {
  /** Without quotes and escape characters. */
  readonly text: string
  /** Whether the shell puts something in its place: a variable or the output of a command. */
  readonly dynamic: boolean
}

/** What stands before a command: nothing before the first. */
export type Joint = '' | '&&' | '||' | ';' | '|' | '&'

export interface ShellCommand {
  readonly joint: Joint
  /** The program and what it is given; variables that are set for it alone (`A=b program`) are left out, but for dynamic ones. */
  readonly words: readonly ShellWord[]
  /** Files that output is redirected into. */
  readonly outputs: readonly string[]
  /** The command in the text, without blanks around. */
  readonly start: number
  readonly end: number
}

const grammar = new Set(
  'if then else elif fi for while until do done case esac select function { } ! [['.split(' '),
)

/** The commands of a shell's line; `undefined` where they cannot be told. */
export function readCommands(text: string): readonly ShellCommand[] | undefined {
  const commands: ShellCommand[] = []
  let joint: Joint = ''
  let words: ShellWord[] = []
  let outputs: string[] = []
  let start = -1
  let end = -1
  let redirected: 'in' | 'out' | undefined
  const close = (next: Joint): boolean => {
    if (words.length === 0) return false
    const program = Math.max(
      words.findIndex((word) => !isAssignment(word)),
      0,
    )
    commands.push({ joint, words: words.slice(program), outputs, start, end })
    joint = next
    words = []
    outputs = []
    start = -1
    return true
  }
  for (let at = 0; at < text.length; ) {
    const ch = text[at]!
    if (/\s/.test(ch)) {
      at++
      continue
    }
    const operator = /^(?:&&|\|\||;;?|\||&(?!>))/.exec(text.slice(at))?.[0]
    if (operator !== undefined) {
      if (operator === ';;' || redirected !== undefined || !close(operator as Joint)) return undefined
      at += operator.length
      continue
    }
    const redirect = /^(?:\d*(?:>>|>\||>&|>|<&|<)|&>>?)/.exec(text.slice(at))?.[0]
    if (redirect !== undefined) {
      if (redirected !== undefined || text.startsWith('<<', at + redirect.length - 1)) return undefined
      if (start < 0) start = at
      at += redirect.length
      end = at
      redirected = redirect.includes('<') ? 'in' : 'out'
      continue
    }
    const word = readWord(text, at)
    if (word === undefined) return undefined
    if (redirected === undefined) {
      if (words.length === 0 && grammar.has(word.text)) return undefined
      words.push(word)
    } else if (redirected === 'out' && !word.dynamic) outputs.push(word.text)
    redirected = undefined
    if (start < 0) start = at
    at = word.end
    end = at
  }
  if (redirected !== undefined) return undefined
  const dangling = !close('')
  return dangling && (joint as Joint) !== ';' && (joint as Joint) !== '' ? undefined : commands
}

function isAssignment({ text, dynamic }: ShellWord): boolean {
  return !dynamic && /^[A-Za-z_]\w*=/.test(text)
}

function readWord(text: string, from: number): (ShellWord & { readonly end: number }) | undefined {
  if (text[from] === '#') return undefined
  let word = ''
  let dynamic = false
  let at = from
  while (at < text.length && !/[\s;&|<>]/.test(text[at]!)) {
    const ch = text[at]!
    if (ch === '(' || ch === ')') return undefined
    if (ch === "'") {
      const close = text.indexOf("'", at + 1)
      if (close < 0) return undefined
      word += text.slice(at + 1, close)
      at = close + 1
    } else if (ch === '"') {
      const close = quoteEnd(text, at)
      if (close === undefined) return undefined
      const inner = text.slice(at + 1, close)
      if (/[$`]/.test(inner)) dynamic = true
      word += inner.replace(/\\(["\\$`])/g, '$1')
      at = close + 1
    } else if (ch === '\\') {
      word += text[at + 1] ?? ''
      at += 2
    } else if (ch === '`' || text.startsWith('$(', at) || text.startsWith('${', at)) {
      const close = substitutionEnd(text, at)
      if (close === undefined) return undefined
      dynamic = true
      word += text.slice(at, close)
      at = close
    } else {
      if (ch === '$') dynamic = true
      word += ch
      at++
    }
  }
  return { text: word, dynamic, end: Math.min(at, text.length) }
}

function quoteEnd(text: string, from: number): number | undefined {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '"') return at
    else if (text.startsWith('$(', at) || text[at] === '`') {
      const close = substitutionEnd(text, at)
      if (close === undefined) return undefined
      at = close - 1
    }
  }
  return undefined
}

/** Behind a `$(…)`, a `${…}` or a pair of backticks. */
function substitutionEnd(text: string, from: number): number | undefined {
  if (text[from] === '`') {
    const close = text.indexOf('`', from + 1)
    return close < 0 ? undefined : close + 1
  }
  const [open, shut] = text[from + 1] === '(' ? ['(', ')'] : ['{', '}']
  let depth = 0
  for (let at = from + 1; at < text.length; at++) {
    const ch = text[at]!
    if (ch === '\\') at++
    else if (ch === "'") {
      at = text.indexOf("'", at + 1)
      if (at < 0) return undefined
    } else if (ch === open) depth++
    else if (ch === shut && --depth === 0) return at + 1
  }
  return undefined
}
