// What a registry says when it says no (OCI distribution-spec, "Error Codes"), in its own words.
import { Fault } from '../core/index.ts'
import { shownUrl } from './http/destination.ts'
import { type Answer, readBody } from './http/exchange.ts'
import { http } from './http/modules.ts'
import { parseRetryAfter } from './http/retry.ts'

export interface RegistryError {
  readonly code: string
  readonly message: string
  readonly detail: string
}

const bodyLimit = 64 << 10
const shownBody = 300

/** The errors in a body; none where it is no such document. */
export function parseErrors(body: string): readonly RegistryError[] {
  try {
    const value = JSON.parse(body) as { errors?: unknown }
    if (!Array.isArray(value.errors)) return []
    return value.errors.flatMap((error: { code?: unknown; message?: unknown; detail?: unknown }) => {
      if (typeof error !== 'object' || error === null) return []
      const { code, message, detail } = error
      const text = detail === undefined || detail === null ? '' : asText(detail)
      return [{ code: asText(code ?? ''), message: asText(message ?? ''), detail: text }]
    })
  } catch {
    return []
  }
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** One line: `NAME_INVALID: a message for you`, or the status and the beginning of the body where it has no errors. */
export function printRefusal(status: number, body: string): string {
  const errors = parseErrors(body).map(({ code, message, detail }) =>
    [`${code}: ${message}`, ...(detail === '' ? [] : [detail])].join('; '),
  )
  if (errors.length > 1) return oneLine(`multiple errors returned: ${errors.join('; ')}`)
  if (errors.length === 1) return oneLine(errors[0]!)
  const name = `unexpected status code ${status} ${http.STATUS_CODES[status] ?? ''}`.trim()
  return body.trim() === '' ? name : `${name}: ${oneLine(body)}`
}

function oneLine(text: string): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim()
  return line.length > shownBody ? `${line.slice(0, shownBody - 1)}…` : line
}

/** The fault of an answer that nobody asked for; reads its body. */
export async function faultOfAnswer(answer: Answer, now: number): Promise<Fault> {
  const { status, headers, url } = answer
  const body = await readBody(answer, bodyLimit).catch(() => Buffer.alloc(0))
  const what = printRefusal(status, body.toString('utf8'))
  const message = `${shownUrl(url)}: ${what}`
  const code = parseErrors(body.toString('utf8'))[0]?.code
  if (status === 429)
    return new Fault('registry.failed', `${message}`, {
      hint: 'The registry limits how often it may be asked. Log in, or try again later.',
      data: { status, code, retryAfter: parseRetryAfter(headers['retry-after'], now) },
    })
  if (status >= 500)
    return new Fault('registry.failed', message, {
      hint: 'The registry has a problem of its own. Try again later.',
      data: { status, code, retryAfter: parseRetryAfter(headers['retry-after'], now) },
    })
  if (status === 401 || status === 403)
    return new Fault('registry.denied', message, {
      hint: `Log in with an account that may do this: peel login ${url.host}`,
      data: { status, code },
    })
  return new Fault('registry.refused', message, { data: { status, code } })
}

const warningGrammar = /299 - "((?:[^"\\]|\\.)*)"/gsu

/** The texts of `Warning` headers that are meant for people: `299 - "text"` (distribution-spec, "Warnings"). */
export function parseWarnings(header: string): readonly string[] {
  const texts = [...header.matchAll(warningGrammar)].map((match) => match[1]!)
  // Node gives header bytes as latin1; registries write UTF-8.
  return texts
    .map((text) => Buffer.from(text.replace(/\\(.)/gs, '$1'), 'latin1').toString('utf8'))
    .filter((text) => text !== '' && !/\p{Cc}/u.test(text))
}
