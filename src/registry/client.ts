// One call to a registry: the endpoint to ask, logging in when it asks for it, redirects, another try where that may help, and the
// fault in its own words where it says no. What the calls mean is in the files beside this one.
import { type Context, Fault, isFault } from '../core/index.ts'
import { type Authorizer, denied, openAuthorizer } from './auth/authorizer.ts'
import type { CredentialSource } from './auth/keychain.ts'
import type { EndpointSource } from './hosts/configuration.ts'
import type { Capability, Endpoint } from './hosts/endpoint.ts'
import { type Agents, speaksTls } from './http/agents.ts'
import { checkDestination, type Origin } from './http/destination.ts'
import { type Answer, type Exchange, exchange, type RequestBody } from './http/exchange.ts'
import { follow } from './http/follow.ts'
import { type Patience, withRetries } from './http/retry.ts'
import { faultOfAnswer, parseWarnings } from './refusal.ts'

export interface Call {
  /** Of a reference: `docker.io`. */
  readonly domain: string
  readonly need: Capability
  readonly method: string
  /** Below the repository, or the endpoint without one, with a query if there is one: `manifests/3`; or a place that the registry named. */
  readonly to: string | URL
  /** The repository that it is about, if any: `library/alpine`. An endpoint may know it by another name. */
  readonly repository?: string | undefined
  /** What a token must allow in the repository: `pull`. */
  readonly actions?: readonly string[]
  /** What else a token must allow: `registry:catalog:*`. */
  readonly scopes?: readonly string[]
  /** Whether the answer may be another one tomorrow, as that to a tag; default: it is about a digest. */
  readonly by?: 'tag' | 'digest'
  /** Asks the registry itself, whatever mirrors it has. */
  readonly home?: boolean
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: RequestBody | undefined
  /** The answers that are wanted; any other becomes a fault. */
  readonly accept: readonly number[]
  /** False for what cannot simply be sent again. */
  readonly repeatable?: boolean
}

export interface ClientParts {
  readonly agents: Agents
  readonly endpoints: EndpointSource
  readonly credentials: CredentialSource
  readonly patience: Patience
  /** Milliseconds without a byte. */
  readonly idle: number
  readonly userAgent: string
}

export interface Client extends Disposable {
  /** Faults: those of `registry.*`, `credentials.invalid`. */
  call(call: Call, ctx: Context): Promise<Answer>
  /** The answer, whatever its status, at any URL of the web: no registry's, so that redirects may lead anywhere. */
  get(url: URL, headers: Readonly<Record<string, string>>, ctx: Context): Promise<Answer>
  /** Asks nothing of a mirror: the endpoint of the registry itself. */
  home(domain: string): Promise<{ readonly origin: Origin; readonly authorizer: Authorizer }>
  readonly patience: Patience
}

/** An endpoint with the scheme that is spoken there. */
interface Known {
  readonly endpoint: Endpoint
  readonly base: string
  readonly origin: Origin
}

const tlsProbe = 10_000

