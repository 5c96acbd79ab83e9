// The page's script. The markup is whole without it; it brings the treemap, the list of files and everything that answers.
import type { PageHead } from '../model.ts'
import { byId } from './dom.ts'
import { startFiles } from './files.ts'
import { startLayers } from './layers.ts'
import { startMap } from './map.ts'
import { createNarrator } from './narrate.ts'
import { inflate, type Paths, readPaths } from './paths.ts'
import { createState, parseAddress, printAddress, type State } from './state.ts'
import { startTheme, type Theme } from './theme.ts'

async function start(): Promise<void> {
  const theme = startTheme()
  const carried = document.getElementById('paths')
  // the list of all images carries none
  if (carried !== null) await startImage(carried.textContent, theme)
  document.body.classList.add('ready')
  performance.mark('peel-ready')
}

async function startImage(packed: string, theme: Theme): Promise<void> {
  const head = JSON.parse(byId('head', HTMLElement).textContent) as PageHead
  const paths = readPaths(head, await inflate(packed))
  const address = parseAddress(location.hash)
  const state = createState({
    layer: address.layer !== undefined && address.layer < head.layers.length ? address.layer : undefined,
    place: directoryAt(paths, address.path) ?? 0,
    colour: 'waste',
    show: 'all',
    order: 'size',
    query: '',
  })
  const narrator = createNarrator(head, paths)
  const layers = head.layers.length
  const files = startFiles({ paths, layers, state, narrator })
  startMap({ paths, layers, state, theme, narrator, reveal: files.reveal })
  startLayers({ head, paths, state })
  followPaths(files.reveal)
  keepAddress(paths, state)
}

/** Buttons that name a path lead to it in the list of files. */
function followPaths(reveal: (row: number) => void): void {
  document.addEventListener('click', (event) => {
    const named = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-row]') : null
    if (named !== null) reveal(Number(named.dataset.row))
  })
}

function keepAddress(paths: Paths, state: State): void {
  state.watch((now, before) => {
    if (before === undefined) return
    const address = printAddress({ layer: now.layer, path: paths.path(now.place) })
    history.replaceState(null, '', address === '' ? location.pathname + location.search : `#${address}`)
  })
}

function rowAt(paths: Paths, path: string): number | undefined {
  let at = 0
  for (const name of path.split('/').filter((part) => part !== '')) {
    const found = paths.children(at).find((child) => paths.name(child) === name)
    if (found === undefined) return undefined
    at = found
  }
  return at
}

function directoryAt(paths: Paths, path: string): number | undefined {
  const row = rowAt(paths, path)
  return row !== undefined && paths.end[row]! > row + 1 ? row : undefined
}

await start()
