// The machine's own apt configuration, as far as a Debian base needs it: where Debian's packages come from, which keys they are
// signed with, and how they are reached. Read when the demo runs; nothing of it is known in advance.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'

export interface AptConfiguration {
  readonly release: string
  /** The text of a `.sources` file and of a `.list` file; at least one is not empty. */
  readonly stanzas: string
  readonly lines: string
  /** Absolute paths of key files. */
  readonly keys: readonly string[]
  /** The text of an apt.conf. */
  readonly settings: string
}

/** `undefined` where this is no Debian, or its sources name no archive of its own release that http reaches. */
export function findAptConfiguration(): AptConfiguration | undefined {
  const release = /^VERSION_CODENAME=(\w+)$/m.exec(read('/etc/os-release'))?.[1]
  if (release === undefined || !/^ID=debian$/m.test(read('/etc/os-release'))) return undefined
  const suite = new RegExp(`^(${release}|stable)([-/](updates|security))?$`)
  const stanzas = fs
    .globSync('/etc/apt/sources.list.d/*.sources')
    .sort()
    .flatMap((file) => read(file).split(/\n\s*\n/))
    .map((stanza) => stanza.replace(/^#.*\n?/gm, '').trim())
    .filter((stanza) => suitable(stanza, suite))
  const lines = ['/etc/apt/sources.list', ...fs.globSync('/etc/apt/sources.list.d/*.list').sort()]
    .flatMap((file) => read(file).split('\n'))
    .filter((line) => {
      const words = /^deb\s+(?:\[[^\]]*\]\s+)?(https?:\S+)\s+(\S+)\s/.exec(line)
      return words !== null && suite.test(words[2]!)
    })
  if (stanzas.length + lines.length === 0) return undefined
  const text = [...stanzas, ...lines].join('\n')
  const named = [...text.matchAll(/signed-by\s*[:=]\s*(\/[^\s\],]+)/gi)].map((match) => match[1]!)
  return {
    release,
    stanzas: stanzas.map((stanza) => `${stanza}\n`).join('\n'),
    lines: lines.map((line) => `${line}\n`).join(''),
    keys: [...new Set([...named, ...fs.globSync('/etc/apt/trusted.gpg.d/*.{gpg,asc}')])].sort(),
    settings: settings(),
  }
}

function suitable(stanza: string, suite: RegExp): boolean {
  const value = (name: string): string => new RegExp(`^${name}:[ \\t]*(.*)$`, 'mi').exec(stanza)?.[1] ?? ''
  const suites = value('Suites').split(/\s+/)
  return (
    /\bdeb\b/.test(value('Types')) &&
    !/^(no|false|0)$/i.test(value('Enabled')) &&
    /^https?:/.test(value('URIs')) &&
    suites.every((name) => suite.test(name))
  )
}

/** How this machine fetches (proxies and checks; environment variables too); no terminal tricks; what nobody needs any more may go. */
function settings(): string {
  const dump = execFileSync('apt-config', ['dump', 'Acquire'], { encoding: 'utf8' })
  const kept = dump
    .split('\n')
    .filter(
      (line) => line !== '' && !/^Acquire( "";|::(IndexTargets|Changelogs|cdrom|Languages)\b)/.test(line),
    )
  for (const scheme of ['http', 'https']) {
    const proxy = process.env[`${scheme}_proxy`] ?? process.env[`${scheme.toUpperCase()}_PROXY`]
    if (proxy !== undefined && proxy !== '') kept.push(`Acquire::${scheme}::Proxy "${proxy}";`)
  }
  return [
    ...kept,
    'Acquire::Languages "none";',
    'Dpkg::Use-Pty "false";',
    'APT::AutoRemove::RecommendsImportant "false";',
    'APT::AutoRemove::SuggestsImportant "false";',
    '',
  ].join('\n')
}

function read(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
