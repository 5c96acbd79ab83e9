// Image reference names, from distribution/reference. Its tests of internal patterns are asked through the parser.
import assert from 'node:assert/strict'
import {
  type Digest,
  familiarName,
  isFault,
  matchesReference,
  parseAnyReference,
  parseExactReference,
  parseFetchReference,
  parseReference,
  printFamiliar,
  printName,
  printReference,
  type Reference,
  sortReferences,
  withTag,
} from '../../../src/core/index.ts'
import { type Case, type Result, skip, verdict } from '../suite.ts'

interface ReferenceCase extends Case {
  readonly input?: string
  readonly err?: string
  readonly [field: `${string}`]: unknown
}

export async function* run(cases: readonly ReferenceCase[]): AsyncGenerator<Result> {
  for (const one of cases) yield await verdict(one.id, () => check(one))
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

function check(one: ReferenceCase): void {
  const checkOne = checks[one.op ?? '']
  if (checkOne === undefined) skip(`operation ${one.op} is not known here`)
  checkOne(one, text(one.input))
}

const checks: Readonly<Record<string, (one: ReferenceCase, input: string) => void>> = {
  parse(one, input) {
    if (/unsupported/i.test(text(one.err)) && input.includes('@sha512:'))
      skip('the source is built without sha512, which the specification registers and Peel reads')
    if (one.err !== undefined) return assert.throws(() => parseExactReference(input), isFault)
    const reference = parseExactReference(input)
    assert.equal(printName(reference), text(one.repository))
    assert.equal(reference.domain, text(one.domain))
    assert.equal(reference.tag ?? '', text(one.tag))
    assert.equal(reference.digest ?? '', text(one.digest))
    assert.equal(printReference(reference), input)
  },
  withNameFailure(_, input) {
    assert.equal(findName(input), undefined)
  },
  domainAndPath: checkDomainAndPath(parseExactReference),
  splitHostname: checkDomainAndPath(parseReference),
  parseNamed(one, input) {
    const named = findOrUndefined(() => parseReference(input))
    const canonical = named !== undefined && printReference(named) === input
    assert.equal(canonical, one.err === undefined)
    if (named !== undefined && canonical) assert.deepEqual([named.domain, named.path], [one.domain, one.path])
  },
  serialization(one, input) {
    if (one.err !== undefined) return assert.throws(() => parseExactReference(input), isFault)
    const reference = parseExactReference(input)
    assert.equal(printName(reference), text(one.name))
    assert.equal(reference.tag ?? '', text(one.tag))
    assert.equal(reference.digest ?? '', text(one.digest))
    assert.equal(printReference(reference), input)
  },
  withTag(one) {
    assert.equal(printReference(withTag(combined(one), text(one.tag))), one.combined)
  },
  withDigest(one) {
    const reference = combined(one)
    const tag = text(one.tag)
    assert.equal(printReference(tag === '' ? reference : withTag(reference, tag)), one.combined)
  },
  normalize(one) {
    const spellings = [one.AmbiguousName, one.FamiliarName, one.FullName]
    for (const spelling of spellings) {
      if (text(spelling) === '') continue
      const reference = parseReference(text(spelling))
      assert.equal(printName(reference), one.FullName)
      assert.equal(familiarName(reference), one.FamiliarName)
      assert.equal(reference.path, one.RemoteName)
      assert.equal(reference.domain, one.Domain)
    }
  },
  parseAny(one) {
    const parsed = parseAnyReference(text(one.Reference))
    assert.equal(typeof parsed === 'string' ? parsed : printReference(parsed), one.Equivalent)
  },
  parseNormalized(one, input) {
    const valid = findOrUndefined(() => parseReference(input)) !== undefined
    assert.equal(valid, one.valid === true)
  },
  familiar(one, input) {
    assert.equal(printFamiliar(parseReference(input)), one.expected)
  },
  match(one) {
    const matches = matchesReference(text(one.pattern), parseReference(text(one.reference)))
    assert.equal(matches, one.expected === true)
  },
  parseDockerRef(one, input) {
    if (one.err !== undefined) return assert.throws(() => parseFetchReference(input), isFault)
    assert.equal(printReference(parseFetchReference(input)), one.expected)
  },
  sort(one) {
    assert.deepEqual(sortReferences(one.unsorted as readonly string[]), one.expected)
  },
  regexpDomain(one, input) {
    const reference = findOrUndefined(() => parseExactReference(`${input}/name`))
    assert.equal(reference?.domain === input, one.match === true)
  },
  regexpAnchoredName(one, input) {
    const name = findName(input)
    assert.equal(name !== undefined, one.match === true)
    if (name !== undefined && Array.isArray(one.subs))
      assert.deepEqual([name.domain, name.path], one.subs.map(text))
  },
  regexpReference(one, input) {
    const reference = findOrUndefined(() => parseExactReference(input))
    assert.equal(reference !== undefined, one.match === true)
    if (reference === undefined || !Array.isArray(one.subs)) return
    const { tag = '', digest = '' } = reference
    assert.deepEqual([printName(reference), tag, digest], one.subs.map(text))
  },
  regexpIdentifier(one, input) {
    const parsed = findOrUndefined(() => parseAnyReference(input))
    assert.equal(parsed === `sha256:${input}`, one.match === true)
  },
}

function checkDomainAndPath(parse: (text: string) => Reference) {
  return (one: ReferenceCase, input: string): void => {
    const { domain, path } = parse(input)
    assert.deepEqual([domain, path], [text(one.domain), text(one.path)])
  }
}

function combined(one: ReferenceCase): Reference {
  const named = parseExactReference(text(one.name))
  // the source puts digests together that are too short to parse
  return one.digest === undefined ? named : { ...named, digest: text(one.digest) as Digest }
}

function findName(input: string): Reference | undefined {
  const reference = findOrUndefined(() => parseExactReference(input))
  return reference?.tag === undefined && reference?.digest === undefined ? reference : undefined
}

function findOrUndefined<T>(parse: () => T): T | undefined {
  try {
    return parse()
  } catch (thrown) {
    if (isFault(thrown)) return undefined
    throw thrown
  }
}
