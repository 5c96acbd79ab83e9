// go-containerregistry: names, addresses that must not be gone to, refusals, credentials, lists, layouts and archives.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { STATUS_CODES } from 'node:http'
import os from 'node:os'
import path from 'node:path'
import {
  isFault,
  matchesPlatform,
  type Platform,
  parseReference,
  printPlatform,
  silent,
} from '../../../src/core/index.ts'
import { parseAuthEntry, printAuthEntry } from '../../../src/registry/auth/credentials.ts'
import { openConfiguration } from '../../../src/registry/hosts/configuration.ts'
import { addressKind, checkDestination, type Purpose } from '../../../src/registry/http/destination.ts'
import { parseLocation } from '../../../src/registry/http/follow.ts'
import { parsePage } from '../../../src/registry/lists.ts'
import { faultOfAnswer, printRefusal } from '../../../src/registry/refusal.ts'
import { loadArchive, openStore } from '../../../src/store/index.ts'
import { checkFlattened } from '../flattened.ts'
import { checkApply, type TarEntry } from '../layer-cases.ts'
import { withServer } from '../registry-server.ts'
import { type Case, type Result, skip, verdict } from '../suite.ts'

interface GgcrCase extends Case {
  readonly [field: string]: unknown
}

type Check = (one: GgcrCase, directory: string) => unknown

export async function* run(cases: readonly GgcrCase[], directory: string): AsyncGenerator<Result> {
  for (const one of cases)
    yield await verdict(one.id, () => {
      const check = Object.hasOwn(checks, one.op ?? '') ? checks[one.op ?? ''] : undefined
      return check === undefined
        ? skip(reasons[one.op ?? ''] ?? `${one.op}: a part of the source that has no counterpart here`)
        : check(one, directory)
    })
}

