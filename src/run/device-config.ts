// What devices add to the OCI runtime's config.json. Pure.
import type { RunDevices, RunSpec } from './spec.ts'

/** One line of a device cgroup (config-linux.md, "Allowed Device list"). */
export interface DeviceRule {
  readonly allow: boolean
  readonly type?: 'b' | 'c'
  readonly major?: number | undefined
  readonly minor?: number | undefined
  readonly access: string
}

/** A sandboxed command may open null, zero, full, random, urandom, tty, console and what it is given; the runtimes add terminals. */
export function deviceRules({ security, devices }: RunSpec): readonly DeviceRule[] {
  if (security === 'insecure') return [{ allow: true, access: 'rwm' }]
  const usual = [
    ...[3, 5, 7, 8, 9].map((minor) => [1, minor] as const),
    ...[0, 1].map((minor) => [5, minor] as const),
  ]
  const opened = usual.map(
    ([major, minor]) => ({ allow: true, type: 'c', major, minor, access: 'rwm' }) as const,
  )
  const given = (devices?.nodes ?? []).flatMap(({ type, major, minor, permissions: access }) =>
    type === 'p' ? [] : [{ allow: true, type: type === 'b' ? type : 'c', major, minor, access } as const],
  )
  return [{ allow: false, access: 'rwm' }, ...opened, ...given]
}

/** As the runtime's configuration has hooks: the runtime runs them in their order. */
export function hooksByMoment({ hooks }: RunDevices): Readonly<Record<string, readonly object[]>> {
  return Object.fromEntries(
    Object.entries(Object.groupBy(hooks, ({ hookName }) => hookName)).map(([moment, some]) => [
      moment,
      (some ?? []).map(({ hookName: _, ...hook }) => hook),
    ]),
  )
}

/** The variables with more of them in place of those of the same names. */
export function withVariables(env: readonly string[], more: readonly string[]): readonly string[] {
  const nameOf = (line: string) => line.slice(0, line.indexOf('='))
  const lines = new Map([...env, ...more].map((line) => [nameOf(line), line]))
  return [...lines.values()]
}
