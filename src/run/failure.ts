// What the runtime says when it could not start the command. crun and runc write it to their log, exit with 1 whatever it was, and offer no
// code, so the words decide: a command that is not there or cannot be executed is the user's (127, 126, as in docker), the rest a fault.
import fs from 'node:fs'
import { Fault } from '../core/index.ts'
import type { RunResult } from './container.ts'
import type { RunSpec } from './spec.ts'

interface Ending {
  readonly spec: RunSpec
  readonly result: RunResult
}

/** The result docker gives for what the runtime logged; `undefined` when it logged no error. Faults with `runtime.failed`. */
export function readFailure(log: string, { spec, result }: Ending): RunResult | undefined {
  if (result.status === 0) return undefined
  const message = lastError(log)
  if (message === undefined) return undefined
  const status = statusOf(message)
  if (status === undefined)
    throw new Fault('runtime.failed', `the container runtime could not run the command: ${message}`, {
      data: { command: spec.args[0] ?? '' },
    })
  return { status }
}

function statusOf(message: string): 126 | 127 | undefined {
  if (/executable file .*not found|^exec container process.*no such file|exec: .*no such file/i.test(message))
    return 127
  if (
    /^open executable:|^exec container process|exec: ".*": permission denied|exec format error/i.test(message)
  )
    return 126
  return undefined
}

/**
 * crun reports a program whose interpreter or loader is missing from within the container, in its log's format and on the command's own
 * stderr; this gives the words and the status docker has for it. Other text comes back as it is, without a status.
 */
export function inPlainWords(
  text: string,
  command: string,
): { readonly text: string; readonly status?: 126 | 127 | undefined } {
  let status: 126 | 127 | undefined
  const plain = text.replace(
    /^\{"msg":"(exec container process[^\n]*?: ([^":\n]*))","level":"error"[^\n]*\}\n?/,
    (_, message: string, words: string) => {
      status = statusOf(message)
      return `exec ${command}: ${words.toLowerCase()}\n`
    },
  )
  return { text: plain, status }
}

/** The last message of level error in a log of JSON lines. */
function lastError(log: string): string | undefined {
  if (!fs.existsSync(log)) return undefined
  let last: string | undefined
  for (const line of fs.readFileSync(log, 'utf8').split('\n')) {
    const message = errorOf(line)
    if (message !== undefined) last = message
  }
  return last
}

function errorOf(line: string): string | undefined {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value !== 'object' || value === null) return undefined
    const { level, msg } = value as { level?: unknown; msg?: unknown }
    return (level === 'error' || level === 'fatal') && typeof msg === 'string' ? msg : undefined
  } catch {
    return undefined
  }
}
