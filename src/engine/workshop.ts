// What an engine works with: the store, and for what touches the operating system the machine, loaded when something first asks for it.
import { openStore, type Store } from '../store/index.ts'
import type { Machine } from './machine.ts'

export interface Rooms extends Disposable {
  readonly root: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Opened at the first look. */
  readonly store: Store
  machine(): Promise<Machine>
}

export function openRooms(root: string, env: Rooms['env']): Rooms {
  let store: Store | undefined
  let machine: Machine | undefined
  return {
    root,
    env,
    get store() {
      store ??= openStore(root)
      return store
    },
    async machine() {
      const { openMachine } = await import('./machine.ts')
      machine ??= openMachine(this.store)
      return machine
    },
    [Symbol.dispose]: () => {
      machine?.[Symbol.dispose]()
      store?.close()
    },
  }
}
