// Which endpoints a registry has on this machine. A hosts.toml of containerd decides where there is one; otherwise docker's settings.
import os from 'node:os'
import path from 'node:path'
import type { Environment } from '../auth/credential-program.ts'
import { isInsecure, readCertificates, readDaemonJson, readIfThere } from './docker-daemon.ts'
import {
  allCapabilities,
  type Endpoint,
  endpointAt,
  hostOfDomain,
  isLoopback,
  type TlsSettings,
} from './endpoint.ts'
import { parseHostsToml } from './hosts-toml.ts'

/** Endpoints of a domain in the order to try them, the registry itself last. Faults with `registry.config`. */
export type EndpointSource = (domain: string) => readonly Endpoint[]

/**
 * Reads, those that say more first: $PEEL_REGISTRIES (a directory with daemon.json and certs.d), the user's docker directory, and the
 * ones of docker and containerd in /etc.
 */
export function openConfiguration(env: Environment): EndpointSource {
  const directories = configurationDirectories(env)
  return (domain) => {
    const host = hostOfDomain(domain)
    const found = directories.flatMap(({ certificates }) =>
      [domain, host, '_default'].map((name) => path.join(certificates, name, 'hosts.toml')),
    )
    for (const file of found) {
      const text = readIfThere(file)
      if (text !== undefined)
        return parseHostsToml(text, file, new URL(`${isLoopback(host) ? 'http' : 'https'}://${host}`))
    }
    const daemons = directories.flatMap(({ daemon }) =>
      daemon === undefined ? [] : [readDaemonJson(daemon)],
    )
    const insecure = daemons.flatMap((daemon) => daemon.insecure)
    const mirrors = domain === 'docker.io' ? daemons.flatMap((daemon) => daemon.mirrors) : []
    const tls = (name: string): TlsSettings => {
      const own = directories.map(({ certificates }) => readCertificates(path.join(certificates, name)))
      const client = own.find(({ cert }) => cert !== undefined)
      return {
        ca: own.flatMap(({ ca }) => ca),
        cert: client?.cert,
        key: client?.key,
        verify: !(isLoopback(name) || isInsecure(name, insecure)),
      }
    }
    const own = tls(host)
    return [
      ...mirrors.map((address) => {
        const url = new URL(address)
        return endpointAt(url, {
          tls: tls(url.host),
          mirror: true,
          capabilities: new Set(['pull', 'resolve']),
        })
      }),
      {
        host,
        schemes: own.verify ? ['https'] : ['https', 'http'],
        path: '/v2',
        capabilities: allCapabilities,
        tls: own,
        headers: {},
        mirror: false,
      },
    ]
  }
}

interface ConfigurationDirectory {
  readonly daemon?: string
  readonly certificates: string
}

function configurationDirectories(env: Environment): readonly ConfigurationDirectory[] {
  const at = (directory: string): ConfigurationDirectory => ({
    daemon: path.join(directory, 'daemon.json'),
    certificates: path.join(directory, 'certs.d'),
  })
  const own = env.PEEL_REGISTRIES
  const user = path.join(env.XDG_CONFIG_HOME || path.join(env.HOME ?? os.homedir(), '.config'), 'docker')
  return [...(own ? [at(own)] : []), at(user), at('/etc/docker'), { certificates: '/etc/containerd/certs.d' }]
}
