// What the visitor has chosen, in one place; every part of the page watches it. Layer and place are kept in the address, so that a link
// leads to what was looked at.

export interface Choices {
  /** The layer that is picked, counted from 0. */
  readonly layer: number | undefined
  /** The row that the treemap shows. */
  readonly place: number
  readonly colour: 'waste' | 'layer'
  readonly show: 'all' | 'final' | 'wasted'
  readonly order: 'size' | 'name'
  readonly query: string
}

export interface State {
  readonly now: Choices
  set(change: Partial<Choices>): void
  /** Calls `watcher` now and after each change, with what was before. */
  watch(watcher: (now: Choices, before: Choices | undefined) => void): void
}

export function createState(first: Choices): State {
  const watchers: ((now: Choices, before: Choices | undefined) => void)[] = []
  let now = first
  return {
    get now() {
      return now
    },
    set(change) {
      const before = now
      now = { ...now, ...change }
      if (Object.keys(change).every((key) => before[key as keyof Choices] === now[key as keyof Choices]))
        return
      for (const watcher of watchers) watcher(now, before)
    },
    watch(watcher) {
      watchers.push(watcher)
      watcher(now, undefined)
    },
  }
}

/** The part of the address after `#`. */
export function printAddress({ layer, path }: { layer: number | undefined; path: string }): string {
  const words = new URLSearchParams()
  if (layer !== undefined) words.set('layer', String(layer))
  if (path !== '') words.set('path', path)
  return words.toString()
}

export function parseAddress(hash: string): { layer: number | undefined; path: string } {
  const words = new URLSearchParams(hash.replace(/^#/, ''))
  const layer = words.get('layer') ?? ''
  return { layer: /^\d+$/.test(layer) ? Number(layer) : undefined, path: words.get('path') ?? '' }
}
