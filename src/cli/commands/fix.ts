// `peel fix`: a Dockerfile that wastes bytes, time or secrets, mended and proved; a diff, or the file itself with `--write`.
import { existsSync, statSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { dockerfileNames } from '../../core/index.ts'
import type { BuildOptions } from '../../engine/index.ts'
import { defineCommand } from '../command.ts'
import { type FlagValues, parseFlags } from '../flags.ts'
import { jsonFlag, writeJson } from '../listing.ts'
import { autoMode, withProgress } from '../progress/index.ts'
import type { Shell } from '../shell.ts'
import { fail } from './build-fields.ts'
import { buildFlags } from './build-flags.ts'
import { readOptions } from './build-options.ts'
import { printFix } from './fix-print.ts'

const fixFlags = {
  context: { kind: 'text', value: 'DIR', about: "The build's context (default: where the Dockerfile is)" },
  write: { kind: 'switch', short: 'w', about: 'Write the changes into the Dockerfile' },
  'change-inputs': {
    kind: 'switch',
    about: 'Also make changes after which a build needs a --secret that it did not need before',
  },
  force: {
    kind: 'switch',
    about: 'Also make changes that give another image, as long as it builds; what differs is listed',
  },
  'add-host': buildFlags['add-host'],
  allow: buildFlags.allow,
  'build-arg': buildFlags['build-arg'],
  'cdi-spec-dir': buildFlags['cdi-spec-dir'],
  'build-context': buildFlags['build-context'],
  network: buildFlags.network,
  platform: buildFlags.platform,
  pull: buildFlags.pull,
  secret: buildFlags.secret,
  'secret-build-arg': buildFlags['secret-build-arg'],
  'shm-size': buildFlags['shm-size'],
  ssh: buildFlags.ssh,
  target: buildFlags.target,
  ulimit: buildFlags.ulimit,
  json: jsonFlag,
} as const

export default defineCommand({
  name: 'fix',
  summary: 'Mend a Dockerfile that wastes, and prove that its image stays the same',
  usage: 'DOCKERFILE|DIR',
  details:
    'Builds the Dockerfile as it is and with each change by itself. A change is kept only if the final file system (content, modes, owners, links; times are not compared) and the configuration are the same. Only the stage that is built is changed.',
  flags: fixFlags,
  words: { min: 1, max: 1 },
  async run({ flags, words }, shell) {
    const { file, directory } = whatToFix(words[0]!, flags.context)
    const build = readBuild(flags, { file, directory, shell })
    const engine = await shell.engine()
    const report = await withProgress(shell, autoMode(shell, 'quiet'), (ctx) =>
      engine.fix({ build, changeInputs: flags['change-inputs'], force: flags.force }, ctx),
    )
    const written = flags.write && report.diff !== ''
    if (written) writeFileSync(file, report.text)
    if (flags.json) writeJson(shell, report)
    else shell.out.write(printFix(report, { file, written }))
    return 0
  },
})

/** A Dockerfile, or the directory it is in. */
function whatToFix(
  word: string,
  context: string | undefined,
): { readonly file: string; readonly directory: string } {
  const isDirectory = statSync(word, { throwIfNoEntry: false })?.isDirectory() === true
  const file = isDirectory
    ? dockerfileNames.map((name) => path.join(word, name)).find((name) => existsSync(name))
    : word
  if (file === undefined || !existsSync(file))
    return fail(`there is no Dockerfile at ${word}`, 'Name a Dockerfile, or the directory it is in.')
  return { file, directory: context ?? path.dirname(file) }
}

/** What `peel build` would make of the same flags. */
function readBuild(
  {
    context: _context,
    write: _write,
    'change-inputs': _inputs,
    force: _force,
    json: _json,
    ...given
  }: FlagValues<typeof fixFlags>,
  { file, directory, shell }: { readonly file: string; readonly directory: string; readonly shell: Shell },
): BuildOptions {
  const parsed = parseFlags(buildFlags, [], { command: 'peel fix' })
  if (parsed.kind === 'help') return fail('there are no flags')
  return readOptions({ ...parsed.flags, ...given, file: path.resolve(file) }, directory, {
    env: shell.env,
    readInput: () => fail('a Dockerfile from standard input cannot be mended'),
    input: shell.input.stream as AsyncIterable<Uint8Array>,
  })
}
