// Light or dark: the system's choice until the visitor makes one, which is remembered where the browser allows it.
import { byId } from './dom.ts'

const key = 'peel-theme'
const system = matchMedia('(prefers-color-scheme: dark)')

export interface Theme {
  /** Calls back whenever the colours may have changed. */
  watch(watcher: () => void): void
}

export function startTheme(): Theme {
  const watchers: (() => void)[] = []
  const button = byId('theme', HTMLButtonElement)
  const root = document.documentElement
  const dark = (): boolean => (root.dataset.theme ?? (system.matches ? 'dark' : 'light')) === 'dark'
  const told = (): void => {
    button.setAttribute('aria-pressed', String(dark()))
    for (const watcher of watchers) watcher()
  }
  const set = (theme: string | undefined): void => {
    if (theme === undefined) delete root.dataset.theme
    else root.dataset.theme = theme
    told()
  }
  const remembered = recall()
  if (remembered !== undefined) set(remembered)
  button.addEventListener('click', () => {
    set(dark() ? 'light' : 'dark')
    remember(root.dataset.theme!)
  })
  system.addEventListener('change', told)
  let chosen: string | undefined
  addEventListener('beforeprint', () => {
    chosen = root.dataset.theme
    set('light')
  })
  addEventListener('afterprint', () => set(chosen))
  told()
  return { watch: (watcher) => void watchers.push(watcher) }
}

function recall(): string | undefined {
  try {
    const theme = localStorage.getItem(key)
    return theme === 'dark' || theme === 'light' ? theme : undefined
  } catch {
    return undefined // pages from files may have no storage
  }
}

function remember(theme: string): void {
  try {
    localStorage.setItem(key, theme)
  } catch {
    // as above: the choice then lasts as long as the page
  }
}
