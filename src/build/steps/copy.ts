// COPY and ADD: files of the context, a stage or an image, here documents, downloads and archives, packed straight into a layer.
import { field, type KeyPart } from '../../cache/index.ts'
import { type Context, type Digest, type RootPath, rootPath, sha256, toRootPath } from '../../core/index.ts'
import { type Entry, type FileEntry, type FileView, type LayerIndex, resolvePath } from '../../layer/index.ts'
import type { CopyItem, CopyStep } from '../../plan/index.ts'
import type { Layer } from '../../store/index.ts'
import type { ContextView } from '../context-view.ts'
import { selectedParts } from '../file-parts.ts'
import { parseMode } from '../mode.ts'
import { ownerIn } from '../owner.ts'
import { openPlacement, type Placement } from '../place.ts'
import type { Opened, Prepared, Work } from '../prepared.ts'
import { plainPath, type Selected, selectFiles } from '../select.ts'
import { isArchive, unpackArchive } from '../sources/archive.ts'
import { type Download, download } from '../sources/download.ts'
import { fetchGit } from '../sources/git.ts'
import { clampTime, isLayered, originParts, sourceLayers, type Tools } from '../tools.ts'
import { openUnchanged } from '../unchanged.ts'

export function prepareCopy(step: CopyStep, tools: Tools): Prepared {
  const { source, items } = step
  const context =
    source.from === 'context' && items.some(({ kind }) => kind === 'path')
      ? tools.context(source.name)
      : undefined
  return {
    fields: copyFields(step),
    origin: items.every(({ kind }) => kind === 'path') ? originOf(step, tools) : undefined,
    alone: standsAlone(step),
    ignore: context?.ignore,
    unchanged: context && unchangedOf(step, context, tools),
    open: (ctx) => openCopy(step, context, tools, ctx),
  }
}

/** Only where the files are all those of some directories, plainly named: patterns and links could lead elsewhere another time. */
function unchangedOf(step: CopyStep, context: ContextView, tools: Tools): Prepared['unchanged'] {
  const { items, exclude, parents } = step
  if (exclude.length > 0 || parents) return undefined
  const roots: RootPath[] = []
  for (const item of items) {
    const root = item.kind === 'path' ? plainPath(item.path) : undefined
    if (root === undefined || !isDirectory(context, root)) return undefined
    roots.push(root)
  }
  return openUnchanged(context, roots, tools.store.contextDigests)
}

function isDirectory(context: ContextView, path: RootPath): boolean {
  return resolvePath(context, path, 'all') === path && context.lookup(path)?.node.kind === 'directory'
}

function originOf({ source, items, exclude }: CopyStep, tools: Tools): Prepared['origin'] {
  if (!isLayered(source)) return undefined
  const paths = items.map((item) => (item.kind === 'path' ? item.path : ''))
  return () => originParts('from', source, { paths, exclude }, tools)
}

/** Downloads what ADD names by URL, since that is part of what the step depends on. */
async function openCopy(
  step: CopyStep,
  context: ContextView | undefined,
  tools: Tools,
  ctx: Context,
): Promise<Opened> {
  const mode = step.chmod === undefined ? undefined : parseMode(step.chmod)
  const layers = sourceLayers(step.source, tools)
  await tools.supply.obtain(layers, ctx)
  const view = context ?? tools.store.layers.stack(layers)
  const sources = await Promise.all(
    step.items.map((item, number) => openSource(item, { number, step, view, tools, ctx })),
  )
  const files = (): KeyPart[] => sources.flatMap((source) => source.parts())

  const perform = async (work: Work, ctx: Context): Promise<Layer> => {
    const stack = tools.store.layers.stack(work.below)
    const placement = openPlacement(stack, {
      destination: step.destination,
      owner: step.chown === undefined ? undefined : ownerIn(stack, step.chown, step.place, ctx),
      mode,
      now: tools.now(),
      time: (mtime) =>
        context !== undefined && tools.epoch !== undefined ? tools.epoch : clampTime(tools, mtime),
      replaced: (path) => warnOfReplaced(path, step, ctx),
    })
    for (const source of sources) await source.place(placement, ctx)
    const placed = placement.entries()
    const options = { earlier: work.earlier, watch: tools.leaks.watch(step, ctx) }
    if (context === undefined) return tools.store.layers.repack(placed, options, ctx)
    const entries = placed.map((entry) => withDigest(entry, context))
    const layer = await tools.store.layers.repack(entries, options, ctx)
    learn(entries, context, tools.store.layers.index(layer.diffId))
    return layer
  }

  return { files, perform }
}

/** BuildKit copies several sources to one file without a word, where the classic builder refused. */
function warnOfReplaced(path: RootPath, { place }: CopyStep, ctx: Context): void {
  const message = `several sources go to the file ${path}, and only the last stays: write ${path}/ for a directory`
  ctx.emit({ type: 'warning', code: 'SourceReplaced', message, place })
}

/** `--link` reads nothing below, as in BuildKit; with `--chmod` it is a plain copy there, and here also where an owner has a name. */
function standsAlone({ link, chown = '', chmod }: CopyStep): boolean {
  return link && chmod === undefined && /^\d*(?::\d*)?$/.test(chown)
}

