// containers/image: manifests, headers of registries, look-up of credentials, layouts.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import {
  isFault,
  parseReference,
  printName,
  printReference,
  type Reference,
  sha256,
} from '../../../src/core/index.ts'
import { parsePlace } from '../../../src/engine/copy.ts'
import { isIndex, parseManifest, selectPlatform } from '../../../src/image/index.ts'
import { detectCompression } from '../../../src/layer/index.ts'
import { entryNames, findEntry, openKeychain, scopeOf } from '../../../src/registry/auth/keychain.ts'
import { parseToken } from '../../../src/registry/auth/token.ts'
import { parseContentRange } from '../../../src/registry/blobs.ts'
import { digestLike, parseLength, parseMediaType } from '../../../src/registry/manifests.ts'
import { rewriteReference } from '../../../src/registry/names/rewrite.ts'
import { parseAliasTarget, parseShortName } from '../../../src/registry/names/short-names.ts'
import { parseWarnings } from '../../../src/registry/refusal.ts'
import { withRawAnswer } from '../registry-server.ts'
import { type Case, type Result, skip, verdict } from '../suite.ts'

type Check = (one: Case, directory: string) => unknown

export async function* run(cases: readonly Case[], directory: string): AsyncGenerator<Result> {
  for (const one of cases)
    yield await verdict(one.id, () => {
      const check = Object.hasOwn(checks, one.op ?? '') ? checks[one.op ?? ''] : undefined
      return check === undefined
        ? skip(`${one.op}: a part of the source that has no counterpart here`)
        : check(one, directory)
    })
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

const checks: Readonly<Record<string, Check>> = {
  manifest({ file, guessedMediaType, digest }, directory) {
    const bytes = fs.readFileSync(path.join(directory, text(file)))
    const type = text(guessedMediaType)
    if (type === '' || /distribution\.manifest\.v1\+/.test(type))
      return assert.throws(() => parseManifest(bytes), isFault)
    const kind = /index|manifest\.list/.test(type) ? 'index' : 'manifest'
    // The artifacts of the source have a config without a digest: they are refused as what they are taken for.
    if (path.basename(text(file)).endsWith('artifact.json'))
      return assert.throws(() => parseManifest(bytes), {
        message: new RegExp(`the image ${kind} cannot be used`),
      })
    const document = parseManifest(bytes)
    assert.equal(isIndex(document), kind === 'index')
    assert.ok(document.mediaType === undefined || document.mediaType === type)
    for (const wanted of Object.values((digest ?? {}) as Record<string, string | null>))
      if (wanted !== null) assert.equal(digestLike(wanted as never, bytes), wanted)
  },
  manifestDocument({ file }, directory) {
    const bytes = fs.readFileSync(path.join(directory, text(file)))
    const { schemaVersion } = JSON.parse(bytes.toString())
    if (schemaVersion === 1) return assert.throws(() => parseManifest(bytes), isFault)
    parseManifest(bytes)
  },
  ChooseInstance: checkChoice,
  OCI1IndexChooseInstanceByCompression(one, directory) {
    const rows = one.matchedInstances as readonly { readonly preferGzip?: boolean }[]
    if (rows.some(({ preferGzip }) => preferGzip === true))
      skip(
        'of two images for one platform Peel takes the first, as containerd does, whatever packs their layers',
      )
    checkChoice(one, directory)
  },
  ParseDecimalInString: ({ s, v, err }) =>
    err === undefined ? assert.equal(parseLength(text(s)), v ?? 0) : undefined,
  ParseContentRange({ in: header, first, last, completeLength }) {
    const found = parseContentRange(text(header))
    if (first === undefined && last === undefined && completeLength === undefined)
      return assert.equal(found, undefined)
    const size = completeLength === -1 ? undefined : completeLength
    assert.deepEqual(found, { first: first ?? 0, last: last ?? 0, size })
  },
  ParseRegistryWarningHeader({ header, expected }) {
    if (text(header).includes('\ufffd')) skip('the bytes of the header are lost in the case')
    const arrived = Buffer.from(text(header), 'utf8').toString('latin1')
    assert.equal(parseWarnings(arrived).join(), text(expected))
  },
  GetBlobSize({ headers, expected }) {
    const list = (headers ?? []) as readonly string[]
    assert.equal((list.length === 1 ? parseLength(list[0]) : undefined) ?? -1, expected ?? 0)
  },
  IsManifestUnknownError: ({ response }) =>
    withRawAnswer(text(response), (host, client) =>
      assert.rejects(client.manifest(`${host}/a:b`), { code: 'image.missing' }),
    ),
  bearerTokenBody({ body, token, expiresAtUnix, error }) {
    const read = () => parseToken(text(body), 'here', Date.now())
    if (error === true) return assert.throws(read, isFault)
    const found = read()
    assert.equal(found.text, token)
    if (expiresAtUnix !== undefined) assert.equal(found.expires / 1000, expiresAtUnix)
  },
  SimplifyContentType: ({ input, expected }) => assert.equal(parseMediaType(text(input)), text(expected)),
  GetAuth: checkCredentials,
  AuthKeyLookupOrder({ input, expected }) {
    const [domain = '', ...rest] = text(input).split('/')
    assert.deepEqual(entryNames(domain, rest.length === 0 ? undefined : rest.join('/')), expected)
  },
  SetCredentialsInteroperability({ loginKey, queryRepo, loginKeyError }) {
    if (loginKeyError === true)
      skip('what stands behind the host counts for nothing in a login, as in docker')
    return checkKept(text(loginKey), text(queryRepo))
  },
  GetCredentialsInteroperability({ loginKey, queryKey }) {
    if (text(loginKey) === '') return checkKept('docker.io', text(queryKey))
    return checkKept(text(loginKey), text(queryKey))
  },
  SetGetCredentials({ set, get, shouldAuth }) {
    const auth = Buffer.from('u:p').toString('base64')
    const [domain = '', ...rest] = text(get).split('/')
    const found = findEntry({ [text(set)]: { auth } }, domain, rest.length === 0 ? undefined : rest.join('/'))
    assert.equal(found !== undefined, shouldAuth === true)
  },
  ValidateKey({ key, isNamespaced }) {
    const scope = scopeOf(text(key))
    if (typeof isNamespaced === 'boolean') return assert.equal(scope, isNamespaced ? 'namespace' : 'registry')
    if (text(key).includes('://')) skip('entries may be called by an address, as docker calls them')
    assert.equal(scope, 'nothing')
  },
  ParseShortNameValue({ input, valid }) {
    if (valid === true) return assert.equal(printName(parseAliasTarget(text(input))), text(input))
    assert.throws(() => parseAliasTarget(text(input)), isFault)
  },
  ValidateShortName({ input, valid }) {
    if (valid === true) return assert.equal(parseShortName(text(input)), text(input))
    assert.throws(() => parseShortName(text(input)), isFault)
  },
  RewriteReferenceSuccess: ({ expected, ...one }) =>
    assert.equal(printReference(rewritten(one)), text(expected)),
  RewriteReferenceFailedDuringParseNamed: (one) =>
    void assert.throws(() => rewritten(one), { code: 'registry.config' }),
  SplitReferenceIntoDirAndImageNonWindows({ ref, dir, image }) {
    const place = parsePlace(`oci:${ref}`)
    assert.deepEqual(place, { kind: 'layout', directory: dir, name: text(image) || undefined })
  },
  ociLayoutDir({ index }) {
    assert.ok(isIndex(parseManifest(Buffer.from(JSON.stringify(index)))))
  },
  detectCompression({ file, format }, directory) {
    const names: Readonly<Record<string, string>> = { bz2: 'bzip2', gz: 'gzip', zst: 'zstd' }
    const found = detectCompression(fs.readFileSync(path.join(directory, text(file))))
    assert.equal(found, names[text(format)] ?? text(format))
  },
}

function rewritten({ inputRef, prefix, location }: Partial<Case>): Reference {
  return rewriteReference(parseReference(text(inputRef)), { prefix: text(prefix), location: text(location) })
}

function checkChoice({ listFile, matchedInstances, unmatchedInstances }: Case, directory: string): void {
  const file = path.join(directory, 'files/manifests', text(listFile))
  if (!fs.existsSync(file)) skip(`the suite has no ${listFile}`)
  const index = parseManifest(fs.readFileSync(file))
  assert.ok(isIndex(index))
  for (const one of matchedInstances as readonly Record<string, string>[]) {
    const variant = one.variant ? { variant: one.variant } : {}
    const { digest } = selectPlatform(index, { os: 'linux', architecture: one.arch!, ...variant })
    assert.equal(digest, one.instanceDigest, `${one.arch} ${one.variant}`)
  }
  for (const architecture of unmatchedInstances as readonly string[])
    assert.throws(() => selectPlatform(index, { os: 'linux', architecture }), isFault)
}

/** Who Peel is in a home directory with that one file, in podman's place and in docker's; `sys` names a registries.conf. */
async function checkCredentials(
  { path: source, key, expected, sys }: Case,
  directory: string,
): Promise<void> {
  const given = path.join(directory, 'files/authconfig')
  const conf = (sys as Record<string, string> | undefined)?.SystemRegistriesConfPath
  if (sys !== undefined && conf === undefined) skip('credentials that a program hands to its own library')
  const file = source === undefined ? undefined : path.join(given, path.basename(text(source)))
  if (file !== undefined && (!fs.existsSync(file) || path.basename(file) === 'legacy.json'))
    skip('a file of a form that docker gave up in 2014, or one that the suite has not')
  const { Username = '', Password = '', IdentityToken } = (expected ?? {}) as Record<string, string>
  const none = Username === '' && Password === ''
  const wanted =
    IdentityToken === undefined
      ? none
        ? undefined
        : { kind: 'password', username: Username, password: Password }
      : { kind: 'identity', token: IdentityToken }
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  try {
    const programs = path.join(home, 'bin')
    fs.mkdirSync(programs)
    for (const name of fs.readdirSync(given).filter((one) => one.startsWith('docker-credential-')))
      fs.writeFileSync(path.join(programs, name), fs.readFileSync(path.join(given, name)), { mode: 0o755 })
    const [domain = '', ...rest] = text(key).split('/')
    for (const place of ['run/containers/auth.json', '.docker/config.json']) {
      const target = path.join(home, place)
      fs.mkdirSync(path.dirname(target), { recursive: true })
      if (file !== undefined) fs.copyFileSync(file, target)
      const keychain = openKeychain({
        HOME: home,
        XDG_RUNTIME_DIR: path.join(home, 'run'),
        PATH: `${programs}:${process.env.PATH}`,
        CONTAINERS_REGISTRIES_CONF: conf === undefined ? undefined : path.join(given, path.basename(conf)),
      })
      assert.deepEqual(
        await keychain.find(domain, rest.length === 0 ? undefined : rest.join('/')),
        wanted,
        place,
      )
      fs.rmSync(target, { force: true })
    }
  } finally {
    fs.rmSync(home, { recursive: true, force: true })
  }
}

/** What a login keeps is found for a repository, in a file that other tools read too. */
async function checkKept(login: string, query: string): Promise<void> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  try {
    const keychain = openKeychain({ DOCKER_CONFIG: directory, HOME: directory })
    const credentials = { kind: 'password', username: 'u', password: sha256(login) } as const
    await keychain.save(login, credentials)
    const [domain = '', ...rest] = query.split('/')
    assert.deepEqual(await keychain.find(domain, rest.length === 0 ? undefined : rest.join('/')), credentials)
  } finally {
    fs.rmSync(directory, { recursive: true, force: true })
  }
}
