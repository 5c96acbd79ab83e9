// Tables of docker/cli that concern registries: who somebody is to a server, by which name it stands in a file, and wrong commands.
import assert from 'node:assert/strict'
import { isFault, parseReference } from '../../src/core/index.ts'
import { hostOfServer } from '../../src/registry/auth/credentials.ts'
import { environmentAuths, findEntry, serverOf } from '../../src/registry/auth/keychain.ts'
import { callCli } from '../../src/testing/shell.ts'
import type { Case } from './suite.ts'
import { skip } from './suite.ts'

type Checks = Readonly<Record<string, (one: Case) => unknown>>

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

export const credentialChecks: Checks = {
  ConvertToHostname: ({ input, expected }) => assert.equal(hostOfServer(text(input)), expected),
  RetrieveAuthTokenFromImage({ prefix, expectedAddress, expectedAuthCfg }) {
    const { domain } = parseReference(`${prefix === '' ? '' : `${prefix}/`}registry/image:tag`)
    const { ServerAddress = '' } = (expectedAuthCfg ?? {}) as Record<string, string>
    assert.equal(serverOf(domain), text(expectedAddress) || ServerAddress)
  },
  ParseEnvConfig: checkEnvironment,
  GetAllCredentialsFromEnvironment: checkEnvironment,
  GetDefaultAuthConfig({ Username, Password, ServerAddress, expectedAuthConfig }) {
    if (expectedAuthConfig !== undefined) skip('the case has no file')
    const auths = { [text(ServerAddress)]: entryOf(Username, Password) }
    assert.deepEqual(findEntry(auths, domainOf(text(ServerAddress))), password(Username, Password))
  },
  NewPullCommandErrors: (one) => checkRefused('pull', one),
  NewPushCommandErrors: (one) => checkRefused('push', one),
}

function domainOf(server: string): string {
  const host = hostOfServer(server)
  return host === 'index.docker.io' ? 'docker.io' : host
}

function entryOf(username: unknown, secret: unknown): { readonly auth: string } {
  return { auth: Buffer.from(`${username}:${secret}`).toString('base64') }
}

function password(username: unknown, secret: unknown): object {
  return { kind: 'password', username, password: secret }
}

function checkEnvironment({ ServerAddress, Username, Password }: Case): void {
  const server = text(ServerAddress)
  const auths = environmentAuths(JSON.stringify({ auths: { [server]: entryOf(Username, Password) } }))
  assert.deepEqual(findEntry(auths, domainOf(server)), password(Username, Password))
  assert.throws(() => environmentAuths(JSON.stringify({ auths: { [server]: {} } })), isFault)
}

/** docker's wording is held where it says more than that the name is wrong. */
async function checkRefused(command: string, { args, expectedError }: Case): Promise<void> {
  const { status, err } = await callCli([command, ...(args as readonly string[])])
  assert.notEqual(status, 0)
  const wanted = text(expectedError)
  if (/^requires (exactly )?1 argument/.test(wanted)) assert.match(err, /requires (at least )?1 argument/)
  else if (!/invalid reference format/.test(wanted)) assert.ok(err.includes(wanted), err)
}