export function openClient(parts: ClientParts): Client {
  const { agents, endpoints, credentials, patience, idle, userAgent } = parts
  const configured = new Map<string, readonly Endpoint[]>()
  const settled = new Map<string, Promise<'https' | 'http'>>()
  const authorizers = new Map<string, Authorizer>()
  const warned = new Set<string>()
  /** Mirrors that gave what a tag stands for: they have what belongs to it. */
  const answered = new Set<string>()

  const endpointsOf = (domain: string, repository?: string): readonly Endpoint[] => {
    const key = `${domain}/${repository ?? ''}`
    const known = configured.get(key) ?? endpoints(domain, repository)
    configured.set(key, known)
    return known
  }
  const reach = async (endpoint: Endpoint): Promise<Known> => {
    const { host, schemes, path } = endpoint
    const key = `${schemes} ${host}`
    const pending = settled.get(key) ?? settle(endpoint)
    settled.set(key, pending)
    const scheme = await pending
    const base = `${scheme}://${host}${path}`
    return { endpoint, base, origin: { host: new URL(base).host, secure: scheme === 'https' } }
  }
  const send = (request: Exchange, known: Known | undefined, ctx: Context): Promise<Answer> => {
    const own = known !== undefined && request.url.origin === new URL(known.base).origin
    const agent = agents.for(request.url, own ? known.endpoint.tls : undefined)
    const headers = { 'user-agent': userAgent, ...(own ? known.endpoint.headers : {}), ...request.headers }
    return exchange({ ...request, headers }, { agent, signal: ctx.signal, idle })
  }
  const authorizerOf = (known: Known, call: Pick<Call, 'domain' | 'repository'>): Authorizer => {
    const { there, mirror, host } = known.endpoint
    const repository = repositoryAt(known.endpoint, call)
    const name = there?.domain ?? (mirror ? host : call.domain)
    const key = `${known.base} ${repository ?? ''}`
    const found =
      authorizers.get(key) ??
      openAuthorizer({
        origin: known.origin,
        credentials: () => credentials.find(name, repository),
        send: (request, origin, ctx) =>
          withRetries(
            async () => {
              const answer = await follow(request, { origin, purpose: 'secret' }, (next) =>
                send(next, known, ctx),
              )
              if (answer.status === 429 || answer.status >= 500) throw await faultOfAnswer(answer, Date.now())
              return answer
            },
            patience,
            ctx.signal,
          ),
        now: Date.now,
      })
    authorizers.set(key, found)
    return found
  }
  const tell = (answer: Answer, origin: Origin, ctx: Context) => {
    for (const message of parseWarnings(String(answer.headers.warning ?? ''))) {
      const text = `${origin.host}: ${message}`
      if (!warned.has(text)) ctx.emit({ type: 'warning', code: 'registry.warning', message: text })
      warned.add(text)
    }
  }
  const attempt = async (known: Known, call: Call, ctx: Context): Promise<Answer> => {
    const { base, origin, endpoint } = known
    const repository = repositoryAt(endpoint, call)
    const below = repository === undefined ? base : `${base}/${repository}`
    const url = call.to instanceof URL ? call.to : new URL(`${below}/${call.to}`)
    const scopes = [
      ...(call.actions ?? []).map((actions) => `repository:${repository}:${actions}`),
      ...(call.scopes ?? []),
    ]
    // A place elsewhere that the registry named is not the registry: it learns nothing of who we are.
    const own = url.origin === new URL(base).origin
    if (!own) checkDestination(url, origin, 'secret')
    const authorizer = authorizerOf(known, call)
    // Only a blob is checked by its digest, so only a blob may come in plain text.
    const purpose = call.need === 'pull' ? 'redirect' : 'secret'
    const once = async (authorization: string | undefined): Promise<Answer> => {
      const headers = { ...call.headers, ...(authorization === undefined ? {} : { authorization }) }
      const request = { method: call.method, url, headers, body: call.body }
      return follow(request, { origin, purpose }, (next) => send(next, known, ctx))
    }
    const used = own ? await authorizer.header(scopes, ctx) : undefined
    let answer = await once(used)
    if (answer.status === 401 && own && answer.url.origin === url.origin) {
      answer.discard()
      if (!(await authorizer.challenged(answer, { scopes, used }, ctx)))
        throw denied(origin, 'it answered 401 and names no way to log in that Peel knows', false)
      answer = await once(await authorizer.header(scopes, ctx))
    }
    tell(answer, origin, ctx)
    if (call.accept.includes(answer.status)) return answer
    throw await faultOfAnswer(answer, Date.now())
  }
  /** What it does not have, or cannot give at once, the next place may have. */
  const askMirror = async (endpoint: Endpoint, call: Call, ctx: Context): Promise<Answer | undefined> => {
    try {
      const answer = await attempt(await reach(endpoint), call, ctx)
      if (answer.status !== 404) return answer
      answer.discard()
      return undefined
    } catch (thrown) {
      ctx.signal.throwIfAborted()
      if (isFault(thrown)) return undefined
      throw thrown
    }
  }
  const placeOf = (endpoint: Endpoint, call: Call): string =>
    `${endpoint.host}${endpoint.path}/${repositoryAt(endpoint, call)}`
  const serves = (endpoint: Endpoint, call: Call): boolean =>
    endpoint.capabilities.has(call.need) &&
    (endpoint.serves === undefined ||
      endpoint.serves === (call.by ?? 'digest') ||
      answered.has(placeOf(endpoint, call)))
  const homeOf = (domain: string, repository?: string): Endpoint =>
    endpointsOf(domain, repository).findLast(({ mirror }) => !mirror)!
  return {
    patience,
    async call(call, ctx) {
      const all = endpointsOf(call.domain, call.repository)
      const able =
        call.home === true ? [homeOf(call.domain, call.repository)] : all.filter((one) => serves(one, call))
      if (able.length === 0)
        throw new Fault('registry.config', `the configuration of ${call.domain} has no place to ${call.need}`)
      for (const endpoint of able.slice(0, -1)) {
        const answer = await askMirror(endpoint, call, ctx)
        if (answer === undefined) continue
        if (call.by === 'tag') answered.add(placeOf(endpoint, call))
        return answer
      }
      const known = await reach(able.at(-1)!)
      const tries = call.repeatable === false ? { ...patience, tries: 1 } : patience
      return await withRetries(() => attempt(known, call, ctx), tries, ctx.signal)
    },
    get: (url, headers, ctx) =>
      follow({ method: 'GET', url, headers }, 'anywhere', (next) => send(next, undefined, ctx)),
    async home(domain) {
      const known = await reach(homeOf(domain))
      return { origin: known.origin, authorizer: authorizerOf(known, { domain }) }
    },
    [Symbol.dispose]: () => agents[Symbol.dispose](),
  }
}

/** What an endpoint calls the repository of a call. */
function repositoryAt({ there }: Endpoint, { repository }: Pick<Call, 'repository'>): string | undefined {
  return repository === undefined ? undefined : (there?.path ?? repository)
}

async function settle({ host, schemes }: Endpoint): Promise<'https' | 'http'> {
  return schemes.length === 1 || (await speaksTls(host, tlsProbe)) ? schemes[0]! : schemes[1]!
}
