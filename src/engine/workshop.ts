// The rooms that an engine works with, each opened when something first asks for it, so that a listing pays for nothing but the store.
import * as path from 'node:path'
import { type Kernel, openKernel } from '../kernel/index.ts'
import { openRuntime, type Runtime } from '../run/index.ts'
import { openSnapshots, type Snapshots } from '../snapshot/index.ts'
import { openStore, type Store } from '../store/index.ts'

export interface Rooms extends Disposable {
  readonly root: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly store: Store
  readonly kernel: Kernel
  readonly snapshots: Snapshots
  readonly runtime: Runtime
}

export function openRooms(root: string, env: Rooms['env']): Rooms {
  let store: Store | undefined
  let kernel: Kernel | undefined
  let snapshots: Snapshots | undefined
  let runtime: Runtime | undefined
  return {
    root,
    env,
    get store() {
      store ??= openStore(root)
      return store
    },
    get kernel() {
      kernel ??= openKernel({ scratch: this.store.work })
      return kernel
    },
    get snapshots() {
      snapshots ??= openSnapshots(this.store, this.kernel)
      return snapshots
    },
    get runtime() {
      runtime ??= openRuntime(this.kernel, {
        work: path.join(this.store.work, 'run'),
        memory: path.join(root, 'runtime.json'),
      })
      return runtime
    },
    [Symbol.dispose]: () => {
      snapshots?.[Symbol.dispose]()
      store?.close()
    },
  }
}
