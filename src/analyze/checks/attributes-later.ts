// The rule about chmod and chown of what COPY brought.
import { attributeChange } from '../shell/idioms.ts'
import { commandsOf, copiedPaths } from './made-paths.ts'
import type { Finding } from './rule.ts'
import type { Shipped } from './shipped.ts'

interface Copied {
  readonly path: string
  /** A directory by itself has no bytes; what is below it has. */
  readonly folder: boolean
  readonly line: number
  readonly keyword: string
}

/** A RUN that changes the mode or owner of a file or directory that an earlier COPY or ADD named, or of all that is below it. */
export function attributesLater(chain: readonly Shipped[]): readonly Finding[] {
  const copied: Copied[] = []
  return chain.flatMap(({ instruction: { written, expanded }, workdir }): readonly Finding[] => {
    if (expanded.kind === 'COPY' || expanded.kind === 'ADD') {
      const { line } = written.place
      const add = (path: string, folder: boolean): void => {
        copied.push({ path, folder, line, keyword: written.keyword })
      }
      for (const path of copiedPaths(expanded, workdir)) add(path, false)
      for (const path of copiedFolder(expanded, workdir)) add(path, true)
      return []
    }
    for (const command of commandsOf(expanded)) {
      const change = attributeChange(command)
      if (change === undefined) continue
      const hit = copied.find(({ path, folder }) =>
        change.paths.some((word) => {
          const target = word.replace(/(?<=.)\/+$/, '')
          return (
            (path === target && (change.recursive || !folder)) ||
            (change.recursive && path.startsWith(`${target}/`))
          )
        }),
      )
      if (hit === undefined) continue
      const message = `${change.flag} of ${change.paths.join(' ')} ships again what line ${hit.line} (${hit.keyword}) brought: use ${hit.keyword} --${change.flag}=${change.value}`
      return [{ under: written, place: written.place, message }]
    }
    return []
  })
}

/** The directory that a whole folder is copied into, as `COPY . /app` does. */
function copiedFolder(
  { sources, destination }: Parameters<typeof copiedPaths>[0],
  workdir: string | undefined,
): readonly string[] {
  const whole =
    sources.length === 1 && typeof sources[0] === 'string' && /^(?:\.?\/?|.*\/\.?)$/.test(sources[0])
  if (!whole) return []
  const target = destination.startsWith('/')
    ? destination
    : workdir === undefined
      ? ''
      : `${workdir}/${destination}`
  const path = target.replace(/\/\.?$/, '').replace(/\/\.\//g, '/')
  return path === '' ? [] : [path]
}
