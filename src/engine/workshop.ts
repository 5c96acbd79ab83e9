// What an engine works with: the store; the machine, for what touches the operating system; the client of registries. The latter two
// are loaded when something first asks for them.
import type { Registry } from '../registry/index.ts'
import { openStore, type Store, type StoreOptions } from '../store/index.ts'
import type { Machine } from './machine.ts'

export interface Rooms extends Disposable {
  readonly root: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Opened at the first look. */
  readonly store: Store
  machine(): Promise<Machine>
  /** The client of registries, with this environment's configuration and credentials. */
  registry(): Promise<Registry>
}

export function openRooms(root: string, env: Rooms['env'], options: StoreOptions): Rooms {
  let store: Store | undefined
  let machine: Machine | undefined
  let registry: Registry | undefined
  return {
    root,
    env,
    get store() {
      store ??= openStore(root, options)
      return store
    },
    async machine() {
      const { openMachine } = await import('./machine.ts')
      machine ??= openMachine(this.store)
      return machine
    },
    async registry() {
      const { Registry } = await import('../registry/index.ts')
      registry ??= new Registry({ env })
      return registry
    },
    [Symbol.dispose]: () => {
      registry?.[Symbol.dispose]()
      machine?.[Symbol.dispose]()
      store?.close()
    },
  }
}
