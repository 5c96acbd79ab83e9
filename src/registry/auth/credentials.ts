// Who somebody is to a registry, and the entry of a docker configuration that says so.
import { Fault } from '../../core/index.ts'

/** A password; or a refresh token that a token server takes instead; or a token for the registry itself. */
export type Credentials =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  | { readonly kind: 'identity'; readonly token: string }
  | { readonly kind: 'bearer'; readonly token: string }

/** An entry of `auths` in a docker configuration file. */
export interface AuthEntry {
  readonly auth?: string
  readonly username?: string
  readonly password?: string
  readonly identitytoken?: string
  readonly registrytoken?: string
}

/** What credential helpers call the user of an identity token. */
export const tokenUser = '<token>'

/** `undefined` for an entry without any; faults with `credentials.invalid`, naming `server` and never a secret. */
export function parseAuthEntry(entry: AuthEntry, server: string): Credentials | undefined {
  const bad = (why: string): never => {
    throw new Fault('credentials.invalid', `the credentials for ${server} cannot be used: ${why}`, {
      hint: `Log in anew: peel login ${server}`,
    })
  }
  for (const [name, value] of Object.entries(entry))
    if (['auth', 'username', 'password', 'identitytoken', 'registrytoken'].includes(name))
      if (typeof value !== 'string') bad(`"${name}" is not text`)
  if (entry.identitytoken) return { kind: 'identity', token: entry.identitytoken }
  if (entry.registrytoken) return { kind: 'bearer', token: entry.registrytoken }
  if (!entry.auth)
    return entry.username
      ? { kind: 'password', username: entry.username, password: entry.password ?? '' }
      : undefined
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(entry.auth) || entry.auth.length % 4 !== 0) bad('"auth" is not base64')
  const text = Buffer.from(entry.auth, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 0) return bad('"auth" must be the base64 form of user:password')
  // docker wrote passwords padded with NUL for a time.
  return {
    kind: 'password',
    username: text.slice(0, colon),
    password: text.slice(colon + 1).replace(/\0+$/, ''),
  }
}

/** The entry that docker writes for them. */
export function printAuthEntry(credentials: Credentials): AuthEntry {
  switch (credentials.kind) {
    case 'password':
      return {
        auth: Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64'),
      }
    case 'identity':
      return { identitytoken: credentials.token }
    case 'bearer':
      return { registrytoken: credentials.token }
  }
}

/** The host (and port) that an entry's name means, since docker writes addresses there: `https://r.io/v1/` is `r.io`. */
export function hostOfServer(server: string): string {
  const scheme = server.indexOf('://')
  const host = (scheme < 0 ? '' : server.slice(scheme + 3)).split('/', 1)[0] || server.split('/', 1)[0]!
  if (scheme < 0 || host.startsWith('[') || host.split(':').length < 3) return host
  // An address of IPv6 without brackets, which old versions wrote.
  const port = host.lastIndexOf(':')
  return /^\d+$/.test(host.slice(port + 1)) ? `[${host.slice(0, port)}]:${host.slice(port + 1)}` : host
}
