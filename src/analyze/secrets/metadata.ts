// Secrets in what an image says of itself: variables, labels, and the commands of its configuration and history.
import type { ImageConfig } from '../../image/index.ts'
import { findSecrets } from './scan.ts'
import type { SecretMatch } from './types.ts'

export interface MetadataMatch extends SecretMatch {
  readonly in: 'environment' | 'label' | 'argument' | 'command'
  /** Of the variable, label or argument; for a command of the configuration its instruction, else empty. */
  readonly name: string
  /** The history entry that says it, counted from 0 at the bottom. */
  readonly entry: number | undefined
}

interface Text {
  readonly in: MetadataMatch['in']
  readonly name: string
  readonly text: string
  readonly entry: number | undefined
}

/** A value that stands in several places is reported at the first: as variable or label rather than in the command that set it. */
export function findMetadataSecrets(config: ImageConfig): readonly MetadataMatch[] {
  const seen = new Set<string>()
  return textsOf(config).flatMap((source) =>
    matchesIn(source.text).flatMap(({ match, value }) => {
      if (seen.has(value)) return []
      seen.add(value)
      return [{ ...match, ...placeIn(source, match) }]
    }),
  )
}

/**
 * Gives texts about an image without the secrets in them: an ellipsis stands for each, and lines stay lines. What is a secret in one of the
 * image's own texts is none to be shown in any other.
 */
export function secretHider(config: ImageConfig): (text: string) => string {
  const values = textsOf(config).flatMap(({ text }) => matchesIn(text).map(({ value }) => value))
  const known = [...new Set(values)]
    .sort((a, b) => b.length - a.length)
    .map((value) => Buffer.from(value, 'latin1').toString())
  return (text) =>
    known.reduce((hidden, value) => hidden.replaceAll(value, ellipsisFor(value)), withoutSecrets(text))
}

function withoutSecrets(text: string): string {
  const bytes = Buffer.from(text)
  const pieces: Buffer[] = []
  let at = 0
  for (const { match, value } of matchesIn(text)) {
    pieces.push(bytes.subarray(at, match.offset), Buffer.from(ellipsisFor(value)))
    at = match.offset + match.length
  }
  return Buffer.concat([...pieces, bytes.subarray(at)]).toString()
}

function ellipsisFor(value: string): string {
  return `…${'\n'.repeat(value.split('\n').length - 1)}`
}

function matchesIn(text: string): readonly { readonly match: SecretMatch; readonly value: string }[] {
  const bytes = Buffer.from(text)
  return findSecrets([bytes], { setting: 'settings', size: bytes.length }).map((match) => ({
    match,
    value: bytes.toString('latin1', match.offset, match.offset + match.length),
  }))
}

function textsOf({ config = {}, history = [] }: ImageConfig): readonly Text[] {
  const commands = history.map(({ created_by: text = '' }) => text)
  const setBy = (instruction: string, name: string): number | undefined => {
    const entry = commands.findLastIndex(
      (text) => new RegExp(`^(?:.*#\\(nop\\)\\s+)?${instruction}\\s`).test(text) && text.includes(name),
    )
    return entry < 0 ? undefined : entry
  }
  const configured = Object.entries({
    CMD: config.Cmd,
    ENTRYPOINT: config.Entrypoint,
    HEALTHCHECK: config.Healthcheck?.Test,
    ONBUILD: config.OnBuild,
  })
  return [
    ...(config.Env ?? []).map((text): Text => {
      const name = text.split('=', 1)[0]!
      return { in: 'environment', name, text, entry: setBy('ENV', name) }
    }),
    ...Object.entries(config.Labels ?? {}).map(
      ([name, value]): Text => ({ in: 'label', name, text: `${name}=${value}`, entry: setBy('LABEL', name) }),
    ),
    ...commands.map((text, entry): Text => ({ in: 'command', name: '', text, entry })),
    ...configured.map(
      ([name, words]): Text => ({
        in: 'command',
        name,
        text: (words ?? []).join(' '),
        entry: setBy(name, ''),
      }),
    ),
  ]
}

/** Build arguments stand before the command: `RUN |1 TOKEN=x /bin/sh -c …`. */
function placeIn(
  { in: kind, name, text, entry }: Text,
  { offset }: SecretMatch,
): Omit<MetadataMatch, keyof SecretMatch> {
  const before = Buffer.from(text).toString('latin1', 0, offset)
  const declared = kind === 'command' ? /^ARG ([A-Za-z_][A-Za-z0-9_]*)=/.exec(text)?.[1] : undefined
  if (declared !== undefined) return { in: 'argument', name: declared, entry }
  if (kind !== 'command' || !/^RUN \|\d+ /.test(text) || / (?:\/\S+ -\S*c|\[) /.test(before))
    return { in: kind, name, entry }
  const argument = /([A-Za-z_][A-Za-z0-9_]*)=[^=]*$/.exec(before)?.[1]
  return { in: 'argument', name: argument ?? '', entry }
}
