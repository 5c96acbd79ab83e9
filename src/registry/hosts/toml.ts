// The part of TOML that configurations of registries are written in: tables, arrays of tables, inline tables, strings, booleans, whole
// numbers and arrays. Dates, floats and texts over several lines are not in them, and are refused.
import { Fault } from '../../core/index.ts'

export type TomlValue = string | number | boolean | readonly TomlValue[] | TomlTable
export interface TomlTable {
  readonly [name: string]: TomlValue
}

export interface TomlDocument {
  readonly root: TomlTable
  /** Where a key of a table is set, or, without a key, where the table begins; counted from 1. */
  lineOf(table: TomlTable, key?: string): number
}

type Building = { [name: string]: TomlValue | Building }

const bareKey = /[A-Za-z0-9_-]+/y
const basicText = /"((?:[^"\\\n]|\\.)*)"/y
const literalText = /'([^'\n]*)'/y
const integer = /[+-]?\d(?:_?\d)*/y
const space = /(?:[ \t]|#[^\n]*)*/y
const blank = /(?:[ \t\r\n]|#[^\n]*)*/y

/** `name` is for messages. Faults with `registry.config` and the line. */
export function parseToml(text: string, name: string): TomlDocument {
  const lines = new Map<object, Map<string, number>>()
  let at = 0
  const here = (): number => text.slice(0, at).split('\n').length
  const fail = (what: string): never => {
    throw new Fault('registry.config', `${name}:${here()}: ${what}`, { hint: 'It must be TOML.' })
  }
  const open = (): Building => {
    // no prototype: a key may be called anything
    const table = Object.create(null) as Building
    lines.set(table, new Map([['', here()]]))
    return table
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
    if (text[at] === '{') return inlineTable()
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
  const inlineTable = (): TomlTable => {
    need('{')
    const table = open()
    for (take(space); text[at] !== '}'; take(space)) {
      assign(table)
      take(space)
      if (text[at] !== '}') need(',')
    }
    at++
    return table as TomlTable
  }
  const assign = (table: Building): void => {
    const path = keys()
    const key = path.at(-1)!
    need('=')
    take(space)
    const into = descend(table, path.slice(0, -1))
    if (Object.hasOwn(into, key)) fail(`"${path.join('.')}" stands here a second time`)
    lines.get(into)?.set(key, here())
    into[key] = value()
  }
  const descend = (from: Building, path: readonly string[]): Building =>
    path.reduce((table, key) => {
      if (!Object.hasOwn(table, key)) table[key] = open()
      const found = Array.isArray(table[key]) ? table[key].at(-1) : table[key]
      return typeof found === 'object' ? (found as Building) : fail(`"${key}" is no table`)
    }, from)
  const headed = new Set<object>()
  const heading = (): Building => {
    const many = text.startsWith('[[', at)
    need(many ? '[[' : '[')
    const path = keys()
    const above = descend(root, path.slice(0, -1))
    const key = path.at(-1)!
    const before = above[key]
    if (many) {
      const item = open()
      above[key] = [...(before === undefined || Array.isArray(before) ? (before ?? []) : noList()), item]
      need(']]')
      return item
    }
    const table = Array.isArray(before) ? fail(`"${key}" is a list of tables`) : descend(above, [key])
    if (headed.has(table)) fail(`the table "${path.join('.')}" stands here a second time`)
    headed.add(table)
    lines.get(table)?.set('', here())
    need(']')
    return table
  }
  const noList = (): never => fail('this is no list of tables')
  const root = open()
  let table = root
  for (take(blank); at < text.length; take(blank)) {
    if (text[at] === '[') table = heading()
    else assign(table)
    take(space)
    if (at < text.length && !/[\r\n]/.test(text[at]!)) fail('a new line is missing here')
  }
  return {
    root: root as TomlTable,
    lineOf: (of, key = '') => lines.get(of)?.get(key) ?? lines.get(of)?.get('') ?? 1,
  }
}
