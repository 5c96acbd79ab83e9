// Where credentials come from and go to: $DOCKER_AUTH_CONFIG, docker's configuration with its helpers, then podman's file.
import os from 'node:os'
import path from 'node:path'
import { Fault } from '../../core/index.ts'
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
  return ['docker.io', 'index.docker.io', 'registry-1.docker.io'].includes(domain) ? hubServer : domain
}

/** The keychain of this environment. Files are read at each look-up, so a login elsewhere is seen. */
export function openKeychain(env: Environment): Keychain {
  const home = env.HOME ?? os.homedir()
  const file = path.join(env.DOCKER_CONFIG || path.join(home, '.docker'), 'config.json')
  const others = podmanFiles(env, home)
  return {
    async find(domain, repository) {
      const server = serverOf(domain)
      const given = env.DOCKER_AUTH_CONFIG
      if (given) {
        const entry = findEntry(environmentAuths(given), domain, repository)
        if (entry !== undefined) return entry
      }
      const config = readDockerConfig(file)
      const helper = helperOf(config, server)
      if (helper !== undefined) return helperGet(helper, server, env)
      const found = findEntry(config.auths ?? {}, domain, repository)
      if (found !== undefined) return found
      for (const other of others) {
        const entry = findEntry(readDockerConfig(other).auths ?? {}, domain, repository)
        if (entry !== undefined) return entry
      }
      return undefined
    },
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
    exact ?? Object.keys(auths).find((name) => hosts.includes(hostOfServer(name)) && !isPartial(name))
  return found === undefined ? undefined : parseAuthEntry(auths[found]!, found)
}

/** What entries about a repository may be called, those that say most first: `r.io/a/b`, `r.io/a`, `r.io`. */
export function entryNames(domain: string, repository: string | undefined): readonly string[] {
  const parts = [domain, ...(repository === undefined ? [] : repository.split('/'))]
  return parts.map((_, i) => parts.slice(0, parts.length - i).join('/'))
}

/** `r.io/team` is about a part of the registry; `https://r.io/v1/` is an address of all of it. */
function isPartial(name: string): boolean {
  return !name.includes('://') && name.includes('/') && !/^[^/]+\/(?:v1|v2)?\/?$/.test(name)
}

/** containers-auth.json(5). */
function podmanFiles(env: Environment, home: string): readonly string[] {
  if (env.REGISTRY_AUTH_FILE) return [env.REGISTRY_AUTH_FILE]
  const runtime = env.XDG_RUNTIME_DIR
  return [
    ...(runtime ? [path.join(runtime, 'containers/auth.json')] : []),
    path.join(env.XDG_CONFIG_HOME || path.join(home, '.config'), 'containers/auth.json'),
  ]
}
