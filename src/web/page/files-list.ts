// A tree of which only the rows on screen exist, however many there are; moved in by keys as trees are.
import { byId } from './dom.ts'
import { drawRow, rowHeight } from './files-row.ts'
import type { Narrator } from './narrate.ts'
import type { Paths } from './paths.ts'
import { type Chosen, type Listing, list } from './rows.ts'
import type { State } from './state.ts'

export interface ListParts {
  readonly paths: Paths
  readonly layers: number
  readonly state: State
  readonly narrator: Narrator
  /** A row was clicked or entered. */
  readonly picked: (row: number) => void
}

export interface FileList {
  /** Shows these rows, from the top. */
  show(chosen: Chosen): void
  /** Brings the same rows into the order that is chosen now. */
  reorder(): void
  /** Opens what is above a row and brings it into sight. */
  goTo(row: number): void
}

/** Browsers end an element's height at some 30 million pixels: more rows than this are not shown at once. */
const mostRows = 1_000_000
/** Rows drawn above and below what is in sight. */
const spare = 4

export function createFileList({ paths, layers, state, narrator, picked }: ListParts): FileList {
  const tree = byId('tree', HTMLElement)
  const sheet = byId('tree-rows', HTMLElement)
  const open = new Set<number>(paths.rows < 60 ? paths.children(0) : [])
  /** Directories that a search opened and the visitor closed. */
  const closed = new Set<number>()
  // no higher than all rows need
  tree.style.maxHeight = `${(paths.rows - 1) * rowHeight + 16}px`
  let chosen: Chosen
  let listing: Listing
  let active = 0
  let drawn = ''

  const isOpen = (row: number): boolean => (chosen.above?.[row] === 1 ? !closed.has(row) : open.has(row))
  const isDirectory = (row: number): boolean => paths.end[row]! > row + 1
  const relist = (kept?: number): void => {
    listing = list(paths, chosen, { order: state.now.order, isOpen })
    sheet.style.height = `${Math.min(listing.rows.length, mostRows) * rowHeight}px`
    const at = kept === undefined ? -1 : listing.rows.indexOf(kept)
    active = Math.max(0, Math.min(at < 0 ? active : at, listing.rows.length - 1))
    drawn = ''
    draw()
  }
  const draw = (): void => {
    const from = Math.max(0, Math.floor(tree.scrollTop / rowHeight) - spare)
    const seen = Math.ceil((tree.scrollTop + tree.clientHeight) / rowHeight)
    const to = Math.min(listing.rows.length, seen + spare)
    const key = `${from} ${to} ${active}`
    if (key === drawn) return
    drawn = key
    const places = Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i)
    // the active row must exist for those who are told of it, also where it has been scrolled away
    if (active < listing.rows.length && (active < from || active >= to)) places.push(active)
    const parts = { paths, layers, listing, chosen, narrator, isOpen, query: state.now.query }
    sheet.replaceChildren(...places.map((at) => drawRow({ ...parts, at, active: at === active })))
    if (listing.rows.length > 0) tree.setAttribute('aria-activedescendant', `file-${listing.rows[active]!}`)
    else tree.removeAttribute('aria-activedescendant')
  }
  const go = (at: number): void => {
    active = Math.max(0, Math.min(at, listing.rows.length - 1))
    const top = active * rowHeight
    if (top < tree.scrollTop) tree.scrollTop = top
    else if (top + rowHeight > tree.scrollTop + tree.clientHeight)
      tree.scrollTop = top + rowHeight - tree.clientHeight
    draw()
  }
  const setOpen = (row: number, wanted: boolean): void => {
    const searched = chosen.above?.[row] === 1
    const set = searched ? closed : open
    if (wanted === searched) set.delete(row)
    else set.add(row)
    relist(row)
  }
  const press = (row: number): void => {
    if (isDirectory(row)) setOpen(row, !isOpen(row))
    picked(row)
  }
  const inward = (row: number): void => {
    if (!isDirectory(row)) return
    if (isOpen(row)) go(active + 1)
    else setOpen(row, true)
  }
  const outward = (row: number): void => {
    if (isDirectory(row) && isOpen(row)) setOpen(row, false)
    else if (paths.parent[row]! > 0) go(listing.rows.indexOf(paths.parent[row]!))
  }

  tree.addEventListener('scroll', draw, { passive: true })
  sheet.addEventListener('click', ({ target }) => {
    const hit = target instanceof Element ? target.closest<HTMLElement>('[data-at]') : null
    if (hit === null) return
    active = Number(hit.dataset.at)
    press(listing.rows[active]!)
    draw()
  })
  tree.addEventListener('keydown', (event) => {
    const row = listing.rows[active]
    if (row === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    const page = Math.max(1, Math.floor(tree.clientHeight / rowHeight) - 1)
    const moves: Readonly<Record<string, () => void>> = {
      ArrowDown: () => go(active + 1),
      ArrowUp: () => go(active - 1),
      PageDown: () => go(active + page),
      PageUp: () => go(active - page),
      Home: () => go(0),
      End: () => go(listing.rows.length - 1),
      ArrowRight: () => inward(row),
      ArrowLeft: () => outward(row),
      Enter: () => press(row),
      ' ': () => press(row),
    }
    const move = moves[event.key]
    if (move === undefined) return
    move()
    event.preventDefault()
  })

  return {
    show(wanted) {
      const first = chosen === undefined
      chosen = wanted
      closed.clear()
      tree.scrollTop = 0
      active = 0
      relist()
      if (first) new ResizeObserver(draw).observe(tree)
    },
    reorder: () => relist(listing.rows[active]),
    goTo(row) {
      for (let above = paths.parent[row]!; above > 0; above = paths.parent[above]!) open.add(above)
      relist(row)
      tree.scrollTop = Math.max(0, active * rowHeight - tree.clientHeight / 3)
      draw()
    },
  }
}