function copyFields(step: CopyStep): KeyPart[] {
  return [
    field('instruction', step.unpack ? 'ADD' : 'COPY'),
    field('destination', step.destination),
    field('sources', String(step.items.length)),
    ...(step.chown === undefined ? [] : [field('--chown', step.chown)]),
    ...(step.chmod === undefined ? [] : [field('--chmod', step.chmod)]),
    ...(step.parents ? [field('--parents', 'true')] : []),
  ]
}

interface CopySource {
  readonly parts: () => KeyPart[]
  readonly place: (placement: Placement, ctx: Context) => Promise<void>
}

interface Opening {
  /** Which of the step's items it is. */
  readonly number: number
  readonly step: CopyStep
  readonly view: FileView
  readonly tools: Tools
  readonly ctx: Context
}

async function openSource(item: CopyItem, opening: Opening): Promise<CopySource> {
  switch (item.kind) {
    case 'path':
      return pathSource(item.path, opening)
    case 'inline':
      return inlineSource(item.name, item.body, opening.tools)
    case 'url':
      return urlSource(await download(item, opening.tools, opening.ctx), item.unpack, opening.tools)
    case 'git': {
      const { layer } = await fetchGit(item.reference, opening.tools, opening.ctx)
      const view = opening.tools.store.layers.stack([layer])
      return pathSource(rootPath, { ...opening, step: { ...opening.step, unpack: false }, view })
    }
  }
}

function pathSource(path: string, { number, step, view, tools }: Opening): CopySource {
  const digest = (file: FileEntry): Digest => view.digest(file)
  const within = step.source.from === 'context' ? 'context' : 'image'
  const selections = selectFiles(path, view, step).map((selected) => ({
    selected,
    archive: step.unpack ? archiveFile(selected) : undefined,
  }))
  return {
    parts: () =>
      selections.flatMap(({ selected }, i) => {
        // of two matches with one name the later wins, so their order counts; an unrelated new match changes no other's name
        const same = selections.slice(0, i).filter((before) => before.selected.name === selected.name).length
        return selectedParts(`${number}.${same}`, selected, { digest, within })
      }),
    async place(placement, ctx) {
      for (const { selected, archive } of selections)
        if (archive === undefined) placement.place(selected)
        else placement.place(await unpackArchive(archive, tools.store, ctx), 'replace')
    },
  }
}

function archiveFile(selected: Selected): FileEntry | undefined {
  const node = selected.files[0]?.found.node
  return node?.kind === 'file' && isArchive(node) ? node : undefined
}

function inlineSource(name: string, body: string, tools: Tools): CopySource {
  const bytes = Buffer.from(body, 'utf8')
  const node: FileEntry = {
    kind: 'file',
    path: toRootPath(name),
    meta: { mode: 0o644, uid: 0, gid: 0, mtime: tools.now() },
    size: bytes.length,
    content: { in: 'memory', bytes },
  }
  const selected = single(name, node)
  return {
    parts: () => [
      {
        kind: 'file',
        name: `inline:${name}`,
        path: `<<${name}`,
        state: 'file 644 0:0',
        content: sha256(bytes),
      },
    ],
    place: async (placement) => placement.place(selected),
  }
}

function urlSource(file: Download, unpack: boolean, tools: Tools): CopySource {
  const node: FileEntry = {
    kind: 'file',
    path: toRootPath(file.name),
    meta: { mode: 0o600, uid: 0, gid: 0, mtime: file.modified ?? 0n },
    size: file.size,
    content: { in: 'host', path: file.path },
  }
  return {
    parts: () => [
      {
        kind: 'file',
        name: `url:${file.name}`,
        path: file.url,
        state: `file 600 0:0 ${file.modified ?? ''}`,
        content: file.digest,
      },
    ],
    async place(placement, ctx) {
      if (unpack) placement.place(await unpackArchive(node, tools.store, ctx), 'replace')
      else placement.place(single(file.name, node))
    },
  }
}

function single(name: string, node: FileEntry): Selected {
  return { name, files: [{ relative: '', found: { node } }] }
}

/** A file of the context with its digest, where that became known since the file was first looked at. */
function withDigest(entry: Entry, context: ContextView): Entry {
  if (entry.kind !== 'file' || entry.digest !== undefined || entry.content.in !== 'host') return entry
  const digest = context.known(entry.content.path)
  return digest === undefined ? entry : { ...entry, digest }
}

/** Tells the context which contents the files turned out to have that nothing was known of. */
function learn(entries: readonly Entry[], context: ContextView, index: LayerIndex): void {
  for (const [row, entry] of entries.entries()) {
    if (entry.kind !== 'file' || entry.digest !== undefined || entry.content.in !== 'host') continue
    // packed in this order, so it is the row's entry unless the index had to be sorted
    const packed = index.at(row)
    const made = packed.path === entry.path ? packed : index.at(index.find(entry.path))
    if (made.kind === 'file' && made.digest !== undefined) context.learn(entry.content.path, made.digest)
  }
}
