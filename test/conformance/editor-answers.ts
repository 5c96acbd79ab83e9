// The questions of an editor's Dockerfile package, answered from the parts of a text.
import { isFault, type Place } from '../../src/core/index.ts'
import {
  expandWord,
  type InstructionPart,
  type Part,
  readParts,
  type VariablePart,
} from '../../src/dockerfile/index.ts'

/** Objects whose fields are the package's accessors without `get` and `()`. */
export function answersFor(text: string) {
  const { directives, comments, instructions } = readParts(text)
  const scopes = scopesOf(instructions)
  const all = instructions.map((part, index) => instructionAnswers(part, scopes[index]!))
  const kind = (keyword: string) => all.filter((one) => one.keyword === keyword)
  const places = [...directives, ...comments, ...instructions].map(({ place }) => place)
  return {
    directives: directives.map(({ name, value, place, namePlace, valuePlace }) => ({
      ...{ name, value, range: place, nameRange: namePlace, valueRange: valuePlace },
      toString: `# ${name}=${value}`,
    })),
    comments: comments.map(({ content, place, contentPlace = null }) => ({
      ...{ content, range: place, contentRange: contentPlace },
      toString: content === '' ? '#' : `# ${content}`,
    })),
    instructions: all,
    range: places.length === 0 ? null : span(places),
    FROMs: kind('FROM').map((one) => ({ ...one, ...fromAnswers(one.part) })),
    ARGs: kind('ARG').map((one) => ({ ...one, property: propertyOf(one.part) })),
    COPYs: kind('COPY'),
    CMDs: kind('CMD'),
    ENTRYPOINTs: kind('ENTRYPOINT'),
  }
}

function span(places: readonly Place[]): Place {
  const sorted = places.toSorted((a, b) => a.line - b.line || a.column - b.column)
  const { endLine, endColumn } = places.toSorted(
    (a, b) => b.endLine - a.endLine || b.endColumn - a.endColumn,
  )[0]!
  return { ...sorted[0]!, endLine, endColumn }
}

type Scope = ReadonlyMap<string, { readonly from: 'ARG' | 'ENV'; readonly value: string | undefined }>

/** What is declared before each instruction: FROM sees what stands before the first one, a stage what it says itself. */
function scopesOf(instructions: readonly InstructionPart[]): readonly Scope[] {
  const global = new Map<string, { from: 'ARG' | 'ENV'; value: string | undefined }>()
  let stage = global
  let started = false
  return instructions.map((part) => {
    const keyword = part.keyword.text.toUpperCase()
    if (keyword === 'FROM') {
      started = true
      stage = new Map()
      return new Map([...global].filter(([, { from }]) => from === 'ARG'))
    }
    const before = new Map(stage)
    const scope = started ? stage : global
    if (keyword === 'ARG' || keyword === 'ENV')
      for (const { text } of part.arguments) {
        const equals = text.indexOf('=')
        const name = equals < 0 ? text : text.slice(0, equals)
        if (keyword === 'ARG' && scope.get(name)?.from === 'ENV') continue
        scope.set(name, { from: keyword, value: equals < 0 ? undefined : text.slice(equals + 1) })
      }
    return before
  })
}

function instructionAnswers(part: InstructionPart, scope: Scope) {
  const { keyword, place, flags, lines } = part
  const words = [...flags, ...part.arguments].map(({ text }) => text)
  const [trigger] = part.arguments
  const fromFlag = flags.find(({ text }) => /^--from(?:=|$)/.test(text))
  return {
    part,
    range: place,
    instruction: keyword.text,
    keyword: keyword.text.toUpperCase(),
    instructionRange: keyword.place,
    arguments: Object.assign(part.arguments.map(argumentAnswers), { length: part.arguments.length }),
    expandedArguments: part.arguments.map((argument) => {
      const value = expand(argument.text, scope)
      return { value, range: argument.place, toString: value }
    }),
    argumentsContent: lines.length === 0 ? null : lines.map(({ text }) => text).join(''),
    argumentsRange: lines.length === 0 ? null : span(lines.map((line) => line.place)),
    argumentsRanges: lines.map((line) => line.place),
    flags: flags.map(flagAnswers),
    fromFlag: fromFlag === undefined ? null : flagAnswers(fromFlag),
    variables: part.variables.map((variable) => variableAnswers(variable, scope)),
    toString: [keyword.text.toUpperCase(), ...words].join(' '),
    triggerWord: trigger?.text ?? null,
    triggerInstruction: trigger === undefined ? null : { keyword: trigger.text.toUpperCase() },
    ...jsonAnswers(lines.map(({ text }) => text).join('')),
  }
}

function argumentAnswers({ text, place }: Part) {
  return { value: text, range: place, toString: text }
}

function expand(text: string, scope: Scope): string {
  return text.replace(
    /\$(\w+)|\$\{(\w+)\}/g,
    (whole, plain?: string, braced?: string) => scope.get(plain ?? braced ?? '')?.value ?? whole,
  )
}

function flagAnswers(flag: Part) {
  const equals = flag.text.indexOf('=')
  const nameEnd = equals < 0 ? flag.text.length : equals
  return {
    name: flag.text.slice(2, nameEnd),
    nameRange: within(flag, 2, nameEnd),
    value: equals < 0 ? null : flag.text.slice(equals + 1),
    valueRange: equals < 0 ? null : within(flag, equals + 1, flag.text.length),
    range: flag.place,
    toString: flag.text,
  }
}

