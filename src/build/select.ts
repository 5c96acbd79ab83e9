// What a COPY takes: the files that its sources name, found in a view of the context, a stage or an image.
import { baseName, Fault, joinPath, type RootPath, rootPath, toRootPath } from '../core/index.ts'
import { compilePatterns, matchPath } from '../dockerfile/index.ts'
import { type FileView, type Found, resolvePath } from '../layer/index.ts'

/** One source after wildcards and symlinks. */
export interface Selected {
  /** The last component of the source as written or matched: the name it gets in a directory. */
  readonly name: string
  /** The source itself, `''`, then all below it, depth first, with paths relative to it. */
  readonly files: readonly SelectedFile[]
}

export interface SelectedFile {
  /** Relative to the source, `/` between components; empty for the source itself. */
  readonly relative: string
  readonly found: Found
}

export interface SelectOptions {
  readonly exclude: readonly string[]
  readonly parents: boolean
}

/**
 * The files that one source path or pattern names. A pattern may match nothing; what stands before the first wildcard must be there, else
 * `copy.missing`.
 */
export function selectFiles(source: string, view: FileView, options: SelectOptions): Selected[] {
  if (options.parents) return selectParents(source, view, options)
  const excluded = options.exclude.length === 0 ? undefined : compilePatterns(options.exclude)
  const selected: Selected[] = []
  for (const match of matches(source, view)) {
    const path = resolvePath(view, match, 'all')
    const found = view.lookup(path)
    if (found === undefined) throw missing(source)
    const files: SelectedFile[] = [{ relative: '', found }]
    if (found.node.kind === 'directory')
      walk(view, { path, relative: '' }, (file) => {
        if (excluded === undefined || !excluded.match(file.relative).ignored) files.push(file)
      })
    selected.push({
      name: baseName(match),
      files: excluded === undefined ? files : withParents(files, path, view),
    })
  }
  return selected
}

function missing(source: string): Fault {
  return new Fault('copy.missing', `"${source}" is not in the source: not found`, {
    hint: 'check the path, and that .dockerignore does not exclude it',
    data: { source },
  })
}

/** Visits all below a directory, depth first. */
function walk(
  view: FileView,
  { path, relative }: { readonly path: RootPath; readonly relative: string },
  visit: (file: SelectedFile) => void,
): void {
  for (const name of view.list(path)) {
    const child = joinPath(path, name)
    const found = view.lookup(child)
    if (found === undefined) continue
    const at = relative === '' ? name : `${relative}/${name}`
    visit({ relative: at, found })
    if (found.node.kind === 'directory') walk(view, { path: child, relative: at }, visit)
  }
}

/** An excluded directory comes back when something in it was not excluded. */
function withParents(files: readonly SelectedFile[], root: RootPath, view: FileView): SelectedFile[] {
  const kept: SelectedFile[] = []
  const present = new Set<string>()
  const add = (file: SelectedFile): void => {
    const slash = file.relative.lastIndexOf('/')
    const above = slash < 0 ? '' : file.relative.slice(0, slash)
    if (above !== '' && !present.has(above)) {
      const found = view.lookup(toRootPath(`${root}/${above}`))
      if (found !== undefined) add({ relative: above, found })
    }
    if (present.has(file.relative)) return
    present.add(file.relative)
    kept.push(file)
  }
  files.forEach(add)
  return kept
}

const wildcard = /(?:^|[^\\])(?:\\\\)*[*?[]/

/** What a source names that is no pattern. */
export function plainPath(source: string): RootPath | undefined {
  const path = toRootPath(source)
  return path.split('/').some((part) => wildcard.test(part)) ? undefined : toRootPath(literal(path))
}

/** The paths that a source matches, in walking order; a plain path is its own match. */
function matches(source: string, view: FileView): RootPath[] {
  const plain = plainPath(source)
  if (plain !== undefined) return [plain]
  const parts = toRootPath(source).slice(1).split('/')
  const first = parts.findIndex((part) => wildcard.test(part))
  const base = resolvePath(view, toRootPath(parts.slice(0, first).map(literal).join('/')), 'all')
  if (base !== rootPath && view.lookup(base) === undefined) throw missing(source)
  const results: RootPath[] = []
  const descend = (directory: RootPath, rest: readonly string[]): void => {
    const [part = '', ...below] = rest
    for (const name of view.list(directory)) {
      if (!matchPath(part, name)) continue
      const child = joinPath(directory, name)
      if (below.length === 0) results.push(child)
      else if (view.lookup(child)?.node.kind === 'directory') descend(child, below)
    }
  }
  descend(base, parts.slice(first))
  return results
}

function literal(part: string): string {
  return part.replace(/\\(.)/g, '$1')
}

/** `--parents`: what matches below the pivot `/./` (or the root) keeps its directories; the pivot may be a pattern, too. */
function selectParents(source: string, view: FileView, options: SelectOptions): Selected[] {
  const [before, ...after] = source.split('/./')
  const pivots = after.length === 0 ? [rootPath] : matches(before ?? '', view)
  const pattern = toRootPath(after.length === 0 ? source : after.join('/./')).slice(1)
  const excluded = options.exclude.length === 0 ? undefined : compilePatterns(options.exclude)
  const included = compilePatterns([pattern])
  const selected = pivots.map((pivot): Selected => {
    const path = resolvePath(view, pivot, 'all')
    const root = view.lookup(path)
    if (root === undefined) throw missing(source)
    const files: SelectedFile[] = [{ relative: '', found: root }]
    walk(view, { path, relative: '' }, (file) => {
      if (included.match(file.relative).ignored && !excluded?.match(file.relative).ignored) files.push(file)
    })
    return { name: baseName(path), files: withParents(files, path, view) }
  })
  if (!wildcard.test(source) && selected.every(({ files }) => files.length === 1)) throw missing(source)
  return selected
}
