// Which endpoints a repository has on this machine: registries.conf about names, hosts.toml and docker's files about hosts.
import os from 'node:os'
import path from 'node:path'
import type { Environment } from '../auth/credential-program.ts'
import { openRegistriesConf, type RegistriesConfs, type Source } from '../names/registries-conf.ts'
import { isInsecure, readCertificates, readDaemonJson, readIfThere } from './docker-daemon.ts'
import {
  allCapabilities,
  type Capability,
  type Endpoint,
  endpointAt,
  hostOfDomain,
  isLoopback,
  type TlsSettings,
} from './endpoint.ts'
import { parseHostsToml } from './hosts-toml.ts'

/**
 * Endpoints of a repository (or, without a path, of a registry) in the order to try them, the registry itself last. Faults with
 * `registry.config`, and with `registry.blocked` where this machine's configuration forbids it.
 */
export type EndpointSource = (domain: string, path?: string) => readonly Endpoint[]

/**
 * Two steps: registries.conf says which places stand for a name, and docker's and containerd's files how the host of each is reached.
 * All are read when first needed.
 */
export function openConfiguration(env: Environment): EndpointSource {
  const reach = openHosts(env)
  let names: RegistriesConfs | undefined
  return (domain, path) => {
    names ??= openRegistriesConf({ env })
    const sources = names.sources({ domain, path })
    const own = sources.at(-1)!
    const isAsked = ({ name }: Source): boolean => name.domain === domain && name.path === path
    const reading = sources.flatMap((source) => {
      const endpoints = reach(source.name.domain, source.insecure)
      return isAsked(source) && !source.mirror ? endpoints : endpoints.map((one) => elsewhere(one, source))
    })
    if (isAsked(own)) return reading
    // What is rewritten is read elsewhere; writing goes to where the name says.
    const writing = reach(domain, own.insecure).filter(({ capabilities }) => capabilities.has('push'))
    return [...reading, ...writing.map((one) => ({ ...one, capabilities: writes }))]
  }
}

const reads: ReadonlySet<Capability> = new Set(['pull', 'resolve'])
const writes: ReadonlySet<Capability> = new Set(['push'])

function elsewhere(endpoint: Endpoint, { name, serves, mirror }: Source): Endpoint {
  return {
    ...endpoint,
    capabilities: new Set([...endpoint.capabilities].filter((able) => reads.has(able))),
    mirror: mirror || endpoint.mirror,
    there: { domain: endpoint.mirror ? endpoint.host : name.domain, path: name.path },
    serves: serves === 'all' ? undefined : serves,
  }
}

/** `insecure`: without TLS or with any certificate, unless a hosts.toml decides. */
type Hosts = (domain: string, insecure: boolean) => readonly Endpoint[]

/**
 * Reads, those that say more first: $PEEL_REGISTRIES (a directory with daemon.json and certs.d), the user's directories, and the ones of
 * docker, containerd and podman in /etc. A hosts.toml of containerd decides where there is one; otherwise docker's settings.
 */
function openHosts(env: Environment): Hosts {
  const directories = configurationDirectories(env)
  const known = new Map<string, readonly Endpoint[]>()
  return (domain, insecure) => {
    const key = `${domain} ${insecure}`
    const endpoints = known.get(key) ?? readHost(domain, insecure, directories)
    known.set(key, endpoints)
    return endpoints
  }
}

function readHost(
  domain: string,
  anyway: boolean,
  directories: readonly ConfigurationDirectory[],
): readonly Endpoint[] {
  const host = hostOfDomain(domain)
  const found = directories.flatMap(({ certificates }) =>
    [domain, host, '_default'].map((name) => path.join(certificates, name, 'hosts.toml')),
  )
  for (const file of found) {
    const text = readIfThere(file)
    if (text !== undefined)
      return parseHostsToml(text, file, new URL(`${isLoopback(host) ? 'http' : 'https'}://${host}`))
  }
  const daemons = directories.flatMap(({ daemon }) => (daemon === undefined ? [] : [readDaemonJson(daemon)]))
  const insecure = daemons.flatMap((daemon) => daemon.insecure)
  const mirrors = domain === 'docker.io' ? daemons.flatMap((daemon) => daemon.mirrors) : []
  const tls = (name: string, trusted: boolean): TlsSettings => {
    const own = directories.map(({ certificates }) => readCertificates(path.join(certificates, name)))
    const client = own.find(({ cert }) => cert !== undefined)
    return {
      ca: own.flatMap(({ ca }) => ca),
      cert: client?.cert,
      key: client?.key,
      verify: !(trusted || isLoopback(name) || isInsecure(name, insecure)),
    }
  }
  const own = tls(host, anyway)
  return [
    ...mirrors.map((address) => {
      const url = new URL(address)
      return endpointAt(url, { tls: tls(url.host, false), mirror: true, capabilities: reads })
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
  const config = env.XDG_CONFIG_HOME || path.join(env.HOME ?? os.homedir(), '.config')
  return [
    ...(own ? [at(own)] : []),
    at(path.join(config, 'docker')),
    { certificates: path.join(config, 'containers/certs.d') },
    at('/etc/docker'),
    { certificates: '/etc/containerd/certs.d' },
    { certificates: '/etc/containers/certs.d' },
  ]
}
