// Where credentials come from and go to: $DOCKER_AUTH_CONFIG, docker's configuration with its helpers, podman's files with theirs, and
// the helpers that registries.conf names.
import os from 'node:os'
import path from 'node:path'
import { Fault, isFault } from '../../core/index.ts'
import { hubHost } from '../hosts/endpoint.ts'
import { authFiles, openRegistriesConf } from '../names/registries-conf.ts'
import { type Environment, helperErase, helperGet, helperStore } from './credential-program.ts'
import {
  type AuthEntry,
  type Credentials,
  hostOfServer,
  parseAuthEntry,
  printAuthEntry,
} from './credentials.ts'
import { type DockerConfig, parseDockerConfig, readDockerConfig, writeDockerConfig } from './docker-config.ts'

/** Finds who to be for a registry. `path` is the repository: podman's files may have an entry for a part of a registry. */
export interface CredentialSource {
  find(domain: string, path?: string): Promise<Credentials | undefined>
}

export interface Keychain extends CredentialSource {
  /** Keeps them where docker would; says where that is. */
  save(domain: string, credentials: Credentials): Promise<{ readonly place: string; readonly plain: boolean }>
  /** Forgets them; no fault where there are none. */
  erase(domain: string): Promise<void>
}

/** The name that Docker Hub has in configuration files. */
export const hubServer = 'https://index.docker.io/v1/'

/** What configuration files call a registry. */
export function serverOf(domain: string): string {
  return ['docker.io', 'index.docker.io'].includes(domain) ? hubServer : domain
}

/** The keychain of this environment. Files with credentials are read at each look-up, so a login elsewhere is seen. */
export function openKeychain(env: Environment): Keychain {
  const home = env.HOME ?? os.homedir()
  const file = path.join(env.DOCKER_CONFIG || path.join(home, '.docker'), 'config.json')
  const others = podmanFiles(env, home)
  let helpers: readonly string[] | undefined
  const inFiles = async (domain: string, path: string | undefined): Promise<Credentials | undefined> => {
    const found = await findIn(readDockerConfig(file), { domain, server: serverOf(domain), path }, env)
    if (found !== undefined) return found
    for (const other of others) {
      const { auths, credHelpers } = readDockerConfig(other)
      const entry = await findIn({ auths, credHelpers }, { domain, server: domain, path }, env)
      if (entry !== undefined) return entry
    }
    return undefined
  }
  const look = async (domain: string, path: string | undefined): Promise<Credentials | undefined> => {
    const given = env.DOCKER_AUTH_CONFIG
    if (given) {
      const entry = findEntry(environmentAuths(given), domain, path)
      if (entry !== undefined) return entry
    }
    helpers ??= openRegistriesConf({ env }).helpers
    let refusal: Fault | undefined
    for (const helper of helpers)
      try {
        const found = await (helper === authFiles ? inFiles(domain, path) : helperGet(helper, domain, env))
        if (found !== undefined) return found
      } catch (thrown) {
        if (!isFault(thrown)) throw thrown
        refusal ??= thrown
      }
    if (refusal !== undefined) throw refusal
    return undefined
  }
  return {
    // docker keeps a login to Docker Hub's own host apart; podman takes it for one to Docker Hub.
    find: async (domain, path) =>
      (await look(domain, path)) ?? (domain === hubHost ? look('docker.io', path) : undefined),
    async save(domain, credentials) {
      const server = serverOf(domain)
      const config = readDockerConfig(file)
      const helper = helperOf(config, server)
      if (helper !== undefined) {
        await helperStore(helper, { server, credentials }, env)
        return { place: `docker-credential-${helper}`, plain: false }
      }
      const auths = { ...config.auths, [server]: printAuthEntry(credentials) }
      writeDockerConfig(file, { ...config, auths })
      return { place: file, plain: true }
    },
    async erase(domain) {
      const server = serverOf(domain)
      const config = readDockerConfig(file)
      const helper = helperOf(config, server)
      if (helper !== undefined) await helperErase(helper, server, env)
      const host = hostOfServer(server)
      const left = Object.entries(config.auths ?? {}).filter(([name]) => hostOfServer(name) !== host)
      if (left.length < Object.keys(config.auths ?? {}).length)
        writeDockerConfig(file, { ...config, auths: Object.fromEntries(left) })
    },
  }
}

