// The rooms that reach into the operating system, each opened at the first look.
import * as path from 'node:path'
import { type Kernel, openKernel } from '../kernel/index.ts'
import { openRuntime, type Runtime } from '../run/index.ts'
import { openSnapshots, type Snapshots } from '../snapshot/index.ts'
import type { Store } from '../store/index.ts'

export interface Machine extends Disposable {
  readonly kernel: Kernel
  readonly snapshots: Snapshots
  readonly runtime: Runtime
}

export function openMachine(store: Store): Machine {
  const kernel = openKernel({ scratch: store.root })
  let snapshots: Snapshots | undefined
  let runtime: Runtime | undefined
  return {
    kernel,
    get snapshots() {
      snapshots ??= openSnapshots(store, kernel)
      return snapshots
    },
    get runtime() {
      runtime ??= openRuntime(kernel, {
        work: path.join(store.work, 'run'),
        memory: path.join(store.root, 'runtime.json'),
      })
      return runtime
    },
    [Symbol.dispose]: () => snapshots?.[Symbol.dispose](),
  }
}
