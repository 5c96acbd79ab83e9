// A file that is copied for one RUN and removed again: mounted into that RUN instead. A secret is mounted as one, and has to be given to
// the build from then on.
import type { AddInstruction, CopyInstruction, RunInstruction } from '../../dockerfile/index.ts'
import { isSecretFile } from '../checks/secret-words.ts'
import { addFlag, type Edit, insertBefore, lineBreakOf, removeInstruction } from './edits.ts'
import { propose, refuse } from './proposal.ts'
import type { Removal } from './removed.ts'
import type { StageView } from './stage-view.ts'
import type { FixFindings, NewSecret, Proposal } from './types.ts'

interface Copied {
  readonly bringing: CopyInstruction | AddInstruction
  readonly hiding: RunInstruction
  readonly removal: Removal
  /** What takes the removal out. */
  readonly removed: readonly Edit[]
  /** Where it is copied to. */
  readonly path: string
  readonly title: string
}

export function mountInstead(view: StageView, findings: FixFindings, copied: Copied): Proposal {
  const { bringing, hiding, removal, removed, path, title } = copied
  const { file } = view
  const about = [bringing, hiding]
  const [source] = bringing.sources
  const words = { goal: 'bytes', title } as const
  if (bringing.sources.length !== 1 || typeof source !== 'string')
    return refuse(
      about,
      words,
      `line ${bringing.place.line} copies several things at once; copy this one by itself`,
    )
  if (bringing.text.includes('$'))
    return refuse(about, words, `line ${bringing.place.line} has variables in it`)
  const users = runsThatUse(view, copied)
  if (users.length === 0) {
    // nobody needs it
    return propose(about, { ...words, kind: 'remove-earlier' }, [
      removeInstruction(file, bringing),
      ...removed,
    ])
  }
  const name = source.replace(/\/+$/, '').split('/').pop() ?? ''
  const isKey = isSecretFile(source) || isSecretFile(path) || findings.keyLines.includes(bringing.place.line)
  if (isKey && bringing.kind === 'COPY' && bringing.flags.from === undefined) {
    const id = name.replace(/^\.+/, '').replace(/\.(?:key|pem)$/, '') || 'key'
    const secret: NewSecret = { id, from: { kind: 'file', path: source.replace(/^\.?\//, '') } }
    return propose(
      about,
      {
        kind: 'secret-mount',
        goal: 'secret',
        title: `${title}: RUN --mount=type=secret,id=${id}`,
        secrets: [secret],
      },
      [
        removeInstruction(file, bringing),
        ...users.map((run) => addFlag(file, run, `--mount=type=secret,id=${id},target=${path}`)),
        ...removed,
      ],
    )
  }
  if (bringing.kind === 'ADD') return mountStage(view, copied, { users, source, removal })
  const from = bringing.flags.from === undefined ? '' : `from=${bringing.flags.from},`
  const mount = `--mount=type=bind,${from}source=${source.replace(/\/+$/, '') || '/'},target=${path}`
  return propose(about, { ...words, kind: 'bind-mount', title: `${title}: RUN ${mount}` }, [
    removeInstruction(file, bringing),
    ...users.map((run) => addFlag(file, run, mount)),
    ...removed,
  ])
}

/** What ADD fetches or unpacks is not as the context has it: it gets a stage of its own, which is mounted. */
function mountStage(
  view: StageView,
  { bringing, hiding, removed, path, title }: Copied,
  {
    users,
    source,
    removal,
  }: { readonly users: readonly RunInstruction[]; readonly source: string; readonly removal: Removal },
): Proposal {
  const { file, stage } = view
  const name = freeName(view, source)
  // an archive fills its directory with more than one name; what is removed is what is needed
  const target = /[*?[]/.test(removal.word) || removal.word === path ? path : removal.word.replace(/\/+$/, '')
  const newline = lineBreakOf(file.source)
  const text = [`FROM scratch AS ${name}`, bringing.text, ''].join(newline)
  return propose(
    [bringing, hiding],
    {
      kind: 'bind-mount',
      goal: 'bytes',
      title: `${title}: a stage ${name}, mounted by the RUN that needs it`,
    },
    [
      insertBefore(file, stage.from, text),
      removeInstruction(file, bringing),
      ...users.map((run) =>
        addFlag(file, run, `--mount=type=bind,from=${name},source=${target},target=${target},rw`),
      ),
      ...removed,
    ],
  )
}

/** The RUNs up to the removal that name the path or what is in it; all of them where none does. */
function runsThatUse(
  view: StageView,
  { bringing, hiding, removal, path }: Copied,
): readonly RunInstruction[] {
  const between = view.between(bringing, hiding).filter((one) => one.kind === 'RUN')
  const others = hiding.text.replace(removal.text, '')
  const name = path.slice(path.lastIndexOf('/') + 1)
  const stays = /^RUN\s+(?:--\S+\s+)*(?:rm(?:\s+\S+)+)?\s*$/i.test(others.trim()) ? [] : [hiding]
  const all = [...between, ...stays]
  const naming = all.filter((run) => (run === hiding ? others : run.text).includes(name))
  return naming.length > 0 ? naming : all
}

function freeName({ file }: StageView, source: string): string {
  const base =
    (source.split('/').pop() ?? '')
      .toLowerCase()
      .replace(/\.(?:tar.*|tgz|zip|gz|xz|bz2|zst)$/, '')
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'files'
  const taken = new Set(file.stages.map(({ name }) => name))
  const names = [`${base}-files`, ...Array.from(taken, (_, i) => `${base}-files-${i + 2}`)]
  return names.find((name) => !taken.has(name))!
}
