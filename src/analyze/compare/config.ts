// How the configurations of two images differ, field by field. What every build changes (history, layers) is not among them.
import type { ImageConfig } from '../../image/index.ts'
import type { ConfigDifference } from './types.ts'

export function compareConfigs(before: ImageConfig, after: ImageConfig): ConfigDifference[] {
  const one = fieldsOf(before)
  const other = fieldsOf(after)
  return [...new Set([...one.keys(), ...other.keys()])]
    .filter((field) => one.get(field) !== other.get(field))
    .sort()
    .map((field) => ({ field, before: one.get(field), after: other.get(field) }))
}

function fieldsOf({ history, rootfs, ...config }: ImageConfig): Map<string, string> {
  const fields = new Map<string, string>()
  const add = (field: string, value: unknown): void => {
    if (value === undefined || value === null) return
    if (field === 'config.Env' && Array.isArray(value))
      for (const variable of value) {
        const [name = '', ...rest] = String(variable).split('=')
        fields.set(`${field}.${name}`, JSON.stringify(rest.join('=')))
      }
    else if (typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length > 0)
      for (const [name, below] of Object.entries(value)) add(`${field}.${name}`, below)
    else fields.set(field, JSON.stringify(value))
  }
  for (const [name, value] of Object.entries(config)) add(name, value)
  return fields
}
