// A place that a registry can be reached at, as the configuration of this machine has it.
import { addressKind } from '../http/destination.ts'

export type Capability = 'pull' | 'resolve' | 'push'

export interface TlsSettings {
  /** PEM texts besides the authorities that Node trusts. */
  readonly ca: readonly string[]
  readonly cert?: string | undefined
  readonly key?: string | undefined
  readonly verify: boolean
}

export interface Endpoint {
  /** Host and port, as in a URL. */
  readonly host: string
  /** Tried in this order; the first that is spoken there is kept to. */
  readonly schemes: readonly ('https' | 'http')[]
  /** Before `/<repository>/…`; begins with `/` and does not end with one. */
  readonly path: string
  readonly capabilities: ReadonlySet<Capability>
  readonly tls: TlsSettings
  /** Sent with each request to this endpoint. */
  readonly headers: Readonly<Record<string, string>>
  /** Set for a mirror: what it does not have, the registry itself may. */
  readonly mirror: boolean
  /** What the repository is called there, and by which registry credentials for it are kept, where that is not what was asked for. */
  readonly there?: { readonly domain: string; readonly path?: string | undefined } | undefined
  /** Set where only what is wanted by tag, or only what is wanted by digest, is asked for there. */
  readonly serves?: 'tag' | 'digest' | undefined
}

export const allCapabilities: ReadonlySet<Capability> = new Set(['pull', 'resolve', 'push'])

/** Where docker.io is. */
export const hubHost = 'registry-1.docker.io'

/** The host to ask for a domain of a reference. */
export function hostOfDomain(domain: string): string {
  return domain === 'docker.io' || domain === 'index.docker.io' ? hubHost : domain
}

/** Loopback addresses are spoken to without TLS where they have none, as docker does; all others only where configured so. */
export function isLoopback(host: string): boolean {
  return addressKind(new URL(`http://${host}`).hostname) === 'loopback'
}

/** An endpoint at a URL such as `https://mirror.example/proxy`; `/v2` is added to its path unless `exactPath`. */
export function endpointAt(
  url: URL,
  options: {
    readonly tls: TlsSettings
    readonly mirror: boolean
    readonly exactPath?: boolean
    readonly capabilities?: ReadonlySet<Capability>
    readonly headers?: Readonly<Record<string, string>>
  },
): Endpoint {
  const path = url.pathname.replace(/\/+$/, '')
  return {
    host: url.host,
    schemes: [url.protocol === 'http:' ? 'http' : 'https'],
    path: options.exactPath === true || path.endsWith('/v2') ? path : `${path}/v2`,
    capabilities: options.capabilities ?? allCapabilities,
    tls: options.tls,
    headers: options.headers ?? {},
    mirror: options.mirror,
  }
}
