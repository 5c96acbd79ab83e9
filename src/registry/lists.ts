// Lists that come in pages: tags of a repository, repositories of a registry. The next page is where the Link header says (RFC 8288).
import { type Context, Fault, type Reference } from '../core/index.ts'
import type { Client } from './client.ts'
import { shownUrl } from './http/destination.ts'
import { readBody } from './http/exchange.ts'
import { parseLocation } from './http/follow.ts'

const pageLimit = 8 << 20
const mostPages = 10_000

/** Tags in the registry's order. Faults with `image.missing` where there is no such repository. */
export function listTags(client: Client, reference: Reference, ctx: Context): AsyncGenerator<string> {
  const { domain, path } = reference
  const missing = () => new Fault('image.missing', `${domain} has no repository ${path}`)
  const first = { domain, repository: path, to: 'tags/list', actions: ['pull'] }
  return pages(client, { ...first, field: 'tags', missing }, ctx)
}

/** All repositories of a registry that lists them (distribution's catalogue; not in the specification). */
export function listRepositories(client: Client, domain: string, ctx: Context): AsyncGenerator<string> {
  const missing = () => new Fault('registry.refused', `${domain} does not list its repositories`)
  const first = { domain, to: '_catalog', scopes: ['registry:catalog:*'] }
  return pages(client, { ...first, field: 'repositories', missing }, ctx)
}

interface Listing {
  readonly domain: string
  readonly repository?: string
  readonly to: string
  readonly actions?: readonly string[]
  readonly scopes?: readonly string[]
  readonly field: string
  missing(): Fault
}

async function* pages(client: Client, listing: Listing, ctx: Context): AsyncGenerator<string> {
  const { field, missing, ...call } = listing
  let to: string | URL = call.to
  for (let page = 0; page < mostPages; page++) {
    const answer = await client.call(
      { ...call, to, need: 'resolve', by: 'tag', method: 'GET', accept: [200, 404] },
      ctx,
    )
    if (answer.status === 404) {
      answer.discard()
      throw missing()
    }
    yield* parsePage((await readBody(answer, pageLimit)).toString('utf8'), field, shownUrl(answer.url))
    const next = nextLink(answer.headers.link)
    if (next === undefined) return
    const following = parseLocation(next, answer.url)
    if (String(to) === following.href) return
    to = following
  }
}

/** The names in one page; `null`, which some registries write, is none. Faults with `registry.invalid`. */
export function parsePage(body: string, field: string, where: string): readonly string[] {
  const bad = () => new Fault('registry.invalid', `${where} is not a list of ${field}`)
  let value: Record<string, unknown>
  try {
    value = JSON.parse(body) as Record<string, unknown>
  } catch {
    throw bad()
  }
  const names = value?.[field] ?? []
  if (!Array.isArray(names) || names.some((name) => typeof name !== 'string')) throw bad()
  return names as readonly string[]
}

/** The address of `Link: <address>; rel="next"`. */
export function nextLink(header: string | readonly string[] | undefined): string | undefined {
  const text = typeof header === 'string' ? header : (header ?? []).join(', ')
  for (const match of text.matchAll(/<([^>]*)>((?:\s*;\s*[^,;]+)*)/g))
    if (/;\s*rel\s*=\s*"?next"?/i.test(match[2]!)) return match[1]
  return undefined
}
