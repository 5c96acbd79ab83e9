// Steps of one build that do the same on the same layers, as stages that begin alike do. They take turns, so that the later ones find what
// the first one made: a command that gives other bytes each time would otherwise give each stage layers of its own, of which the next
// build could find only one.
import type { Digest } from '../core/index.ts'

export interface Alike {
  /** Waits until no other step of that name is at work, and holds the name until disposed. */
  turn(name: Digest): Promise<Turn>
  /** The keys of the steps that this build has done itself. */
  readonly made: Set<Digest>
}

export interface Turn extends Disposable {
  /** Whether a step of that name was at work before, in this build. */
  readonly later: boolean
}

export function openAlike(): Alike {
  const last = new Map<Digest, Promise<void>>()
  return {
    made: new Set(),
    async turn(name) {
      const before = last.get(name)
      const { promise, resolve } = Promise.withResolvers<void>()
      last.set(name, promise)
      await before
      return { later: before !== undefined, [Symbol.dispose]: resolve }
    },
  }
}
