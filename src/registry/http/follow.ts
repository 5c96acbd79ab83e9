// Goes where redirects lead, a bounded number of steps, and never takes credentials to another origin.
import { Fault } from '../../core/index.ts'
import { checkDestination, type Origin, shownUrl } from './destination.ts'
import type { Answer, Exchange } from './exchange.ts'

const most = 10
/** Without these, an origin that we were sent to knows nothing about who we are. */
const forTheOriginOnly = ['authorization', 'cookie']

/** `secret` for requests that themselves carry secrets or uploads: they go nowhere that is less safe. */
export interface Leash {
  readonly origin: Origin
  readonly purpose: 'redirect' | 'secret'
}

/**
 * Sends by `send` and follows; faults with `registry.redirect` on a loop or a place where it must not go. `anywhere` is for what the user
 * asks of the web, which is no registry's doing.
 */
export async function follow(
  first: Exchange,
  leash: Leash | 'anywhere',
  send: (exchange: Exchange) => Promise<Answer>,
): Promise<Answer> {
  let next = first
  for (let steps = 0; ; steps++) {
    const answer = await send(next)
    const location = answer.headers.location
    if (![301, 302, 303, 307, 308].includes(answer.status) || location === undefined) return answer
    answer.discard()
    if (steps === most)
      throw new Fault('registry.redirect', `${shownUrl(first.url)} redirects more than ${most} times`, {
        hint: 'It probably leads in a circle; ask who runs the registry.',
      })
    const url = parseLocation(location, answer.url)
    if (leash !== 'anywhere') checkDestination(url, leash.origin, leash.purpose)
    next = redirected(next, url, answer.status)
  }
}

/** RFC 9110, 15.4: 307 and 308 keep method and body; the others make a GET of what is not HEAD. */
function redirected(exchange: Exchange, url: URL, status: number): Exchange {
  const same = url.origin === exchange.url.origin
  const headers = Object.fromEntries(
    Object.entries(exchange.headers).filter(([name]) => same || !forTheOriginOnly.includes(name)),
  )
  if (status === 307 || status === 308 || exchange.method === 'HEAD') return { ...exchange, url, headers }
  return { method: 'GET', url, headers }
}

/** A `Location` header as a URL; faults with `registry.invalid`. */
export function parseLocation(location: string, base: URL): URL {
  if (!URL.canParse(location, base.href))
    throw new Fault('registry.invalid', `${shownUrl(base)} answered with a Location that is no URL`)
  return new URL(location, base)
}
