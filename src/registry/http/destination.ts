// Where a registry may send us: redirects, places for uploads, token servers, layers kept elsewhere. A stranger's registry must not
// make this machine ask its own network, and what was said over TLS must not go on in plain text.
import { isIP } from 'node:net'
import { Fault } from '../../core/index.ts'

export type AddressKind = 'public' | 'loopback' | 'private' | 'special'

/**
 * What an address is by its looks; names are not looked up, so a name other than localhost is public. `special`: unspecified,
 * link-local and multicast addresses (RFC 6890), among them the metadata services of clouds.
 */
export function addressKind(hostname: string): AddressKind {
  const host = hostname
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase()
  if (host === 'localhost' || host.endsWith('.localhost')) return 'loopback'
  switch (isIP(host)) {
    case 4:
      return kindOfIPv4(host)
    case 6:
      return kindOfIPv6(host)
    default:
      return 'public'
  }
}

function kindOfIPv4(host: string): AddressKind {
  const [a = 0, b = 0] = host.split('.').map(Number)
  if (a === 127) return 'loopback'
  if (a === 0 || a >= 224 || (a === 169 && b === 254)) return 'special'
  // RFC 1918, and what RFC 6598 sets aside for the networks of providers
  const ours =
    a === 10 ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) ||
    (a === 100 && b >= 64 && b < 128)
  return ours ? 'private' : 'public'
}

function kindOfIPv6(host: string): AddressKind {
  // The URL parser gives every address its one shortest spelling.
  const text = new URL(`http://[${host}]/`).hostname.slice(1, -1)
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(text)
  if (mapped !== null) {
    const bits = [mapped[1]!, mapped[2]!].map((part) => Number.parseInt(part, 16))
    return kindOfIPv4(bits.flatMap((part) => [part >> 8, part & 0xff]).join('.'))
  }
  if (text === '::1') return 'loopback'
  const first = text.startsWith('::') ? 0 : Number.parseInt(text, 16)
  if (text === '::' || (first & 0xffc0) === 0xfe80 || first >= 0xff00) return 'special'
  return (first & 0xfe00) === 0xfc00 ? 'private' : 'public'
}

/** A URL as messages show it: neither user nor query, which may hold credentials. */
export function shownUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`
}

export interface Origin {
  /** Host and port, as in a reference. */
  readonly host: string
  /** Whether the registry is spoken to over TLS. */
  readonly secure: boolean
}

/** `redirect`: bytes that are checked by their digest. `secret`: credentials or uploads go there. `foreign`: a layer's own URL. */
export type Purpose = 'redirect' | 'secret' | 'foreign'

/** Faults with `registry.redirect` where `origin` must not send us to `url`. */
export function checkDestination(url: URL, origin: Origin, purpose: Purpose): void {
  const refuse = (why: string, hint?: string): never => {
    throw new Fault('registry.redirect', `${origin.host} leads to ${shownUrl(url)}, ${why}`, { hint })
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') refuse('which is no address of the web')
  if (url.protocol === 'http:' && origin.secure && purpose !== 'redirect')
    refuse('which is not encrypted', 'Ask who runs the registry to use https there.')
  const from = hostnameOf(origin.host)
  if (purpose !== 'foreign' && url.hostname === from) return
  const kind = addressKind(url.hostname)
  if (kind === 'public' || (purpose !== 'foreign' && kind === 'loopback' && addressKind(from) === 'loopback'))
    return
  refuse('an address of this machine or its own network')
}

function hostnameOf(host: string): string {
  return host.startsWith('[') ? host.slice(0, host.indexOf(']') + 1) : host.replace(/:\d+$/, '')
}
