// So many at once and no more; the rest wait in the order they came.

/** Runs work when one of `slots` places is free. */
export type Limit = <T>(work: () => Promise<T>) => Promise<T>

export function openLimit(slots: number): Limit {
  let free = slots
  const waiting: (() => void)[] = []
  return async (work) => {
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free++
      else next()
    }
  }
}