interface Asked {
  readonly domain: string
  /** What the file calls the registry. */
  readonly server: string
  readonly path: string | undefined
}

/** By the file's helper for the registry, where it names one; else by its entries. */
async function findIn(
  config: DockerConfig,
  { domain, server, path }: Asked,
  env: Environment,
): Promise<Credentials | undefined> {
  const helper = helperOf(config, server)
  return helper === undefined ? findEntry(config.auths ?? {}, domain, path) : helperGet(helper, server, env)
}

function helperOf({ credHelpers, credsStore }: DockerConfig, server: string): string | undefined {
  const names = [server, hostOfServer(server)]
  const own = names.map((name) => credHelpers?.[name]).find((helper) => helper !== undefined)
  return own || credsStore || undefined
}

/** $DOCKER_AUTH_CONFIG may hold entries with `auth` only, as docker has it. */
export function environmentAuths(text: string): Readonly<Record<string, AuthEntry>> {
  const auths = parseDockerConfig(text, 'DOCKER_AUTH_CONFIG').auths ?? {}
  for (const [server, entry] of Object.entries(auths))
    if (!entry.auth) throw new Fault('credentials.invalid', `DOCKER_AUTH_CONFIG has no "auth" for ${server}`)
  return auths
}

/**
 * The entry that is most about a repository: that of the repository, of a part of its path, of the registry by its name, of one that
 * means the same host.
 */
export function findEntry(
  auths: Readonly<Record<string, AuthEntry>>,
  domain: string,
  repository?: string,
): Credentials | undefined {
  const server = serverOf(domain)
  const names = [...entryNames(domain, repository).slice(0, -1), server, domain]
  const exact = names.find((name) => Object.hasOwn(auths, name))
  const hosts = [domain, hostOfServer(server)]
  const found =
    exact ??
    Object.keys(auths).find((name) => hosts.includes(hostOfServer(name)) && scopeOf(name) === 'registry')
  return found === undefined ? undefined : parseAuthEntry(auths[found]!, found)
}

/** What entries about a repository may be called, those that say most first: `r.io/a/b`, `r.io/a`, `r.io`. */
export function entryNames(domain: string, repository: string | undefined): readonly string[] {
  const parts = [domain, ...(repository === undefined ? [] : repository.split('/'))]
  return parts.map((_, i) => parts.slice(0, parts.length - i).join('/'))
}

/**
 * What an entry of this name is about: all of a registry (`r.io`, or an address of it such as `https://r.io/v1/`), a part of it
 * (`r.io/team`), or, with a tag or a digest, nothing.
 */
export function scopeOf(name: string): 'registry' | 'namespace' | 'nothing' {
  if (name.includes('://') || /^[^/@]+\/?(?:v[12]\/?)?$/.test(name)) return 'registry'
  return /@|\/.*:/.test(name) ? 'nothing' : 'namespace'
}

/** containers-auth.json(5). */
function podmanFiles(env: Environment, home: string): readonly string[] {
  if (env.REGISTRY_AUTH_FILE) return [env.REGISTRY_AUTH_FILE]
  const runtime = env.XDG_RUNTIME_DIR || `/run/containers/${process.getuid?.() ?? 0}`
  return [
    path.join(runtime, env.XDG_RUNTIME_DIR ? 'containers/auth.json' : 'auth.json'),
    path.join(env.XDG_CONFIG_HOME || path.join(home, '.config'), 'containers/auth.json'),
  ]
}
