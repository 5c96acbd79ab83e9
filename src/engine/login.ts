// Logging in to registries and out again; the credentials are docker's, so `docker login` and `peel login` are one.
import type { Context } from '../core/index.ts'
import { hostOfServer, openKeychain, Registry } from '../registry/index.ts'
import type { LoggedIn } from './api/index.ts'
import type { Rooms } from './workshop.ts'

const hub = 'docker.io'

/** What a user calls a registry, as a domain: addresses are taken for their host, Docker Hub has several names. */
function domainOf(server: string | undefined): string {
  const host = hostOfServer(server ?? hub)
  return ['index.docker.io', 'registry-1.docker.io', 'hub.docker.com'].includes(host) ? hub : host
}

export async function login(
  rooms: Rooms,
  server: string | undefined,
  given: { readonly username: string; readonly password: string } | undefined,
  ctx: Context,
): Promise<LoggedIn | undefined> {
  const domain = domainOf(server)
  const keychain = openKeychain(rooms.env)
  const credentials =
    given === undefined ? await keychain.find(domain) : ({ kind: 'password', ...given } as const)
  if (credentials === undefined) return undefined
  using registry = new Registry({ env: rooms.env, credentials: { find: async () => credentials } })
  const better = await registry.login(domain, ctx)
  const { place, plain } = await keychain.save(domain, better ?? credentials)
  const username = credentials.kind === 'password' ? credentials.username : undefined
  return { server: domain, username, place, plain }
}

export async function logout(rooms: Rooms, server: string | undefined): Promise<string> {
  const domain = domainOf(server)
  await openKeychain(rooms.env).erase(domain)
  return domain
}
