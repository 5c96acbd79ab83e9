// The configuration of an image that is put on another base: what the image said itself stays, what it had from its base follows it.
import type { ContainerConfig } from './types.ts'

export interface RebasedConfig {
  readonly config: ContainerConfig
  /** Variables that both changed: the image may have made its value of the old base's, as `PATH=$PATH:/app` does. */
  readonly conflicts: readonly string[]
}

type Fields = Readonly<Record<string, unknown>>

/** `before` and `after` are the bases' configurations. */
export function rebaseConfig(
  own: ContainerConfig,
  { before, after }: { readonly before: ContainerConfig; readonly after: ContainerConfig },
): RebasedConfig {
  const conflicts: string[] = []
  const bases = { before: before as Fields, after: after as Fields }
  const config: Record<string, unknown> = {}
  for (const name of namesOf(own as Fields, bases.after)) {
    const value = mergeField(name, own as Fields, bases, conflicts)
    if (value !== undefined) config[name] = value
  }
  return { config: config as ContainerConfig, conflicts }
}

interface Bases {
  readonly before: Fields
  readonly after: Fields
}

function mergeField(name: string, own: Fields, bases: Bases, conflicts: string[]): unknown {
  const [mine, was, is] = [own[name], bases.before[name], bases.after[name]]
  if (name === 'Env') {
    const merged = mergeFields(variables(mine), { before: variables(was), after: variables(is) }, conflicts)
    return Object.entries(merged).map(([variable, value]) => `${variable}=${value}`)
  }
  if (name === 'Labels' || name === 'ExposedPorts' || name === 'Volumes') {
    const merged = mergeFields(fieldsOf(mine), { before: fieldsOf(was), after: fieldsOf(is) })
    return Object.keys(merged).length === 0 ? undefined : merged
  }
  return equal(mine, was) ? is : mine
}

function mergeFields(own: Fields, { before, after }: Bases, conflicts?: string[]): Fields {
  const merged: Record<string, unknown> = {}
  for (const name of namesOf(own, after)) {
    const [mine, was, is] = [own[name], before[name], after[name]]
    if (!equal(mine, was) && !equal(is, was) && !equal(mine, is)) conflicts?.push(name)
    const value = equal(mine, was) ? is : mine
    if (value !== undefined) merged[name] = value
  }
  return merged
}

function namesOf(...all: readonly Fields[]): ReadonlySet<string> {
  return new Set(all.flatMap((fields) => Object.keys(fields)))
}

function variables(env: unknown): Fields {
  return Object.fromEntries(
    ((env as readonly string[] | undefined) ?? []).map((variable) => {
      const at = variable.indexOf('=')
      return at < 0 ? [variable, ''] : [variable.slice(0, at), variable.slice(at + 1)]
    }),
  )
}

function fieldsOf(value: unknown): Fields {
  return (value as Fields | undefined) ?? {}
}

function equal(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
