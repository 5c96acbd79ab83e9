// `peel push`: images into their registries, with docker's words on standard output.
import { Fault, familiarName, parseReference, printName, withDefaultTag } from '../../core/index.ts'
import type { Engine, PushedImage } from '../../engine/index.ts'
import { defineCommand } from '../command.ts'
import { jsonFlag, writeJson } from '../listing.ts'
import { autoMode, withProgress } from '../progress/index.ts'

export default defineCommand({
  name: 'push',
  summary: 'Upload an image to a registry, under one tag or several',
  usage: 'NAME[:TAG] [NAME[:TAG]...]',
  flags: {
    'all-tags': { kind: 'switch', short: 'a', about: 'Push all tags of an image to the repository' },
    compression: {
      kind: 'choice',
      values: ['gzip', 'zstd', 'none'],
      about: 'Form of the layers; default: as they came, gzip for those that were made here',
    },
    'compression-level': { kind: 'text', value: 'n', about: 'gzip 1 to 9, zstd 1 to 22' },
    quiet: { kind: 'switch', short: 'q', about: 'Only show the name of the image' },
    'disable-content-trust': { kind: 'switch', default: true, about: 'Accepted', hidden: true },
    json: jsonFlag,
  },
  words: { min: 1 },
  async run({ flags, words }, shell) {
    const engine = await shell.engine()
    const names = flags['all-tags'] ? words.flatMap((name) => allTags(engine, name)) : words
    const compression = flags.compression
    const level = parseLevel(flags['compression-level'], compression)
    const quiet = flags.quiet || flags.json
    const repositories = new Set(names.map((name) => printName(parseReference(name))))
    const say = (text: string) => void (quiet || shell.out.write(`${text}\n`))
    if (!flags['all-tags'])
      for (const name of names) if (parseReference(name).tag === undefined) say('Using default tag: latest')
    for (const repository of repositories) say(`The push refers to repository [${repository}]`)
    const pushed = await withProgress(
      shell,
      quiet ? 'quiet' : autoMode(shell, 'plain'),
      (ctx) => engine.push(names, { compression, level }, ctx),
      { kind: 'layers' },
    )
    if (flags.json) writeJson(shell, pushed)
    else if (flags.quiet)
      shell.out.write(pushed.flatMap((one) => one.names.map((name) => `${fullName(name)}\n`)).join(''))
    else for (const one of pushed) for (const name of one.names) say(lastLine(one, name))
    return 0
  },
})

function lastLine({ digest, size }: PushedImage, name: string): string {
  return `${parseReference(name).tag}: digest: ${digest} size: ${size}`
}

function fullName(name: string): string {
  const reference = withDefaultTag(parseReference(name))
  return `${printName(reference)}:${reference.tag}`
}

function allTags(engine: Engine, name: string): readonly string[] {
  const reference = parseReference(name)
  if (reference.tag !== undefined) throw new Fault('usage.invalid', "tag can't be used with --all-tags/-a")
  const repository = familiarName(reference)
  const tags = engine.images().filter((row) => row.repository === repository && row.tag !== undefined)
  if (tags.length === 0)
    throw new Fault('image.missing', `An image does not exist locally with the tag: ${repository}`)
  return tags.map((row) => `${repository}:${row.tag}`)
}

const mostLevel = { gzip: 9, zstd: 22 } as const

function parseLevel(
  text: string | undefined,
  kind: 'gzip' | 'zstd' | 'none' | undefined,
): number | undefined {
  if (text === undefined) return undefined
  const most = kind === 'none' ? 0 : mostLevel[kind ?? 'gzip']
  const level = Number(text)
  if (/^\d+$/.test(text) && level >= 1 && level <= most) return level
  throw new Fault('usage.invalid', `invalid value "${text}" for --compression-level`, {
    hint: most === 0 ? 'Without compression there is no level.' : `It is a whole number from 1 to ${most}.`,
  })
}
