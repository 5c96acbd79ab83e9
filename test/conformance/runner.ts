// Finds the suites of a directory and runs them. The cases live outside the repository; the modules that understand them inside.
import fs from 'node:fs'
import path from 'node:path'
import type { Case, Result, Suite } from './suite.ts'

const here = import.meta.dirname
const repository = path.join(here, '../..')

export interface Report {
  readonly suite: string
  readonly results: readonly Result[]
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** The failures that docs/conformance.md does not list as a difference by design. */
  readonly unexpected: readonly Result[]
}

/** Where the cases are unless somebody says otherwise. */
export function casesDirectory(): string {
  return path.join(process.env.PEEL_SHARED ?? path.join(repository, '../shared'), 'conformance')
}

/** The names of the suites that a directory holds, sorted; none where the directory is absent. */
export function listSuites(directory: string): readonly string[] {
  if (!fs.existsSync(directory)) return []
  return fs
    .readdirSync(directory)
    .filter((name) => fs.existsSync(path.join(directory, name, 'cases.json')))
    .sort()
}

/** Whether the repository holds a module for this suite. */
export function hasModule(suite: string): boolean {
  return fs.existsSync(modulePath(suite))
}

/** Runs one suite; a suite without a module has all its cases skipped. */
export async function runSuite(directory: string, suite: string): Promise<Report> {
  const document: { readonly cases: readonly Case[] } = JSON.parse(
    fs.readFileSync(path.join(directory, suite, 'cases.json'), 'utf8'),
  )
  if (!hasModule(suite))
    return report(
      suite,
      document.cases.map(({ id }) => ({ id, outcome: 'skipped', reason: 'no runner yet' })),
    )
  const module: Suite = await import(modulePath(suite))
  const results: Result[] = []
  for await (const result of module.run(document.cases, path.join(directory, suite))) results.push(result)
  const told = new Set(results.map((result) => result.id))
  for (const { id } of document.cases)
    if (!told.has(id)) results.push({ id, outcome: 'failed', reason: 'the suite gave no result' })
  return report(suite, results)
}

function modulePath(suite: string): string {
  return path.join(here, 'suites', `${path.basename(suite)}.ts`)
}

function report(suite: string, results: readonly Result[]): Report {
  const count = (outcome: Result['outcome']) => results.filter((result) => result.outcome === outcome).length
  const byDesign = differences().get(suite) ?? new Map<string, string>()
  return {
    suite,
    results,
    passed: count('passed'),
    failed: count('failed'),
    skipped: count('skipped'),
    unexpected: results.filter((result) => result.outcome === 'failed' && !byDesign.has(result.id)),
  }
}

/** The differences by design in the table `suite | id | reason` of docs/conformance.md: suite, id -> reason. */
export function differences(): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const table = new Map<string, Map<string, string>>()
  const text = fs.readFileSync(path.join(repository, 'docs/conformance.md'), 'utf8')
  for (const line of text.split('\n')) {
    const [, suite, id, reason] = /^\|\s*`?([^|`]+?)`?\s*\|\s*`([^|`]+)`\s*\|\s*(.+?)\s*\|$/.exec(line) ?? []
    if (suite === undefined || id === undefined || reason === undefined) continue
    const rows = table.get(suite) ?? new Map<string, string>()
    table.set(suite, rows.set(id, reason))
  }
  return table
}
