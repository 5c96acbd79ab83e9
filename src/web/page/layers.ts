// Picking and pointing at layers: the onion, the list, the lines of the Dockerfile and the advice all name them, and act as one.
import type { PageHead } from '../model.ts'
import { byId } from './dom.ts'
import type { Paths } from './paths.ts'
import type { State } from './state.ts'
import { bytes, percent } from './words.ts'

export function startLayers({
  head,
  paths,
  state,
}: {
  readonly head: PageHead
  readonly paths: Paths
  readonly state: State
}): void {
  const size = document.getElementById('heart-size')!
  const word = document.getElementById('heart-word')!
  const waste = document.getElementById('heart-waste')!
  const wholeText = [size.textContent, word.textContent] as const
  const sizes = sizesOf(paths, head.layers.length)
  const bar = byId('picked', HTMLElement)
  let hovered: number | undefined
  let focused: number | undefined

  const mark = (): void => {
    const { layer } = state.now
    const shown = hovered ?? focused ?? layer
    document.body.classList.toggle('peeled', shown !== undefined)
    for (const found of document.querySelectorAll<HTMLElement>('[data-layer]')) {
      const own = Number(found.dataset.layer)
      found.classList.toggle('shown', own === shown)
      if (found.hasAttribute('aria-pressed')) found.setAttribute('aria-pressed', String(own === layer))
    }
    for (const line of document.querySelectorAll<HTMLElement>('[data-lines]'))
      line.classList.toggle(
        'shown',
        shown !== undefined && line.dataset.lines!.split(' ').includes(String(shown)),
      )
    const own = shown === undefined ? undefined : sizes[shown]!
    size.textContent = own === undefined ? wholeText[0] : bytes(own.shipped)
    word.textContent = own === undefined ? wholeText[1] : `layer ${shown!}`
    waste.textContent =
      own === undefined || own.wasted === 0 ? '' : `${percent(own.wasted, own.shipped)} wasted`
    bar.hidden = layer === undefined
    if (layer !== undefined)
      byId('picked-text', HTMLElement).textContent = `Layer ${layer}: ${head.layers[layer]!}`
  }
  const layerOf = (target: EventTarget | null): number | undefined => {
    const found =
      target instanceof Element ? target.closest<HTMLElement | SVGElement>('[data-layer],[data-lines]') : null
    const words = found?.dataset.layer ?? found?.dataset.lines?.split(' ').at(-1)
    return words === undefined ? undefined : Number(words)
  }
  document.addEventListener('mouseover', ({ target }) => {
    const found = layerOf(target)
    if (found === hovered) return
    hovered = found
    mark()
  })
  for (const name of ['focusin', 'focusout'])
    document.addEventListener(name, ({ target }) => {
      focused = name === 'focusin' ? layerOf(target) : undefined
      mark()
    })
  document.addEventListener('click', (event) => {
    const found = layerOf(event.target)
    if (found === undefined || !(event.target instanceof Element)) return
    if (event.target.closest('[data-layer]') === null) return
    state.set({ layer: state.now.layer === found ? undefined : found })
  })
  byId('picked-clear', HTMLButtonElement).addEventListener('click', () => state.set({ layer: undefined }))
  state.watch((now, before) => {
    if (now.layer !== before?.layer) mark()
  })
}

function sizesOf(paths: Paths, layers: number): readonly { shipped: number; wasted: number }[] {
  const sizes = Array.from({ length: layers }, () => ({ shipped: 0, wasted: 0 }))
  for (let event = 0; event < paths.layer.length; event++) {
    const own = sizes[paths.layer[event]!]!
    own.shipped += paths.size[event]!
    if (paths.fate[event] !== 0) own.wasted += paths.size[event]!
  }
  return sizes
}
