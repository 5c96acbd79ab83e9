// COPY and ADD: which of their sources are paths, here documents, URLs or repositories, and where the files go.
import { Fault, type GitReference, parseGitReference } from '../core/index.ts'
import { type AddInstruction, type CopyInstruction, heredocText } from '../dockerfile/index.ts'
import { copyCreatedBy } from './created-by.ts'
import { normalWorkdir, type StageState, workdirOf } from './state.ts'
import type { CopyItem, CopyStep, FetchedItem, FileSource } from './step.ts'
import { urlFileName } from './url-file-name.ts'

/** The step of a COPY or ADD whose variables are expanded. Faults with `dockerfile.invalid` and `reference.invalid`. */
export function copyStep(
  instruction: CopyInstruction | AddInstruction,
  state: StageState,
  how: { readonly source: FileSource; readonly parents: boolean; readonly unpack: boolean | undefined },
): Omit<CopyStep, 'name' | 'place'> {
  const { sources, destination, flags } = instruction
  const items = sources.map((source): CopyItem => {
    if (typeof source !== 'string') return { kind: 'inline', name: source.name, body: heredocText(source) }
    return remoteItem(source, instruction) ?? { kind: 'path', path: source }
  })
  // a flag whose variables come out empty is as good as not given
  const chown = flags.chown || undefined
  const chmod = flags.chmod || undefined
  if (instruction.kind === 'ADD') checkChecksum(instruction.flags.checksum, items)
  return {
    kind: 'copy',
    createdBy: copyCreatedBy(instruction.kind, {
      parents: how.parents,
      chown,
      chmod,
      sources: sources.filter((source) => typeof source === 'string'),
      inline: sources.flatMap((source) => (typeof source === 'string' ? [] : [source.name])),
      destination,
    }),
    source: how.source,
    items,
    destination: destinationPath(workdirOf(state), destination),
    chown,
    chmod,
    exclude: flags.exclude,
    parents: how.parents,
    link: flags.link,
    unpack: how.unpack ?? instruction.kind === 'ADD',
  }
}

/** A source that has to be fetched; `undefined` for a path. */
function remoteItem(source: string, instruction: CopyInstruction | AddInstruction): FetchedItem | undefined {
  const reference = parseGitReference(source)
  const isGit = reference !== undefined && !reference.looksLocal
  if (!isGit && !/^https?:\/\//.test(source)) return undefined
  if (instruction.kind === 'COPY')
    throw new Fault('dockerfile.invalid', `source can't be a ${isGit ? 'git ref' : 'URL'} for COPY`, {
      hint: 'use ADD',
    })
  const { checksum, keepGitDir, unpack = false } = instruction.flags
  if (!isGit) return { kind: 'url', url: source, fileName: urlFileName(source), checksum, unpack }
  return { kind: 'git', reference: withFlags(reference, { checksum, keepGitDir }) }
}

/** What the instruction's flags say about a repository beside its own query; they may not disagree. */
function withFlags(
  reference: GitReference,
  flags: { readonly checksum: string | undefined; readonly keepGitDir: boolean | undefined },
): GitReference {
  const keepGitDir = reference.keepGitDir ?? flags.keepGitDir
  const checksum = reference.checksum ?? flags.checksum
  if (flags.keepGitDir !== undefined && flags.keepGitDir !== keepGitDir)
    throw new Fault('dockerfile.invalid', 'inconsistent keep-git-dir configuration', {
      hint: '--keep-git-dir says one thing and keep-git-dir= in the URL another',
    })
  if (flags.checksum !== undefined && flags.checksum !== checksum)
    throw new Fault('dockerfile.invalid', `checksum mismatch "${flags.checksum}" != "${checksum}"`, {
      hint: '--checksum says one thing and checksum= in the URL another',
    })
  if (checksum !== undefined && !/^[0-9a-f]{1,64}$/.test(checksum))
    throw new Fault(
      'dockerfile.invalid',
      `invalid checksum "${checksum}": expected hex commit hash of a git repository`,
    )
  return {
    ...reference,
    ...(keepGitDir !== undefined && { keepGitDir }),
    ...(checksum !== undefined && { checksum }),
  }
}

function checkChecksum(checksum: string | undefined, items: readonly CopyItem[]): void {
  if (checksum === undefined) return
  if (items.length !== 1)
    throw new Fault('dockerfile.invalid', "checksum can't be specified for multiple sources")
  if (items[0]?.kind !== 'url' && items[0]?.kind !== 'git')
    throw new Fault('dockerfile.invalid', 'checksum requires HTTP(S) or Git sources')
}

/** Absolute and clean; `.` and a `/` at the end keep saying "this is a directory". */
function destinationPath(workdir: string, destination: string): string {
  const clean = normalWorkdir(workdir, destination)
  const directory = destination === '' || /(^|\/)\.?$/.test(destination)
  return directory && clean !== '/' ? `${clean}/` : clean
}
