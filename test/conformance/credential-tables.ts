// Tables of docker/cli that concern registries: who somebody is to a server, by which name it stands in a file, and wrong commands.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { Fault, isFault, parseReference, silent } from '../../src/core/index.ts'
import { openEngine } from '../../src/engine/index.ts'
import { hostOfServer } from '../../src/registry/auth/credentials.ts'
import { environmentAuths, findEntry, hubServer, serverOf } from '../../src/registry/auth/keychain.ts'
import { rawTar } from '../../src/testing/raw-tar.ts'
import { callCli } from '../../src/testing/shell.ts'
import { type Case, skip } from './suite.ts'

type Checks = Readonly<Record<string, (one: Case) => unknown>>

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

export const credentialChecks: Checks = {
  ConvertToHostname: ({ input, expected }) => assert.equal(hostOfServer(text(input)), expected),
  RetrieveAuthTokenFromImage({ prefix, expectedAddress, expectedAuthCfg }) {
    const { domain } = parseReference(`${prefix === '' ? '' : `${prefix}/`}registry/image:tag`)
    const { ServerAddress = '', Username, Password } = (expectedAuthCfg ?? {}) as Record<string, string>
    const others = Object.fromEntries(
      [hubServer, 'other.io', '[::1]:1'].map((name) => [name, entryOf(name, 'x')]),
    )
    if (ServerAddress === '') return assert.equal(findEntry(others, domain), undefined)
    assert.equal(serverOf(domain), text(expectedAddress) || ServerAddress)
    const auths = { ...others, [ServerAddress]: entryOf(Username, Password) }
    assert.deepEqual(findEntry(auths, domain), password(Username, Password))
  },
  ParseEnvConfig: checkEnvironment,
  GetAllCredentialsFromEnvironment: checkEnvironment,
  GetDefaultAuthConfig({ Username, Password, ServerAddress, inputServerAddress, expectedAuthConfig }) {
    if (expectedAuthConfig !== undefined)
      return assert.equal(findEntry({}, domainOf(text(inputServerAddress))), undefined)
    const auths = { [text(ServerAddress)]: entryOf(Username, Password) }
    assert.deepEqual(findEntry(auths, domainOf(text(ServerAddress))), password(Username, Password))
  },
  NewSaveCommandErrors: (one) =>
    /^(error saving|requires)/.test(text(one.expectedError)) ? checkRefused('save', one) : checkSave(one),
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

/** docker's wording is held where it says more than that the name is wrong. An engine that is reached fails as the source's does. */
async function checkRefused(command: string, { args, expectedError }: Case): Promise<void> {
  const wanted = text(expectedError)
  const fail = () => Promise.reject(new Fault('registry.failed', wanted))
  const { status, err } = await callCli([command, ...(args as readonly string[])], {
    engine: { pull: fail, push: fail, save: fail },
  })
  assert.notEqual(status, 0)
  if (/^requires (exactly )?1 argument/.test(wanted)) assert.match(err, /requires (at least )?1 argument/)
  else if (!/invalid reference format/.test(wanted)) assert.ok(err.includes(wanted), err)
}

/** docker looks at the output before the image, so that the image is one that is here. */
async function checkSave({ args, isTerminal, expectedError }: Case): Promise<void> {
  const argv = args as readonly string[]
  if (argv.includes('--platform')) skip('save writes all platforms that are here')
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-save-'))
  const engine = openEngine({ root: path.join(home, 'store'), env: {} })
  try {
    await engine.import({ source: Readable.from([rawTar([])]), tag: 'arg1' }, silent)
    const { status, err } = await callCli(
      ['save', ...argv.map((word) => word.replace(/^fake-dir/, path.join(home, 'fake-dir')))],
      { engine: { save: engine.save }, terminals: isTerminal === true ? ['out'] : [] },
    )
    assert.notEqual(status, 0)
    const wanted = text(expectedError).match(/refusing|no such file|character device/)?.[0]
    assert.ok(wanted !== undefined && err.includes(wanted), err)
  } finally {
    engine[Symbol.dispose]()
    fs.rmSync(home, { recursive: true, force: true })
  }
}
