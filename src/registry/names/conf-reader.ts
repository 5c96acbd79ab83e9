// Values of a TOML document by the type they must have; what has another is a fault that names file and line.
import { Fault } from '../../core/index.ts'
import type { TomlDocument, TomlTable, TomlValue } from '../hosts/toml.ts'

export interface Reader {
  table(from: TomlTable, key: string): TomlTable
  /** None where the key is not there. */
  tables(from: TomlTable, key: string): readonly TomlTable[]
  text(from: TomlTable, key: string): string | undefined
  texts(from: TomlTable, key: string): readonly string[] | undefined
  flag(from: TomlTable, key: string): boolean
  /** Without slashes at its end; empty where the key is not there. */
  location(from: TomlTable, key: string): string
  trimmed(from: TomlTable, key: string, location: string): string
  where(table: TomlTable, key: string): string
  wrong(table: TomlTable, key: string, why: string): Fault
}

/** Of a document that was read from `file`. Faults with `registry.config`. */
export function openReader({ lineOf }: TomlDocument, file: string): Reader {
  const isTable = (value: TomlValue | undefined): value is TomlTable =>
    typeof value === 'object' && !Array.isArray(value)
  const reader: Reader = {
    where: (table, key) => `${file}:${lineOf(table, key)}`,
    wrong: (table, key, why) =>
      new Fault('registry.config', `${reader.where(table, key)}: ${why}`, {
        hint: 'man containers-registries.conf describes the file.',
      }),
    table(from, key) {
      const value = from[key]
      if (isTable(value)) return value
      throw reader.wrong(from, key, `"${key}" is no table`)
    },
    tables(from, key) {
      const value = from[key] ?? []
      if (Array.isArray(value) && value.every(isTable)) return value
      throw reader.wrong(from, key, `"${key}" is no list of tables: write [[${key}]]`)
    },
    text(from, key) {
      const value = from[key]
      if (value === undefined || typeof value === 'string') return value
      throw reader.wrong(from, key, `"${key}" is no text`)
    },
    texts(from, key) {
      const value = from[key]
      if (value === undefined) return undefined
      if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value
      throw reader.wrong(from, key, `"${key}" is no list of texts`)
    },
    flag(from, key) {
      const value = from[key] ?? false
      if (typeof value === 'boolean') return value
      throw reader.wrong(from, key, `"${key}" is neither true nor false`)
    },
    location: (from, key) => reader.trimmed(from, key, reader.text(from, key) ?? ''),
    trimmed(from, key, location) {
      if (/^https?:\/\//.test(location))
        throw reader.wrong(from, key, `"${location}" has a scheme; write host[:port][/path]`)
      return location.replace(/\/+$/, '')
    },
  }
  return reader
}
