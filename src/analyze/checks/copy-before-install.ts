// The rule about an order of instructions that wastes the cache.
import { installManifests } from '../shell/idioms.ts'
import type { StageFacts } from './facts.ts'
import { commandsOf } from './made-paths.ts'
import type { Finding } from './rule.ts'

/**
 * A RUN that installs what a manifest lists, where the manifest came only with all of the sources: each change of any file of the context
 * then installs everything again.
 */
export function copyBeforeInstall({ instructions }: StageFacts): readonly Finding[] {
  let whole: number | undefined
  const names = new Set<string>()
  const findings: Finding[] = []
  for (const { written, expanded } of instructions) {
    if ((expanded.kind === 'COPY' || expanded.kind === 'ADD') && !('from' in expanded.flags)) {
      for (const source of expanded.sources) {
        if (typeof source !== 'string') continue
        if (/^\.?\/?$/.test(source)) whole ??= written.place.line
        else if (whole === undefined) for (const name of namesOf(source)) names.add(name)
      }
      continue
    }
    if (whole === undefined || expanded.kind !== 'RUN' || hasBind(expanded)) continue
    const manifests = commandsOf(expanded).flatMap((command) => installManifests(command) ?? [])
    if (manifests.length === 0 || manifests.some((name) => names.has(name))) continue
    const first = manifests[0]!
    findings.push({
      under: written,
      place: written.place,
      message: `Line ${whole} copies all sources before this RUN installs what ${first} lists: every change of any file installs it again; copy ${first} first`,
    })
  }
  return findings
}

/** A pattern stands for the manifests it matches by its beginning, as `package*.json` does. */
function namesOf(source: string): readonly string[] {
  const name = source.split('/').pop() ?? ''
  if (!name.includes('*')) return [name]
  const [before = '', after = ''] = name.split('*')
  const known = ['package.json', 'package-lock.json', 'go.mod', 'Gemfile', 'requirements.txt', 'Cargo.toml']
  return known.filter((one) => one.startsWith(before) && one.endsWith(after))
}

function hasBind({ mounts }: { readonly mounts: readonly { readonly text: string }[] }): boolean {
  return mounts.some(({ text }) => !/type=(?:cache|secret|ssh|tmpfs)\b/.test(text))
}
