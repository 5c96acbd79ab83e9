// `peel pull`: an image from its registry, with docker's words on standard output.
import { Fault, familiarName, parseReference, printName, type Reference } from '../../core/index.ts'
import type { NameMeaning, PulledImage } from '../../engine/index.ts'
import { defineCommand } from '../command.ts'
import { jsonFlag, writeJson } from '../listing.ts'
import { autoMode, withProgress } from '../progress/index.ts'
import type { Shell } from '../shell.ts'

export default defineCommand({
  name: 'pull',
  summary: 'Download an image from a registry',
  usage: 'NAME[:TAG|@DIGEST]',
  flags: {
    'all-tags': { kind: 'switch', short: 'a', about: 'Download all tagged images in the repository' },
    platform: { kind: 'text', value: 'string', about: 'Platform of the image: os/arch[/variant]' },
    quiet: { kind: 'switch', short: 'q', about: 'Only show the name of the image' },
    'disable-content-trust': { kind: 'switch', default: true, about: 'Accepted', hidden: true },
    json: jsonFlag,
  },
  words: { min: 1, max: 1 },
  async run({ flags, words }, shell) {
    const name = words[0]!
    const reference = parseReference(name)
    if (flags['all-tags'] && (reference.tag !== undefined || reference.digest !== undefined))
      throw new Fault('usage.invalid', "tag can't be used with --all-tags/-a")
    const quiet = flags.quiet || flags.json
    const say = (text: string) => void (quiet || shell.out.write(`${text}\n`))
    if (!flags['all-tags'] && reference.tag === undefined && reference.digest === undefined)
      say('Using default tag: latest')
    const engine = await shell.engine()
    const context = { signal: shell.signal, emit: () => {} }
    const meaning = await engine.meaning(name)
    sayMeaning(name, meaning, say)
    const repository = flags['all-tags'] ? repositoryOf(name, meaning) : reference
    const names = flags['all-tags']
      ? (await engine.tags(printName(repository), context)).map((tag) => `${printName(repository)}:${tag}`)
      : [name]
    const pulled: PulledImage[] = []
    for (const one of names) {
      const { tag = 'latest', digest, path } = parseReference(one)
      if (meaning.by === undefined || flags['all-tags']) say(`${digest ?? tag}: Pulling from ${path}`)
      const result = await withProgress(
        shell,
        quiet ? 'quiet' : autoMode(shell, 'plain'),
        (ctx) => engine.pull(one, { platform: flags.platform }, ctx),
        { kind: 'layers' },
      )
      pulled.push(result)
      say(`Digest: ${result.digest}`)
      if (!flags['all-tags']) say(status(result, meaning.by === undefined ? one : result.name))
    }
    if (flags['all-tags']) say(allStatus(pulled, familiarName(repository)))
    if (flags.json) writeJson(shell, flags['all-tags'] ? pulled : pulled[0])
    else writeNames(shell, flags['all-tags'] ? [printName(repository)] : pulled.map((p) => p.reference))
    return 0
  },
})

/** podman's words for names that registries.conf turns into others. */
function sayMeaning(name: string, { names, by }: NameMeaning, say: (text: string) => void): void {
  if (by === undefined) return
  say(
    by.kind === 'alias'
      ? `Resolved "${name}" as an alias (${by.file})`
      : `Resolving "${name}" using unqualified-search registries (${by.file})`,
  )
  for (const one of names) say(`${names.length > 1 ? 'Will try' : 'Pulling'} ${one}`)
}

/** The one repository that all tags are to come from. */
function repositoryOf(name: string, { names: [only = name, ...others] }: NameMeaning): Reference {
  if (others.length === 0) return parseReference(only)
  throw new Fault('usage.invalid', `"${name}" may be in several registries; --all-tags wants one named`, {
    hint: `Write one of ${[only, ...others].join(', ')}, without the tag.`,
  })
}

function status({ outcome }: PulledImage, name: string): string {
  const { tag, digest } = parseReference(name)
  const full = tag === undefined && digest === undefined ? `${name}:latest` : name
  return outcome === 'new'
    ? `Status: Downloaded newer image for ${full}`
    : `Status: Image is up to date for ${full}`
}

function allStatus(pulled: readonly PulledImage[], repository: string): string {
  return pulled.some(({ outcome }) => outcome === 'new')
    ? `Status: Downloaded newer image for ${repository}`
    : `Status: Image is up to date for ${repository}`
}

/** docker's last lines: what was pulled, in full. */
function writeNames(shell: Shell, names: readonly string[]): void {
  shell.out.write(names.map((name) => `${name}\n`).join(''))
}
