// What has happened and was not dealt with yet. Keys that come faster than screens are drawn are taken together.

export interface Queue<Item> {
  put(item: Item): void
  /** Whether `take` would return at once. */
  readonly waiting: boolean
  /** Makes `take` fault, now or at its next call. */
  fail(reason: unknown): void
  /** Waits until there is something, and takes all of it. */
  take(): Promise<readonly Item[]>
}

export function createQueue<Item>(): Queue<Item> {
  let items: Item[] = []
  let failure: { readonly reason: unknown } | undefined
  let wake = (): void => {}
  return {
    put(item) {
      items.push(item)
      wake()
    },
    get waiting() {
      return items.length > 0 || failure !== undefined
    },
    fail(reason) {
      failure ??= { reason }
      wake()
    },
    async take() {
      while (items.length === 0 && failure === undefined)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      if (failure !== undefined) throw failure.reason
      const taken = items
      items = []
      return taken
    },
  }
}
