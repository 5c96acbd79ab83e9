// Connection pools: one for each way to do TLS, through the proxies that the environment names, kept open between requests.
import type { Agent } from 'node:http'
import tls from 'node:tls'
import type { TlsSettings } from '../hosts/endpoint.ts'
import { addressKind } from './destination.ts'
import { http, https } from './modules.ts'

export interface Agents extends Disposable {
  /** The pool for a URL; `settings` are those of the endpoint it belongs to, if any. */
  for(url: URL, settings?: TlsSettings): Agent
}

type Environment = Readonly<Record<string, string | undefined>>

const socketsPerHost = 8

export function openAgents(env: Environment): Agents {
  const pools = new Map<TlsSettings | 'plain' | 'trusted' | 'local', Agent>()
  const shared = { keepAlive: true, maxSockets: socketsPerHost }
  const proxied = { ...shared, proxyEnv: env as NodeJS.ProcessEnv }
  const poolOf = (key: TlsSettings | 'plain' | 'trusted' | 'local', open: () => Agent): Agent => {
    const found = pools.get(key)
    if (found !== undefined) return found
    const made = open()
    pools.set(key, made)
    return made
  }
  return {
    for(url, settings) {
      // As in other clients, no proxy ever stands between a machine and itself.
      const local = addressKind(url.hostname) === 'loopback'
      if (url.protocol === 'http:')
        return poolOf(local ? 'local' : 'plain', () => new http.Agent(local ? shared : proxied))
      const options = local ? shared : proxied
      if (settings === undefined) return poolOf('trusted', () => new https.Agent(options))
      return poolOf(settings, () => new https.Agent({ ...options, ...tlsOptions(settings) }))
    },
    [Symbol.dispose]() {
      for (const pool of pools.values()) pool.destroy()
    },
  }
}

function tlsOptions({ ca, cert, key, verify }: TlsSettings): tls.ConnectionOptions {
  return {
    // Given authorities would replace those that Node trusts, so these are named again.
    ca: ca.length === 0 ? undefined : [...tls.rootCertificates, ...ca],
    cert,
    key,
    rejectUnauthorized: verify,
  }
}

/** Whether TLS is spoken at `host`; anything else, silence included, is a no. */
export function speaksTls(host: string, timeout: number): Promise<boolean> {
  const { hostname, port } = new URL(`https://${host}`)
  return new Promise((resolve) => {
    const socket = tls.connect({
      host: hostname.replace(/^\[(.*)\]$/, '$1'),
      port: port === '' ? 443 : Number(port),
      rejectUnauthorized: false,
    })
    const answer = (yes: boolean) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(yes)
    }
    const timer = setTimeout(() => answer(false), timeout)
    socket.once('secureConnect', () => answer(true))
    socket.once('error', () => answer(false))
  })
}
