// Logging in to one endpoint of a registry: what it asked for, and the tokens that we have for it. Nothing is sent before it asks.
import { type Context, Fault } from '../../core/index.ts'
import { checkDestination, type Origin, shownUrl } from '../http/destination.ts'
import { type Answer, type Exchange, readBody } from '../http/exchange.ts'
import { type Challenge, parseChallenges } from './challenge.ts'
import type { Credentials } from './credentials.ts'
import { printBasic, printTokenRequest, readToken, type Token } from './token.ts'

export interface Authorizer {
  /** The Authorization header for these scopes; `undefined` as long as the endpoint asked for none. */
  header(scopes: readonly string[], ctx: Context): Promise<string | undefined>
  /** Takes in an answer of 401 to a request with the header `used`. False when there is nothing else to try with. */
  challenged(
    answer: Answer,
    tried: { readonly scopes: readonly string[]; readonly used: string | undefined },
    ctx: Context,
  ): Promise<boolean>
  /** What the endpoint asked for, for a login. */
  readonly asked: 'nothing' | 'basic' | 'bearer'
  /** A token together with a refresh token, for a login. */
  offlineToken(ctx: Context): Promise<Token | undefined>
}

export interface AuthorizerParts {
  readonly origin: Origin
  /** Asked at each need, since credentials differ by repository and may change. */
  credentials(): Promise<Credentials | undefined>
  send(exchange: Exchange, origin: Origin, ctx: Context): Promise<Answer>
  now(): number
}

interface Realm {
  readonly url: URL
  readonly service: string | undefined
}

/** A token that ends within this time (milliseconds) is not used any more. */
const margin = 5_000

export function openAuthorizer({ origin, credentials, send, now }: AuthorizerParts): Authorizer {
  let asked: 'nothing' | 'basic' | 'bearer' = 'nothing'
  let realm: Realm | undefined
  /** Scopes that the endpoint named on its own account, by ours. */
  const wider = new Map<string, readonly string[]>()
  const tokens = new Map<string, Promise<Token>>()

  const fetchToken = async (scopes: readonly string[], offline: boolean, ctx: Context): Promise<Token> => {
    const { url, service } = realm!
    const who = await credentials()
    const request = printTokenRequest({ realm: url, service, scopes, credentials: who, offline })
    const answer = await send(request, origin, ctx)
    if (answer.status === 200) return readToken(answer, now())
    await readBody(answer, 64 << 10).catch(() => {})
    throw denied(origin, `its token server ${shownUrl(url)} answered ${answer.status}`, who !== undefined)
  }
  const tokenFor = async (scopes: readonly string[], ctx: Context): Promise<Token> => {
    const key = scopes.join(' ')
    const pending = tokens.get(key)
    const known = await pending?.catch(() => undefined)
    if (known !== undefined && known.expires - margin > now()) return known
    // Another request has asked meanwhile.
    if (tokens.get(key) !== pending) return tokenFor(scopes, ctx)
    const fresh = fetchToken([...new Set([...scopes, ...(wider.get(key) ?? [])])], false, ctx)
    tokens.set(key, fresh)
    return fresh
  }
  const learn = (challenge: Challenge, key: string) => {
    if (challenge.scheme === 'basic') {
      asked = 'basic'
      return
    }
    const { realm: text = '', service, scope } = challenge.params
    if (!URL.canParse(text))
      throw new Fault('registry.invalid', `${origin.host} names no usable token server in WWW-Authenticate`)
    const url = new URL(text)
    checkDestination(url, origin, 'secret')
    asked = 'bearer'
    realm = { url, service }
    if (scope) wider.set(key, scope.split(' '))
  }

  return {
    get asked() {
      return asked
    },
    async header(scopes, ctx) {
      if (asked === 'nothing') return undefined
      const who = await credentials()
      if (who?.kind === 'bearer') return `Bearer ${who.token}`
      if (asked === 'bearer') return `Bearer ${(await tokenFor(scopes, ctx)).text}`
      return who?.kind === 'password' ? printBasic(who) : undefined
    },
    async challenged(answer, { scopes, used }, ctx) {
      const challenges = parseChallenges(answer.headers['www-authenticate'] ?? '')
      const best =
        challenges.find(({ scheme }) => scheme === 'bearer') ??
        challenges.find(({ scheme }) => scheme === 'basic')
      if (best === undefined) return false
      const key = scopes.join(' ')
      learn(best, key)
      // Another request may have fetched a new one meanwhile.
      const current = await tokens.get(key)?.catch(() => undefined)
      if (current !== undefined && used === `Bearer ${current.text}`) tokens.delete(key)
      if (best.scheme === 'basic' && (await credentials())?.kind !== 'password')
        throw denied(origin, 'it wants a user and a password', false)
      return (await this.header(scopes, ctx)) !== undefined
    },
    offlineToken: async (ctx) => (realm === undefined ? undefined : await fetchToken([], true, ctx)),
  }
}

/** `registry.denied`, with what to do about it. */
export function denied(origin: Origin, why: string, loggedIn: boolean): Fault {
  return new Fault('registry.denied', `${origin.host} gives no access: ${why}`, {
    hint: loggedIn
      ? `The credentials for ${origin.host} may be wrong or lack the right; log in anew: peel login ${origin.host}`
      : `Log in first: peel login ${origin.host}`,
  })
}