const reasons: Readonly<Record<string, string>> = {
  registryCall: 'Peel is a client: it has no registry server',
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const host = (address: string): string => new URL(`http://${address}`).hostname

/** Whether going there is refused. */
function refuses(url: string, origin: { host: string; secure: boolean }, purpose: Purpose): boolean {
  try {
    checkDestination(new URL(url), origin, purpose)
    return false
  } catch (thrown) {
    assert.ok(isFault(thrown))
    return true
  }
}

/** The cases leave out which addresses are refused: those that are not the registry's own and not public. */
const isOutside = (url: string, own: string): boolean => {
  const { hostname } = new URL(url)
  return hostname !== host(own) && addressKind(hostname) !== 'public'
}

const checks: Readonly<Record<string, Check>> = {
  nameValidity({ kind, input, valid }) {
    const name = kind === 'Registry' ? `${text(input) || 'index.docker.io'}/x` : text(input)
    if (valid === true) return void parseReference(name)
    assert.throws(() => parseReference(name), isFault)
  },
  IsRFC1918: ({ reg, result }) =>
    assert.equal(addressKind(hostOrText(text(reg))) === 'private', result === true),
  RegistryScheme({ domain, scheme }) {
    const address =
      text(domain).split(':').length > 2 && !text(domain).startsWith('[') ? `[${domain}]` : text(domain)
    if (addressKind(host(address)) === 'private')
      skip('a registry of a private network needs TLS, or an entry as an insecure one, as in docker')
    const [endpoint] = openConfiguration({ HOME: '/nonexistent' })(address)
    assert.equal(endpoint!.schemes.at(-1), scheme)
  },
  ValidateRealmURLUnspecified: ({ realm, wantErr }) =>
    assert.equal(
      refuses(text(realm), { host: 'registry.example.com', secure: true }, 'secret'),
      wantErr === true,
    ),
  ValidateRealmURLSameHost: ({ realm, registryHost, insecure, wantErr }) =>
    assert.equal(
      refuses(text(realm), { host: text(registryHost), secure: insecure !== true }, 'secret'),
      wantErr === true,
    ),
  ValidateForeignURL: ({ url, insecure, wantErr }) =>
    assert.equal(
      refuses(text(url), { host: 'registry.example.com', secure: insecure !== true }, 'foreign'),
      wantErr === true,
    ),
  CheckRedirectSSRF: ({ dest, orig }) =>
    assert.equal(
      refuses(text(dest), { host: text(orig), secure: false }, 'redirect'),
      isOutside(text(dest), text(orig)),
    ),
  NextLocationSSRFProtection({ host: own, location }) {
    const url = parseLocation(text(location), new URL(`https://${own}/v2/`))
    assert.equal(
      refuses(url.href, { host: text(own), secure: false }, 'secret'),
      isOutside(url.href, text(own)),
    )
  },
  NextLocation: ({ location, url }) =>
    assert.equal(
      parseLocation(text(location), new URL('https://gcr.io/v2/foo/bar/blobs/uploads/')).href,
      url,
    ),
  Url({ tag, path: wanted, url }) {
    const { domain } = parseReference(text(tag))
    const [endpoint] = openConfiguration({ HOME: '/nonexistent' })(domain)
    assert.equal(`${endpoint!.schemes.at(-1)}://${endpoint!.host}${wanted}`, url)
  },
  CheckErrorNotError: checkRefusal,
  CheckErrorWithError: checkRefusal,
  AuthConfigUnmarshalJSON({ json, err, want }) {
    const read = () => parseAuthEntry(JSON.parse(text(json)), 'r.io')
    if (err !== undefined) return assert.throws(read, isFault)
    const {
      Username = '',
      Password = '',
      IdentityToken,
      RegistryToken,
    } = (want ?? {}) as Record<string, string>
    const found = read()
    if (IdentityToken !== undefined)
      return assert.deepEqual(found, { kind: 'identity', token: IdentityToken })
    if (RegistryToken !== undefined) return assert.deepEqual(found, { kind: 'bearer', token: RegistryToken })
    const none = Username === '' && Password === ''
    assert.deepEqual(found, none ? undefined : { kind: 'password', username: Username, password: Password })
  },
  AuthConfigMarshalJSON({ config, json }) {
    const { Username = '', Password = '' } = config as Record<string, string>
    const made = printAuthEntry({ kind: 'password', username: Username, password: Password })
    assert.equal(made.auth, JSON.parse(text(json)).auth)
  },
  CheckExistingBlob: ({ status, existing, wantErr }) =>
    withServer(
      (_request, response) => void response.writeHead(Number(status)).end(),
      async (address, client) => {
        const asked = client.hasBlob(`${address}/a`, `sha256:${'0'.repeat(64)}` as never)
        if (wantErr === true) return assert.rejects(asked, isFault)
        assert.equal(await asked, existing === true)
      },
    ),
  List: ({ responseBody, wantTags, wantErr }) =>
    checkPage(text(responseBody), { field: 'tags', names: wantTags, fails: wantErr }),
  CatalogPage: ({ responseBody, wantRepos, wantErr }) =>
    checkPage(text(responseBody), { field: 'repositories', names: wantRepos, fails: wantErr }),
  Catalog({ pages, wantRepos }) {
    const bodies = pages as readonly string[]
    return withServer(
      (request, response) => {
        const page = Number(new URL(request.url ?? '', 'http://x').searchParams.get('page') ?? 0)
        const link = `</v2/_catalog?page=${page + 1}>; rel="next"`
        response.writeHead(200, page + 1 < bodies.length ? { link } : {}).end(bodies[page])
      },
      async (address, client) => {
        const found: string[] = []
        for await (const name of client.repositories(address)) found.push(name)
        assert.deepEqual(found, wantRepos)
      },
    )
  },
  PlatformString({ plat, want }) {
    const platform = platformOf(plat)
    if (platform.os === '' || platform['os.version'] !== undefined)
      skip('Peel writes platforms as containerd does')
    assert.equal(printPlatform(platform), text(want))
  },
  PlatformEquals({ a, b, equal }) {
    const [one, two] = [platformOf(a), platformOf(b)]
    skipSystems(one, two)
    if (featuresOf(a).join() !== featuresOf(b).join()) skip(cpuFeatures)
    const same = matchesPlatform(one, two, 'exact') && matchesPlatform(two, one, 'exact')
    assert.equal(same, equal === true)
  },
  PlatformSatisfies: ({ have, spec, sat }) => checkSatisfies(have, spec, sat),
  MatchesPlatform: ({ given, required, want }) => checkSatisfies(given, required, want),
  async ociLayout({ dir, index }, directory) {
    const place = path.join(directory, text(dir))
    const { manifests } = index as {
      readonly manifests: readonly { readonly mediaType: string; readonly digest: string }[]
    }
    // One holds a chart and no image.
    const isChart = ({ digest }: { readonly digest: string }): boolean => {
      const file = path.join(place, 'blobs', digest.replace(':', '/'))
      return fs.existsSync(file) && fs.readFileSync(file, 'utf8').includes('application/vnd.cncf.helm.')
    }
    const isImage = ({ mediaType }: { readonly mediaType: string }) =>
      /image\.(manifest|index)\.v1/.test(mediaType)
    if (manifests.every((one) => !isImage(one) || isChart(one)))
      return withStore((store) => assert.rejects(loadArchive(store, place, silent), isFault))
    if (!fs.existsSync(path.join(place, 'blobs'))) skip('the layout has no blobs')
    await withStore(async (store) => {
      const loaded = await loadArchive(store, place, silent)
      assert.ok(loaded.length > 0)
      assert.deepEqual((await store.verify(silent)).problems, [])
    })
  },
  // Names that climb out are held inside the root; those that another system would read so are names here.
  ExtractRejectsUnsafeArchivePaths: ({ id, path: name, wantErr }) =>
    checkApply({
      id,
      layers: [[{ name: text(name), type: name === '.' ? 'dir' : 'file', content: 'data' }]],
      expect: wantErr === true ? { mayError: true } : {},
    }),
  // The source does not state its map in the case: `baz` and `red/blue` are deleted.
  WhiteoutDir({ path: name, whiteout }) {
    const upper: TarEntry[] = ['.wh.baz', 'red/.wh.blue'].map((name) => ({ name, type: 'file' }))
    const check = whiteout === true ? { absent: text(name) } : { exists: text(name) }
    return checkApply({
      id: text(name),
      layers: [[{ name: text(name), type: 'file' }], upper],
      checks: [check],
    })
  },
  flatten: ({ file, expect }, directory) => checkFlattened(path.join(directory, text(file)), text(expect)),
  dockerTarball: ({ file, note }, directory) =>
    withStore(async (store) => {
      const loading = loadArchive(store, path.join(directory, text(file)), silent)
      if (/must fail|plain layer tar/.test(text(note))) return assert.rejects(loading, isFault)
      assert.ok((await loading).length > 0)
    }),
}

function hostOrText(address: string): string {
  return URL.canParse(`http://${address}`) ? host(address) : address
}

/** Before the registry's words the source writes the request; Peel names the address, and not its query, which may hold secrets. */
async function checkRefusal({ code, body, errorBody, msg }: GgcrCase): Promise<void> {
  const said = text(body ?? errorBody)
  const [, address, words = text(msg)] = /^[A-Z]+ (https?:\S+): (.*?)(?: \(HEAD .*)?$/.exec(text(msg)) ?? []
  assert.equal(printRefusal(Number(code), said), words)
  if (address === undefined) return
  const url = new URL(address)
  const answer = {
    url,
    status: Number(code),
    reason: STATUS_CODES[Number(code)] ?? '',
    headers: {},
    body: (async function* () {
      yield Buffer.from(said)
    })(),
    discard: () => {},
  }
  const { message } = await faultOfAnswer(answer, Date.now())
  assert.equal(message, `${url.origin}${url.pathname}: ${words}`)
}

function checkPage(
  body: string,
  { field, names, fails }: { readonly field: string; readonly names: unknown; readonly fails: unknown },
): void {
  const read = () => parsePage(body, field, 'here')
  if (fails === true) assert.throws(read, isFault)
  else assert.deepEqual(read(), names)
}

/** What is not asked for may be anything. Versions and features only count where system and processor fit. */
function checkSatisfies(have: unknown, spec: unknown, wanted: unknown): void {
  const [found, asked] = [platformOf(have), platformOf(spec)]
  const narrowed = Object.fromEntries(
    Object.entries(found).filter(([name]) => name in asked),
  ) as unknown as Platform
  const fits = (one: Platform, other: Platform) => matchesPlatform(one, other, 'compatible')
  const machine = ({ os, architecture, variant }: Platform): Platform => ({
    os,
    architecture,
    ...(variant !== undefined && { variant }),
  })
  if (!fits(machine(asked), machine(narrowed))) return assert.equal(wanted === true, false)
  if (featuresOf(spec).some((one) => !featuresOf(have).includes(one))) skip(cpuFeatures)
  skipSystems(asked, narrowed)
  assert.equal(fits(asked, narrowed), wanted === true)
}

/** What two systems may differ in where containerd's rules, which Peel follows, are others than the source's. */
function skipSystems(asked: Platform, found: Platform): void {
  if (asked['os.version'] !== found['os.version'] && asked.os !== 'windows')
    skip('versions of systems bind on Windows alone, as in containerd')
  const [wanted, needed] = [asked, found].map((one) => [...(one['os.features'] ?? [])].sort().join())
  if (wanted !== needed) skip('features of systems are what an image needs, as in containerd')
  if (asked.os !== found.os && asked.os.toLowerCase() === found.os.toLowerCase())
    skip('names of systems are read in any case, as in containerd')
}

const cpuFeatures = '"features" of a CPU are reserved in the specification, and nobody uses them'

function featuresOf(platform: unknown): readonly string[] {
  const { Features } = platform as { readonly Features?: readonly string[] | null }
  return [...(Features ?? [])].sort()
}

function platformOf(value: unknown): Platform {
  const {
    OS = '',
    Architecture = '',
    Variant = '',
    OSVersion = '',
    OSFeatures,
  } = (value ?? {}) as Record<string, string>
  const features = (OSFeatures ?? []) as unknown as readonly string[]
  return {
    os: OS,
    architecture: Architecture,
    ...(Variant === '' ? {} : { variant: Variant }),
    ...(OSVersion === '' ? {} : { 'os.version': OSVersion }),
    ...(features.length === 0 ? {} : { 'os.features': features }),
  }
}

async function withStore(work: (store: ReturnType<typeof openStore>) => Promise<unknown>): Promise<void> {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  const store = openStore(root)
  try {
    await work(store)
  } finally {
    store.close()
    fs.rmSync(root, { recursive: true, force: true })
  }
}
