// Two images, or two states of one, laid into one table and compared: files, configuration, installed packages.
import {
  berkeleyHeaders,
  compareConfigs,
  comparePackages,
  comparePathsAt,
  createLayerTree,
  findHidden,
  ndbHeaders,
  type PackageDatabase,
  type PackageDifference,
  packageDatabases,
  parsePackages,
  rpmPackages,
  type TreeView,
} from '../../analyze/index.ts'
import { type Context, Fault } from '../../core/index.ts'
import { createStrata } from '../../layer/index.ts'
import type { Comparison, ComparisonSide, StudyOptions, StudySource, StudyTree } from '../api/index.ts'
import type { Rooms } from '../workshop.ts'
import type { OpenedImage } from './opened.ts'
import { readableTree } from './readable.ts'
import { sqliteHeaders } from './rpm-database.ts'
import { openSource } from './source.ts'

/** A larger database of packages is cut off. */
const databaseLimit = 256 << 20

export async function compareImages(
  sides: { readonly before: ComparisonSide; readonly after: ComparisonSide },
  options: Pick<StudyOptions, 'platform'>,
  tools: { readonly rooms: Rooms; readonly ctx: Context },
): Promise<Comparison> {
  using opened = new DisposableStack()
  const one = opened.use(await openSource(sides.before.source, options, tools))
  const two = opened.use(await openSource(sides.after.source, options, tools))
  const lower = heightOf(one, sides.before.layer)
  const upper = heightOf(two, sides.after.layer)
  // States of one image share their layers; other images start anew above the first.
  const same = one.id === two.id
  const images = same ? [one] : [one, two]
  const indexes = images.flatMap(({ layers }) => layers.map(({ index }) => index))
  const strata = createStrata(indexes, same ? [] : [one.layers.length])
  const span = { lower, upper: same ? upper : one.layers.length + upper }
  const tree = readableTree(createLayerTree(strata, findHidden(strata)), strata, (layer) =>
    layer < one.layers.length ? one : two,
  )
  const report = {
    before: nameOf(sides.before),
    after: nameOf(sides.after),
    paths: comparePathsAt(strata, span),
    config: compareConfigs(one.config, two.config),
    packages: await packageDifferences(tree, span, tools.rooms.store.work),
  }
  const kept = opened.move()
  return { report, tree, before: span.lower, after: span.upper, [Symbol.dispose]: () => kept.dispose() }
}

function heightOf({ name, layers }: OpenedImage, layer: number | undefined): number {
  if (layer === undefined) return layers.length
  if (!Number.isInteger(layer) || layer < 0 || layer >= layers.length)
    throw new Fault('usage.invalid', `${name} has no layer ${layer}`, {
      hint: `its layers are numbered from 0 to ${layers.length - 1}, the lowest first`,
    })
  return layer + 1
}

function nameOf({ source, layer }: ComparisonSide): string {
  return `${printSource(source)}${layer === undefined ? '' : `@layer${layer}`}`
}

function printSource(source: StudySource): string {
  if (typeof source === 'string') return source
  if (source.from !== 'archive') return source.name
  return typeof source.archive === 'string' ? source.archive : (source.name ?? 'archive')
}

async function packageDifferences(
  tree: StudyTree,
  span: { readonly lower: number; readonly upper: number },
  work: string,
): Promise<PackageDifference[]> {
  const parse = ({ system, form }: PackageDatabase, bytes: Uint8Array): Map<string, string> => {
    if (form === 'text') return parsePackages(system, Buffer.from(bytes).toString('utf8'))
    if (form === 'sqlite') return rpmPackages(sqliteHeaders(bytes, work))
    return rpmPackages(form === 'ndb' ? ndbHeaders(bytes) : berkeleyHeaders(bytes))
  }
  const installed = async (height: number): Promise<Map<string, Map<string, string>>> => {
    const view = tree.view({ lower: height, upper: height })
    const found = new Map<string, Map<string, string>>()
    for (const database of packageDatabases)
      for (const id of filesAt(view, database.path)) {
        const { layer } = view.get(id)
        const packages = parse(database, await tree.read(id, { layer, limit: databaseLimit }))
        found.set(database.system, new Map([...(found.get(database.system) ?? []), ...packages]))
      }
    return found
  }
  const before = await installed(span.lower)
  const after = await installed(span.upper)
  return (['dpkg', 'apk', 'rpm'] as const).flatMap((system) =>
    comparePackages(system, before.get(system) ?? new Map(), after.get(system) ?? new Map()),
  )
}

function filesAt(view: TreeView, path: string): number[] {
  const id = view.find(path)
  if (id === undefined) return []
  const isFile = (one: number): boolean => ['file', 'hardlink'].includes(view.get(one).kind)
  return view.get(id).kind === 'directory'
    ? [...view.children(id)].filter((child) => isFile(child) && !view.get(child).name.endsWith('.md5sums'))
    : [id].filter(isFile)
}
