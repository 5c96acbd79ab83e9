// The list of files: a tree of which only the rows on screen exist, however many there are.
import { byId, choice } from './dom.ts'
import { showDetail } from './files-detail.ts'
import { drawRow, rowHeight } from './files-row.ts'
import type { Narrator } from './narrate.ts'
import type { Paths } from './paths.ts'
import { type Chosen, choose, type Listing, list } from './rows.ts'
import { createFinder } from './search.ts'
import type { State } from './state.ts'
import { bytes, count } from './words.ts'

export interface FileParts {
  readonly paths: Paths
  readonly layers: number
  readonly state: State
  readonly narrator: Narrator
}

export interface Files {
  /** Opens what is above a path, goes to it and shows its details. */
  reveal(row: number): void
}

/** Browsers end an element's height at some 30 million pixels: more rows than this are not shown at once. */
const mostRows = 1_000_000

export function startFiles({ paths, layers, state, narrator }: FileParts): Files {
  const tree = byId('tree', HTMLElement)
  const sheet = byId('tree-rows', HTMLElement)
  const status = byId('files-status', HTMLElement)
  const search = byId('search', HTMLInputElement)
  const finder = createFinder(paths)
  const open = new Set<number>()
  const closed = new Set<number>()
  let chosen: Chosen = choose(paths, state.now, undefined)
  let listing: Listing
  let active = 0
  let drawn = ''

  const isOpen = (row: number): boolean => (chosen.above?.[row] === 1 ? !closed.has(row) : open.has(row))
  const relist = (keepRow?: number): void => {
    listing = list(paths, chosen, { order: state.now.order, isOpen })
    sheet.style.height = `${Math.min(listing.rows.length, mostRows) * rowHeight}px`
    const kept = keepRow === undefined ? -1 : listing.rows.indexOf(keepRow)
    active = Math.max(0, Math.min(kept < 0 ? active : kept, listing.rows.length - 1))
    drawn = ''
    draw()
  }
  const draw = (): void => {
    const from = Math.max(0, Math.floor(tree.scrollTop / rowHeight) - 4)
    const to = Math.min(listing.rows.length, Math.ceil((tree.scrollTop + tree.clientHeight) / rowHeight) + 4)
    const key = `${from} ${to} ${active}`
    if (key === drawn) return
    drawn = key
    const wanted: number[] = []
    for (let at = from; at < to; at++) wanted.push(at)
    // the active row must exist for those who are told of it, also where it has been scrolled away
    if (active < from || active >= to) if (active < listing.rows.length) wanted.push(active)
    sheet.replaceChildren(
      ...wanted.map((at) =>
        drawRow({
          paths,
          layers,
          listing,
          chosen,
          narrator,
          at,
          active: at === active,
          isOpen,
          query: state.now.query,
        }),
      ),
    )
    if (listing.rows.length > 0) tree.setAttribute('aria-activedescendant', `file-${listing.rows[active]!}`)
    else tree.removeAttribute('aria-activedescendant')
  }
  const rechoose = (): void => {
    chosen = choose(paths, state.now, finder.find(state.now.query))
    closed.clear()
    const { layer, query } = state.now
    status.textContent = [
      count(chosen.matches, query === '' ? 'path' : 'match', query === '' ? 'paths' : 'matches'),
      bytes(chosen.size[0]!),
      ...(layer === undefined ? [] : [`in layer ${layer + 1}`]),
    ].join(' · ')
    tree.scrollTop = 0
    active = 0
    relist()
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
    const set = chosen.above?.[row] === 1 ? closed : open
    if (wanted === (set === open)) set.add(row)
    else set.delete(row)
    relist(row)
  }
  const isDirectory = (row: number): boolean => paths.end[row]! > row + 1
  const press = (row: number): void => {
    if (isDirectory(row)) setOpen(row, !isOpen(row))
    showDetail({ paths, state, narrator, row })
  }

  tree.addEventListener('scroll', draw, { passive: true })
  new ResizeObserver(draw).observe(tree)
  sheet.addEventListener('click', (event) => {
    const hit = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-at]') : null
    if (hit === null) return
    active = Number(hit.dataset.at)
    press(listing.rows[active]!)
    draw()
  })
  tree.addEventListener('keydown', (event) => {
    const row = listing.rows[active]
    if (row === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    const page = Math.max(1, Math.floor(tree.clientHeight / rowHeight) - 1)
    switch (event.key) {
      case 'ArrowDown':
        go(active + 1)
        break
      case 'ArrowUp':
        go(active - 1)
        break
      case 'PageDown':
        go(active + page)
        break
      case 'PageUp':
        go(active - page)
        break
      case 'Home':
        go(0)
        break
      case 'End':
        go(listing.rows.length - 1)
        break
      case 'ArrowRight':
        if (isDirectory(row) && !isOpen(row)) setOpen(row, true)
        else if (isDirectory(row)) go(active + 1)
        break
      case 'ArrowLeft':
        if (isDirectory(row) && isOpen(row)) setOpen(row, false)
        else if (paths.parent[row]! > 0) go(listing.rows.indexOf(paths.parent[row]!))
        break
      case 'Enter':
      case ' ':
        press(row)
        break
      default:
        return
    }
    event.preventDefault()
  })
  let waiting: ReturnType<typeof setTimeout> | undefined
  search.addEventListener('input', () => {
    clearTimeout(waiting)
    waiting = setTimeout(() => state.set({ query: search.value }), 60)
  })
  search.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' || event.key === 'Enter') tree.focus()
  })
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.target instanceof HTMLInputElement) return
    event.preventDefault()
    search.focus()
  })
  const show = byId('files-show', HTMLSelectElement)
  show.addEventListener('change', () =>
    state.set({ show: show.value === 'final' || show.value === 'wasted' ? show.value : 'all' }),
  )
  choice('order', (value) => state.set({ order: value === 'name' ? 'name' : 'size' }))
  for (const child of paths.children(0)) if (paths.rows < 60) open.add(child)

  state.watch((now, before) => {
    if (
      before === undefined ||
      now.layer !== before.layer ||
      now.show !== before.show ||
      now.query !== before.query
    )
      rechoose()
    else if (now.order !== before.order) relist(listing.rows[active])
  })
  return {
    reveal(row) {
      if (chosen.keep[row] !== 1 || chosen.above !== undefined) {
        search.value = ''
        show.value = 'all'
        state.set({ query: '', show: 'all', layer: undefined })
      }
      for (let above = paths.parent[row]!; above > 0; above = paths.parent[above]!) open.add(above)
      relist(row)
      byId('files', HTMLElement).scrollIntoView({ block: 'start' })
      tree.focus({ preventScroll: true })
      tree.scrollTop = Math.max(0, active * rowHeight - tree.clientHeight / 3)
      drawn = ''
      draw()
      showDetail({ paths, state, narrator, row })
    },
  }
}
