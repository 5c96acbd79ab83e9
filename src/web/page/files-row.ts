// One row of the list of files, with a mark for each layer that says something about the path.
import { acts, kinds } from '../model.ts'
import { element, svgElement } from './dom.ts'
import type { Narrator } from './narrate.ts'
import type { Paths } from './paths.ts'
import type { Chosen, Listing } from './rows.ts'
import { bytes, visible } from './words.ts'

/** Pixels; the style sheet says the same. */
export const rowHeight = 28

export interface RowParts {
  readonly paths: Paths
  readonly layers: number
  readonly listing: Listing
  readonly chosen: Chosen
  readonly narrator: Narrator
  readonly at: number
  readonly active: boolean
  readonly query: string
  isOpen(row: number): boolean
}

export function drawRow(parts: RowParts): HTMLElement {
  const { paths, listing, chosen, at, active } = parts
  const row = listing.rows[at]!
  const directory = paths.end[row]! > row + 1
  const open = directory ? parts.isOpen(row) : undefined
  const wasted = chosen.wasted[row]!
  const gone = isGone(paths, row)
  const drawn = element(
    'div',
    {
      id: `file-${row}`,
      class: `file${active ? ' active' : ''}${gone ? ' gone' : ''}${directory ? ' directory' : ''}`,
      role: 'treeitem',
      'data-at': at,
      'aria-level': paths.depth[row]!,
      'aria-posinset': listing.position[at]!,
      'aria-setsize': listing.siblings[at]!,
      'aria-expanded': open === undefined ? undefined : String(open),
      'aria-selected': String(active),
    },
    element(
      'span',
      { class: 'file-name' },
      element('span', { class: `twisty${open === undefined ? ' none' : open ? ' open' : ''}` }),
      nameOf(parts, row, directory),
      gone ? element('span', { class: 'hidden' }, ' not in the final image') : undefined,
    ),
    element('span', { class: 'file-layers' }, marks(parts, row)),
    element(
      'span',
      { class: 'file-wasted' },
      ...(wasted > 0 ? [bytes(wasted), element('span', { class: 'hidden' }, ' wasted of ')] : []),
    ),
    element('span', { class: 'file-size' }, bytes(chosen.size[row]!)),
  )
  drawn.style.transform = `translateY(${at * rowHeight}px)`
  drawn.style.setProperty('--depth', String(paths.depth[row]! - 1))
  return drawn
}

function nameOf({ paths, query }: RowParts, row: number, directory: boolean): Node {
  const name = visible(paths.name(row))
  const wanted = query.trim().toLowerCase().split('/').at(-1) ?? ''
  const at = wanted === '' ? -1 : name.toLowerCase().indexOf(wanted)
  const made = element('bdi')
  if (at < 0) made.append(name)
  else
    made.append(
      name.slice(0, at),
      element('mark', {}, name.slice(at, at + wanted.length)),
      name.slice(at + wanted.length),
    )
  if (directory) made.append('/')
  return made
}

/** Nothing stands at the path in the final image. */
function isGone(paths: Paths, row: number): boolean {
  const last = paths.first[row + 1]! - 1
  if (last < paths.first[row]!) return false
  return kinds[paths.kind[last]!] === 'whiteout' || paths.by[last] !== 0
}

/** A strip with a place for each layer: full for added, half for changed, low for attributes, hollow for removed. */
function marks({ paths, layers, narrator }: RowParts, row: number): Node {
  const strip = svgElement('svg', {
    class: 'marks',
    viewBox: `0 0 ${layers} 10`,
    preserveAspectRatio: 'none',
    role: 'img',
    'aria-label': `layers ${narrator.layersOf(row)}`,
  })
  strip.append(svgElement('rect', { class: 'mark-ground', x: 0, y: 4.6, width: layers, height: 0.8 }))
  const put = (layer: number, act: (typeof acts)[number]): void => {
    strip.append(
      svgElement('rect', { class: `mark-${act} l${layer}`, x: layer + 0.1, width: 0.8, y: 1, height: 8 }),
    )
  }
  for (let event = paths.first[row]!; event < paths.first[row + 1]!; event++) {
    if (kinds[paths.kind[event]!] === 'implied') continue
    put(paths.layer[event]!, acts[paths.act[event]!]!)
    const removedBy = removal(paths, row, event)
    if (removedBy !== undefined) put(removedBy, 'removed')
  }
  return strip
}

/** The layer that took a path away without naming it: by removing a directory above. */
function removal(paths: Paths, row: number, event: number): number | undefined {
  if (paths.by[event] === 0) return undefined
  const by = paths.by[event]! - 1
  const next = event + 1
  return next < paths.first[row + 1]! && paths.layer[next] === by ? undefined : by
}
