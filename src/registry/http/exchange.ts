// One request and its answer over node:http or node:https. What is bounded here: how long nothing may happen, and, by `readBody`, how
// much may come. Redirects, retries and credentials are the business of others.
import type { Agent, ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { Fault, readAtMost } from '../../core/index.ts'
import { faultOfConnection } from './connection.ts'
import { shownUrl } from './destination.ts'
import { http, https } from './modules.ts'

/** A body that can be sent again when a try failed. */
export interface RequestBody {
  /** Bytes. */
  readonly size: number
  open(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

export interface Exchange {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: RequestBody | undefined
}

export interface Answer {
  readonly url: URL
  readonly status: number
  /** What the server says about the status, such as `Not Found`. */
  readonly reason: string
  readonly headers: IncomingHttpHeaders
  /** As it comes, once; faults with `registry.dropped` when it breaks off. */
  readonly body: AsyncIterable<Uint8Array>
  /** For an answer whose body nobody wants: frees the connection. */
  discard(): void
}

export interface Wire {
  readonly agent: Agent
  readonly signal: AbortSignal
  /** Milliseconds in which nothing comes or goes before the connection counts as dead. */
  readonly idle: number
}

/** A registry that was sent a large blob may move it to its storage before it answers: it gets so many times as long. */
const digestion = 5

/** Faults: `registry.unreachable`, `registry.dropped`; the signal's reason when aborted. */
export function exchange({ method, url, headers, body }: Exchange, wire: Wire): Promise<Answer> {
  const { agent, signal, idle } = wire
  signal.throwIfAborted()
  return new Promise<Answer>((resolve, reject) => {
    const send = url.protocol === 'https:' ? https.request : http.request
    const sized = body === undefined ? headers : { ...headers, 'content-length': String(body.size) }
    const call = send(url, { method, headers: sized, agent })
    const longest = body === undefined ? idle : idle * digestion
    const timer = setTimeout(() => call.destroy(silence(longest)), longest)
    const abort = () => call.destroy(signal.reason instanceof Error ? signal.reason : new Error('aborted'))
    signal.addEventListener('abort', abort, { once: true })
    const settle = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    }
    call.on('error', (error) => {
      settle()
      reject(signal.aborted ? signal.reason : faultOfConnection(error, url))
    })
    call.on('response', (message: IncomingMessage) => {
      settle()
      resolve({
        url,
        status: message.statusCode ?? 0,
        reason: message.statusMessage ?? '',
        headers: message.headers,
        body: chunksOf(message, url, wire),
        discard: () => void (message.complete ? message.resume() : message.destroy()),
      })
    })
    if (body === undefined) call.end()
    else pump(call, body, () => timer.refresh()).catch((error: Error) => call.destroy(error))
  })
}

async function pump(call: ClientRequest, body: RequestBody, alive: () => void): Promise<void> {
  for await (const chunk of body.open()) {
    if (call.destroyed) return
    alive()
    if (!call.write(chunk)) await drained(call)
  }
  call.end()
}

function drained(call: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      call.off('drain', done)
      call.off('close', done)
      resolve()
    }
    call.on('drain', done)
    call.on('close', done)
  })
}

/** Only waiting for the other side counts as silence, not a reader who takes his time. */
async function* chunksOf(
  message: IncomingMessage,
  url: URL,
  { signal, idle }: Wire,
): AsyncGenerator<Uint8Array> {
  const abort = () => message.destroy()
  signal.addEventListener('abort', abort, { once: true })
  const iterator = message[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  try {
    for (;;) {
      const timer = setTimeout(() => message.destroy(silence(idle)), idle)
      const next = await iterator.next().finally(() => clearTimeout(timer))
      signal.throwIfAborted()
      if (next.done === true) return
      yield next.value
    }
  } catch (thrown) {
    signal.throwIfAborted()
    throw faultOfConnection(thrown as Error, url)
  } finally {
    signal.removeEventListener('abort', abort)
    if (!message.complete) message.destroy()
  }
}

function silence(idle: number): Error {
  return Object.assign(new Error(`nothing came for ${idle / 1000} seconds`), { code: 'ETIMEDOUT' })
}

/** A whole small body; faults with `registry.invalid` as soon as it is larger than `limit` bytes. */
export async function readBody(answer: Answer, limit: number): Promise<Buffer> {
  const tooLarge = () =>
    new Fault('registry.invalid', `${shownUrl(answer.url)} answered with more than ${limit} bytes`, {
      hint: 'No document that Peel asked for is so large; is this a registry?',
    })
  if (Number(answer.headers['content-length'] ?? 0) > limit) {
    answer.discard()
    throw tooLarge()
  }
  const body = await readAtMost(answer.body, limit)
  if (body === undefined) throw tooLarge()
  return body
}
