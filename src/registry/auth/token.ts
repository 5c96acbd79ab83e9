// Tokens from a token server, as distribution's token authentication specifies: GET for everybody, POST (OAuth 2) for identity tokens.
import { Fault } from '../../core/index.ts'
import { shownUrl } from '../http/destination.ts'
import { type Answer, type Exchange, readBody } from '../http/exchange.ts'
import type { Credentials } from './credentials.ts'

export interface Token {
  readonly text: string
  /** Milliseconds since the epoch. */
  readonly expires: number
  /** A refresh token, where one was asked for. */
  readonly identity?: string | undefined
}

export interface TokenRequest {
  readonly realm: URL
  readonly service: string | undefined
  /** Such as `repository:library/alpine:pull`. */
  readonly scopes: readonly string[]
  readonly credentials: Credentials | undefined
  /** Also ask for a refresh token, as a login does. */
  readonly offline?: boolean
}

const clientId = 'peel'
const bodyLimit = 1 << 20
/** Distribution's specification: what states no lifetime, or less, lives 60 seconds. */
const shortestLife = 60

/** The request that asks for a token. */
export function printTokenRequest({ realm, service, scopes, credentials, offline }: TokenRequest): Exchange {
  if (credentials?.kind === 'identity') {
    const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: credentials.token })
    form.set('client_id', clientId)
    if (service !== undefined) form.set('service', service)
    if (scopes.length > 0) form.set('scope', scopes.join(' '))
    const bytes = Buffer.from(form.toString())
    return {
      method: 'POST',
      url: realm,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: { size: bytes.length, open: () => [bytes] },
    }
  }
  const url = new URL(realm)
  if (service !== undefined) url.searchParams.set('service', service)
  for (const scope of scopes) url.searchParams.append('scope', scope)
  const headers: Record<string, string> = { accept: 'application/json' }
  if (credentials?.kind === 'password') {
    url.searchParams.set('account', credentials.username)
    url.searchParams.set('client_id', clientId)
    if (offline === true) url.searchParams.set('offline_token', 'true')
    headers.authorization = printBasic(credentials)
  }
  return { method: 'GET', url, headers }
}

export function printBasic({
  username,
  password,
}: {
  readonly username: string
  readonly password: string
}): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

/** Reads the answer of a token server that said 200; faults with `registry.invalid`. */
export async function readToken(answer: Answer, now: number): Promise<Token> {
  const bytes = await readBody(answer, bodyLimit)
  return parseToken(bytes.toString('utf8'), shownUrl(answer.url), now)
}

/** `where` is for messages, which never show the body. `now`: milliseconds since the epoch. */
export function parseToken(body: string, where: string, now: number): Token {
  const bad = (why: string): never => {
    throw new Fault('registry.invalid', `the token server ${where} gave no token: ${why}`)
  }
  let value: Record<string, unknown>
  try {
    value = JSON.parse(body) as Record<string, unknown>
  } catch {
    return bad('its answer is not JSON')
  }
  if (typeof value !== 'object' || value === null) return bad('its answer is not an object')
  const text = value.token || value.access_token
  if (typeof text !== 'string' || text === '') return bad('its answer has no token')
  const life = Math.max(shortestLife, typeof value.expires_in === 'number' ? value.expires_in : 0)
  const issued = typeof value.issued_at === 'string' ? Date.parse(value.issued_at) : Number.NaN
  const identity = typeof value.refresh_token === 'string' ? value.refresh_token : undefined
  return { text, expires: (Number.isNaN(issued) ? now : issued) + life * 1000, identity }
}
