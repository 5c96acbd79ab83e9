// A token server as distribution specifies it, for the tests' real registry: it knows one user and signs what that user may do.
import { spawnSync } from 'node:child_process'
import { createPrivateKey, randomUUID, sign, X509Certificate } from 'node:crypto'
import fs from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'

export interface TokenServer extends AsyncDisposable {
  /** The `auth` section of a registry that takes its tokens. */
  readonly auth: object
  /** Scopes that were asked for, in order; `login` for a login. */
  readonly asked: string[]
  readonly username: string
  readonly password: string
  /** Seconds that tokens live. */
  life: number
}

const service = 'test-registry'
const issuer = 'test-issuer'

/** Why there can be none here; `undefined` where there can. */
export function tokenServerMissing(): string | undefined {
  return spawnSync('openssl', ['version']).status === 0 ? undefined : 'needs openssl'
}

export async function openTokenServer(): Promise<TokenServer> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-token-'))
  const [keyFile, certFile] = [path.join(directory, 'key.pem'), path.join(directory, 'cert.pem')]
  const subject = ['-nodes', '-subj', '/CN=test', '-days', '2', '-keyout', keyFile, '-out', certFile]
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', ...subject], { encoding: 'utf8' })
  if (made.status !== 0) throw new Error(made.stderr)
  const key = createPrivateKey(fs.readFileSync(keyFile))
  const certificate = new X509Certificate(fs.readFileSync(certFile))
  const refresh = new Set<string>()
  const asked: string[] = []

  const issue = (scopes: readonly string[]): string => {
    const now = Math.floor(Date.now() / 1000)
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const access = scopes.map((scope) => {
      const [type = '', ...rest] = scope.split(':')
      return { type, name: rest.slice(0, -1).join(':'), actions: rest.at(-1)!.split(',') }
    })
    const head = { typ: 'JWT', alg: 'RS256', x5c: [certificate.raw.toString('base64')] }
    const claims = {
      iss: issuer,
      sub: 'u',
      aud: service,
      exp: now + server.life,
      nbf: now - 10,
      iat: now,
      jti: randomUUID(),
      access,
    }
    const text = `${encode(head)}.${encode(claims)}`
    return `${text}.${sign('RSA-SHA256', Buffer.from(text), key).toString('base64url')}`
  }
  const listener = http.createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const url = new URL(request.url ?? '', 'http://localhost')
    const form = new URLSearchParams(Buffer.concat(chunks).toString())
    const basic = `Basic ${Buffer.from(`${server.username}:${server.password}`).toString('base64')}`
    const known =
      request.method === 'POST'
        ? refresh.has(form.get('refresh_token') ?? '')
        : request.headers.authorization === basic
    const scopes =
      request.method === 'POST'
        ? (form.get('scope') ?? '').split(' ').filter(Boolean)
        : url.searchParams.getAll('scope')
    asked.push(...(scopes.length === 0 ? ['login'] : scopes))
    if (!known) return void response.writeHead(401).end('{"details":"incorrect username or password"}')
    const offline = url.searchParams.get('offline_token') === 'true' ? `refresh-${randomUUID()}` : undefined
    if (offline !== undefined) refresh.add(offline)
    const token = issue(scopes)
    response.end(
      JSON.stringify({ token, access_token: token, expires_in: server.life, refresh_token: offline }),
    )
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const { port } = listener.address() as AddressInfo
  const server: TokenServer = {
    auth: { token: { realm: `http://127.0.0.1:${port}/token`, service, issuer, rootcertbundle: certFile } },
    asked,
    username: 'tester',
    password: 'open sesame',
    life: 300,
    async [Symbol.asyncDispose]() {
      listener.closeAllConnections()
      await new Promise((resolve) => listener.close(resolve))
      fs.rmSync(directory, { recursive: true, force: true })
    },
  }
  return server
}
