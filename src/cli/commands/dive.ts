// `peel dive`: the layers of an image in the terminal browser, or before the judges, or as dive's JSON. Flags, files, output and exit
// statuses are dive's.
import { existsSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { type Context, Fault } from '../../core/index.ts'
import type { RuleValues, SecretsReport, Study } from '../../engine/index.ts'
import { readAllowList } from '../allow-list.ts'
import { readPreferences } from '../browser-preferences.ts'
import { defineCommand } from '../command.ts'
import { gateFormats, printVerdict } from '../gate/print.ts'
import { gateFlags, isGate, readGate } from '../gate/values.ts'
import { autoMode, withProgress } from '../progress/index.ts'
import type { Shell } from '../shell.ts'
import { parseSide, sourceAbout, sourceFlags, withPrefix } from '../study-source.ts'
import { readVersion } from '../version.ts'

export default defineCommand({
  name: 'dive',
  summary: 'Explore the layers of an image, and what they waste',
  usage: 'IMAGE [OTHER]',
  details: `${sourceAbout} A second image is compared with the first.`,
  flags: {
    ...sourceFlags,
    source: {
      kind: 'choice',
      values: ['docker', 'podman', 'docker-archive', 'oci-archive', 'oci', 'registry', 'store'],
      about: 'Where the image comes from, where its name has no prefix that says so',
    },
    json: {
      kind: 'text',
      short: 'j',
      value: 'FILE',
      about: "Write dive's JSON of the layers to a file instead of showing them",
    },
    format: {
      kind: 'choice',
      values: gateFormats,
      about: 'With --ci: how to print the verdict (default: text)',
    },
    'ignore-errors': {
      kind: 'switch',
      short: 'i',
      about: "Accepted for dive's sake: damaged archives are refused",
      hidden: true,
    },
    ...gateFlags,
  },
  words: { min: 1, max: 2 },
  async run({ flags, words }, shell) {
    const judged = isGate(flags, shell.env)
    const [image, other] = words.map((word) => withPrefix(word, flags.source))
    const { json, platform, base } = flags
    if (json !== undefined && !existsSync(path.dirname(json)))
      throw new Fault('usage.invalid', `directory for JSON export does not exist: ${path.dirname(json)}`)
    if (other !== undefined && (judged || json !== undefined))
      throw new Fault('usage.invalid', 'one image is judged or exported at a time', {
        hint: 'peel diff compares two images',
      })
    const gate = judged
      ? await readGate(flags, (message) => shell.err.write(`WARNING: ${message}\n`))
      : undefined
    const browse = gate === undefined && json === undefined ? browserOf(shell) : undefined
    const preferences = browse === undefined ? undefined : await readPreferences(shell.env)
    const engine = await shell.engine()
    using study = await withProgress(shell, autoMode(shell, 'quiet'), (ctx) =>
      engine.study(other === undefined ? image! : parseSide(image!).source, { platform, base }, ctx),
    )
    if (json !== undefined) {
      writeFileSync(json, JSON.stringify(study.diveDocument(), undefined, 2))
      return 0
    }
    if (browse === undefined)
      return judge(
        study,
        {
          ...gate!,
          excludeBase: gate!.excludeBase === true || base !== undefined,
          secrets: await searched(study, gate!.rules, shell),
        },
        { shell, format: flags.format ?? 'text' },
      )
    const compare = (side: string, ctx: Context) =>
      engine.compare({ before: parseSide(image!), after: parseSide(side) }, { platform }, ctx)
    using comparison =
      other === undefined
        ? undefined
        : await withProgress(shell, autoMode(shell, 'quiet'), (ctx) => compare(other, ctx))
    await browse({
      study,
      comparison,
      secrets: async (ctx) => study.secrets({ allow: readAllowList(undefined) }, ctx),
      compare: (name) => compare(name, { signal: shell.signal, emit: () => {} }),
      preferences,
    })
    return 0
  },
})

/** Looks for secrets where a rule is about them. */
async function searched(
  study: Study,
  { highestSecrets }: RuleValues,
  shell: Shell,
): Promise<SecretsReport | undefined> {
  if (highestSecrets === undefined) return undefined
  const allow = readAllowList(undefined)
  return await withProgress(shell, autoMode(shell, 'quiet'), (ctx) => study.secrets({ allow }, ctx))
}

function judge(
  study: Study,
  options: Parameters<Study['judge']>[0],
  { shell, format }: { readonly shell: Shell; readonly format: (typeof gateFormats)[number] },
): number {
  const gate = study.judge(options)
  shell.out.write(printVerdict({ report: study.report, gate }, format, readVersion()))
  return gate.passed ? 0 : 1
}

/** Faults with `usage.invalid` where there is no terminal to browse in. */
function browserOf({ browse, input, out, env }: Shell): NonNullable<Shell['browse']> {
  const dumb = env.TERM === 'dumb'
  if (browse !== undefined && input.terminal && out.terminal && !dumb) return browse
  throw new Fault(
    'usage.invalid',
    dumb ? 'this terminal (TERM=dumb) cannot show the browser' : 'the browser needs a terminal',
    {
      hint: 'without one: peel waste IMAGE, peel dive --ci IMAGE or peel dive --json FILE IMAGE',
    },
  )
}
