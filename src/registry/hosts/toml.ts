// The part of TOML that hosts.toml files are written in: tables, arrays of tables, strings, booleans, whole numbers and arrays.
// Dates, floats and inline tables are not in them, and are refused.
import { Fault } from '../../core/index.ts'

export type TomlValue = string | number | boolean | readonly TomlValue[] | TomlTable
export interface TomlTable {
  readonly [name: string]: TomlValue
}

type Building = { [name: string]: TomlValue | Building }

const bareKey = /[A-Za-z0-9_-]+/y
const basicText = /"((?:[^"\\\n]|\\.)*)"/y
const literalText = /'([^'\n]*)'/y
const integer = /[+-]?\d(?:_?\d)*/y
const space = /(?:[ \t]|#[^\n]*)*/y
const blank = /(?:[ \t\r\n]|#[^\n]*)*/y

/** `name` is for messages. Faults with `registry.config` and the line. */
export function parseToml(text: string, name: string): TomlTable {
  const root: Building = {}
  let table = root
  let at = 0
  const fail = (what: string): never => {
    const line = text.slice(0, at).split('\n').length
    throw new Fault('registry.config', `${name}:${line}: ${what}`, { hint: 'It must be TOML.' })
  }
  const take = (grammar: RegExp): string | undefined => {
    grammar.lastIndex = at
    const match = grammar.exec(text)
    if (match === null) return undefined
    at = grammar.lastIndex
    return match[1] ?? match[0]
  }
  const need = (literal: string) => {
    if (!text.startsWith(literal, at)) fail(`a "${literal}" is missing here`)
    at += literal.length
  }
  const string = (): string | undefined => {
    if (text.startsWith('"""', at) || text.startsWith("'''", at))
      fail('text over several lines is not supported')
    const basic = take(basicText)
    return basic === undefined ? take(literalText) : unescaped(basic)
  }
  const unescaped = (escaped: string): string => {
    try {
      return JSON.parse(`"${escaped.replaceAll('\t', '\\t')}"`) as string
    } catch {
      return fail('this text has an unknown escape')
    }
  }
  const keys = (): readonly string[] => {
    const path: string[] = []
    do {
      take(space)
      path.push(string() ?? take(bareKey) ?? fail('a name is missing here'))
      take(space)
    } while (text[at] === '.' && ++at)
    return path
  }
  const value = (): TomlValue => {
    const found = string()
    if (found !== undefined) return found
    for (const [word, meaning] of [
      ['true', true],
      ['false', false],
    ] as const)
      if (text.startsWith(word, at)) {
        at += word.length
        return meaning
      }
    if (text[at] === '[') return array()
    const number = take(integer) ?? fail('this value is not supported')
    return Number(number.replaceAll('_', ''))
  }
  const array = (): readonly TomlValue[] => {
    need('[')
    const items: TomlValue[] = []
    for (;;) {
      take(blank)
      if (text[at] === ']') break
      items.push(value())
      take(blank)
      if (text[at] !== ']') need(',')
    }
    at++
    return items
  }
  const descend = (from: Building, path: readonly string[]): Building =>
    path.reduce((here, key) => {
      if (!Object.hasOwn(here, key)) here[key] = {}
      const found = Array.isArray(here[key]) ? here[key].at(-1) : here[key]
      return typeof found === 'object' ? (found as Building) : fail(`"${key}" is no table`)
    }, from)
  const heading = (): Building => {
    const many = text.startsWith('[[', at)
    need(many ? '[[' : '[')
    const path = keys()
    need(many ? ']]' : ']')
    if (!many) return descend(root, path)
    const above = descend(root, path.slice(0, -1))
    const item: Building = {}
    const list = above[path.at(-1)!] ?? []
    above[path.at(-1)!] = [...(Array.isArray(list) ? list : fail('this is no list of tables')), item]
    return item
  }
  for (take(blank); at < text.length; take(blank)) {
    if (text[at] === '[') table = heading()
    else {
      const path = keys()
      need('=')
      take(space)
      const into = descend(table, path.slice(0, -1))
      if (Object.hasOwn(into, path.at(-1)!)) fail(`"${path.join('.')}" stands here a second time`)
      into[path.at(-1)!] = value()
    }
    take(space)
    if (at < text.length && !/[\r\n]/.test(text[at]!)) fail('a new line is missing here')
  }
  return root as TomlTable
}