/** The place of a slice of a part's text. Parts never go over a line without their characters telling so. */
function within(part: Part, from: number, to: number): Place {
  const { file, line, column } = placeOf(part, from)
  if (to <= from) return { file, line, column, endLine: line, endColumn: column }
  const end = placeOf(part, to - 1)
  return { file, line, column, endLine: end.line, endColumn: end.column + 1 }
}

function placeOf(
  part: Part,
  at: number,
): { readonly file: string; readonly line: number; readonly column: number } {
  if (at >= part.text.length) {
    const { file, endLine, endColumn } = part.place
    return { file, line: endLine, column: endColumn }
  }
  return part.placeAt(at)
}

function variableAnswers({ text, place, name, modifier, word }: VariablePart, scope: Scope) {
  const found = scope.get(name.text)
  return {
    ...{ name: name.text, nameRange: name.place, range: place, toString: text },
    modifier: modifier?.text ?? null,
    modifierRange: modifier?.place ?? null,
    substitutionParameter: word?.text ?? null,
    substitutionRange: word?.place ?? null,
    isDefined: found !== undefined,
    isBuildVariable: found?.from === 'ARG',
    isEnvironmentVariable: found?.from === 'ENV',
  }
}

function propertyOf({ arguments: words }: InstructionPart) {
  const [word] = words
  if (word === undefined) return null
  const equals = word.text.indexOf('=')
  const nameEnd = equals < 0 ? word.text.length : equals
  return {
    name: word.text.slice(0, nameEnd),
    nameRange: within(word, 0, nameEnd),
    value: equals < 0 ? null : withoutQuotes(word.text.slice(equals + 1)),
    valueRange: equals < 0 ? null : within(word, equals + 1, word.text.length),
  }
}

/** What a value says; quotes that do not close stay. */
function withoutQuotes(text: string): string {
  try {
    return expandWord(text, () => undefined, { escape: '\\', keepUnset: true }).text
  } catch (thrown) {
    if (isFault(thrown)) return text
    throw thrown
  }
}

function fromAnswers({ flags, arguments: words }: InstructionPart) {
  const [image, as, stage] = words
  const platform = flags.find(({ text }) => text.startsWith('--platform'))
  const pieces = image === undefined ? undefined : imagePieces(image.text)
  const piece = (bounds: readonly [number, number] | undefined) =>
    image === undefined || bounds === undefined
      ? { text: null, place: null }
      : { text: image.text.slice(...bounds), place: within(image, ...bounds) }
  const [registry, name, tag, digest] = [pieces?.registry, pieces?.name, pieces?.tag, pieces?.digest].map(
    piece,
  )
  const hasStage = as !== undefined && /^as$/i.test(as.text) && stage !== undefined
  return {
    ...{ image: image?.text ?? null, imageRange: image?.place ?? null },
    ...{ registry: registry!.text, registryRange: registry!.place },
    ...{ imageName: name!.text, imageNameRange: name!.place },
    ...{ imageTag: tag!.text, imageTagRange: tag!.place },
    ...{ imageDigest: digest!.text, imageDigestRange: digest!.place },
    ...{ buildStage: hasStage ? stage.text : null, buildStageRange: hasStage ? stage.place : null },
    platformFlag: platform === undefined ? null : flagAnswers(platform),
  }
}

/** Where registry, name, tag and digest stand; what is inside `${}` takes no part in it. */
function imagePieces(text: string) {
  const plain = text.replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}?/g, (variable) => 'x'.repeat(variable.length))
  const at = plain.indexOf('@')
  const nameEnd = at < 0 ? text.length : at
  const slash = plain.lastIndexOf('/', nameEnd - 1)
  const colon = plain.indexOf(':', slash + 1)
  const tagAt = colon >= 0 && colon < nameEnd ? colon : -1
  const first = plain.indexOf('/')
  const hasRegistry = first > 0 && /^(?:localhost$|localhost:|.*[.:])/.test(plain.slice(0, first))
  return {
    registry: hasRegistry ? ([0, first] as const) : undefined,
    name: [hasRegistry ? first + 1 : 0, tagAt < 0 ? nameEnd : tagAt] as const,
    tag: tagAt < 0 ? undefined : ([tagAt + 1, nameEnd] as const),
    digest: at < 0 ? undefined : ([at + 1, text.length] as const),
  }
}

/** The exec form as far as it can be read. */
function jsonAnswers(text: string) {
  if (!text.startsWith('[')) return { openingBracket: null, JSONStrings: [], closingBracket: null }
  const strings: string[] = []
  let at = 1
  for (;;) {
    const [, string, separator] = /^\s*("(?:[^"\\]|\\.)*")?\s*([,\]])?/s.exec(text.slice(at)) ?? []
    if (string !== undefined) strings.push(string)
    if (separator !== ',')
      return { openingBracket: '[', JSONStrings: strings, closingBracket: separator ?? null }
    at = text.indexOf(',', at + text.slice(at).indexOf(string ?? ',') + (string?.length ?? 0)) + 1
  }
}
