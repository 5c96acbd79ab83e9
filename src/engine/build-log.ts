// The whole log of a build: its events as they came, one a line, so that it can be drawn again in any way.
import * as fs from 'node:fs'
import * as readline from 'node:readline'
import type { Event } from '../core/index.ts'
import type { Store } from '../store/index.ts'
import type { LoggedEvent } from './api/index.ts'
import { findBuild } from './builds.ts'

export interface BuildLog extends Disposable {
  write(event: Event): void
}

/** Begins the log of the build with this id. */
export function openBuildLog(store: Store, id: string): BuildLog {
  const fd = fs.openSync(store.builds.logPath(id), 'a', 0o600)
  return {
    write: (event) => {
      fs.writeSync(fd, `${JSON.stringify({ at: Date.now(), ...event })}\n`)
    },
    [Symbol.dispose]: () => fs.closeSync(fd),
  }
}

/** The events of a build (the last one where none is named); none where its log is gone. Faults with `build.missing`. */
export async function* readBuildLog(store: Store, which?: string): AsyncGenerator<LoggedEvent> {
  const file = store.builds.logPath(findBuild(store, which).id)
  if (!fs.existsSync(file)) return
  for await (const line of readline.createInterface({ input: fs.createReadStream(file) }))
    yield JSON.parse(line) as LoggedEvent
}
