// References to git repositories, from moby/buildkit's dfgitutil, gitutil and sshutil.
import assert from 'node:assert/strict'
import { isFault, parseGitReference, parseGitUrl, printGitReference } from '../../../src/core/index.ts'
import { type Case, type Result, skip, verdict } from '../suite.ts'

interface SourceReference {
  readonly Remote?: string
  readonly ShortName?: string
  readonly Ref?: string
  readonly Checksum?: string
  readonly SubDir?: string
  readonly IndistinguishableFromLocal?: boolean
  readonly UnencryptedTCP?: boolean
  readonly KeepGitDir?: boolean | null
  readonly Submodules?: boolean | null
  readonly MTime?: string
  readonly FetchByCommit?: boolean
}

interface SourceUrl {
  readonly Scheme?: string
  readonly Host?: string
  readonly Path?: string
  readonly User?: { readonly kind: string; readonly args: readonly string[] }
  readonly Query?: Readonly<Record<string, readonly string[]>>
  readonly Opts?: { readonly Ref?: string; readonly Subdir?: string }
}

interface GitCase extends Case {
  readonly ref?: string
  readonly url?: string
  readonly err?: string | boolean
  readonly ok?: boolean
  readonly user?: string
  readonly host?: string
  readonly path?: string
  readonly query?: Readonly<Record<string, readonly string[]>>
  readonly fragment?: string
  readonly expect?: SourceReference | SourceUrl | string | null
}

export async function* run(cases: readonly GitCase[]): AsyncGenerator<Result> {
  for (const one of cases) yield await verdict(one.id, () => check(one))
}

function check(one: GitCase): void {
  switch (one.op) {
    case 'parseGitRef':
      return checkReference(one)
    case 'fragmentFormat':
    case 'fragmentFormatWithSubdir':
      return checkShortForm(one)
    case 'parseGitURL':
      return checkUrl(one)
    case 'scpURL':
      return checkScp(one)
    default:
      skip(`operation ${one.op} is not known here`)
  }
}

function checkReference({ ref = '', err, expect }: GitCase): void {
  if (typeof err === 'string') return assert.throws(() => parseGitReference(ref), withMessage(err))
  const reference = parseGitReference(ref)
  if (expect === null) return assert.equal(reference, undefined)
  const wanted = expect as SourceReference
  assert.deepEqual(reference, {
    ...present({
      ref: wanted.Ref,
      checksum: wanted.Checksum,
      subdir: wanted.SubDir,
      keepGitDir: wanted.KeepGitDir,
      submodules: wanted.Submodules,
      mtime: wanted.MTime,
    }),
    remote: wanted.Remote,
    name: wanted.ShortName,
    fetchByCommit: wanted.FetchByCommit ?? false,
    looksLocal: wanted.IndistinguishableFromLocal ?? false,
    unencrypted: wanted.UnencryptedTCP ?? false,
  })
}

function withMessage(text: string) {
  return (thrown: unknown) => isFault(thrown) && thrown.message.includes(text)
}

/** Without the fields that have no value, or the zero value of a text. */
function present(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null && value !== ''),
  )
}

function checkShortForm({ op, ref = '', ok = false, expect }: GitCase): void {
  let reference: ReturnType<typeof parseGitReference>
  try {
    reference = parseGitReference(ref)
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown
  }
  assert.equal(reference !== undefined, ok)
  if (reference === undefined) return
  const { subdir, ...rest } = reference
  const withSubdir = op === 'fragmentFormatWithSubdir' && subdir !== undefined
  assert.equal(printGitReference(withSubdir ? { ...rest, subdir } : rest), expect)
}

function checkUrl({ url = '', err = false, expect }: GitCase): void {
  if (err !== false) return assert.throws(() => parseGitUrl(url), isFault)
  const { Opts, User, Query, ...wanted } = expect as SourceUrl
  const parsed = parseGitUrl(url)
  const { scheme, host, path } = parsed
  assert.deepEqual({ Scheme: scheme, Host: host, Path: path }, { Scheme: '', Host: '', Path: '', ...wanted })
  const [name = '', password] = User?.args ?? []
  assert.deepEqual(parsed.user, User && present({ name, password }))
  assert.deepEqual(Object.fromEntries(parsed.query), Query ?? {})
  assert.deepEqual([parsed.ref ?? '', parsed.subdir ?? ''], [Opts?.Ref ?? '', Opts?.Subdir ?? ''])
}

function checkScp({ url = '', err = false, ...wanted }: GitCase): void {
  if (err !== false) return assert.notEqual(styleOf(url), 'scp')
  const { style, user, host, path, query, ref } = parseGitUrl(url)
  assert.equal(style, 'scp')
  assert.deepEqual([user?.name, host, path], [wanted.user ?? '', wanted.host ?? '', wanted.path ?? ''])
  assert.deepEqual(Object.fromEntries(query), wanted.query ?? {})
  if (wanted.fragment !== undefined) assert.equal(ref ?? '', wanted.fragment)
}

function styleOf(url: string): string | undefined {
  try {
    return parseGitUrl(url).style
  } catch (thrown) {
    if (isFault(thrown)) return undefined
    throw thrown
  }
}
