// Image configs, OCI's and docker's. Docker writes `null` for empty fields; those are taken out so that readers see one absence.
import { Fault } from '../core/index.ts'
import { problemOf } from './check.ts'
import { parseJson } from './document.ts'
import type { ImageConfig } from './types.ts'

/** Reads a config document; faults with `config.invalid` and the first thing that is wrong. The digest is that of `bytes`, always. */
export function parseConfig(bytes: Uint8Array): ImageConfig {
  let value: unknown
  try {
    value = parseJson(bytes)
  } catch (cause) {
    throw new Fault('config.invalid', 'the image config is not JSON, or nested without end', { cause })
  }
  const problem = problemOf('config', value)
  if (problem !== undefined) throw new Fault('config.invalid', `the image config cannot be used: ${problem}`)
  return withoutNulls(value) as ImageConfig
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null)
      .map(([name, inner]) => [name, withoutNulls(inner)]),
  )
}
