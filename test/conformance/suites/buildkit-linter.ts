// Build checks, from moby/buildkit's frontend/dockerfile/dockerfile_check_test.go: each case as the check of a build (the stages that
// the last one needs), and where the case has them, as the check alone (all stages).
import assert from 'node:assert/strict'
import { type CheckReport, checkDockerfile } from '../../../src/analyze/index.ts'
import { isFault } from '../../../src/core/index.ts'
import { compileIgnore, parseDockerfile } from '../../../src/dockerfile/index.ts'
import { type Case, type Result, verdict } from '../suite.ts'

interface Expected {
  readonly rule: string
  readonly detail: string
  readonly description: string
  readonly url?: string
  readonly line?: number
}

interface LintCase extends Case {
  readonly dockerfile?: string
  readonly dockerignore?: string
  readonly frontendAttrs?: Readonly<Record<string, string>>
  readonly warnings?: readonly Expected[]
  readonly unmarshalWarnings?: readonly Expected[]
  readonly buildErr?: string
}

export async function* run(cases: readonly LintCase[]): AsyncGenerator<Result> {
  for (const one of cases) yield await verdict(one.id, () => check(one))
}

async function check(one: LintCase): Promise<void> {
  const { warnings = [], buildErr } = one
  const built = await report(one, 'needed')
  compare(built, warnings)
  const alone = one.unmarshalWarnings ?? warnings
  // `unmarshalWarnings` repeats the line numbers of another case's Dockerfile, so lines are not compared there.
  compare(await report(one, 'all'), alone, one.unmarshalWarnings === undefined ? 'lines' : 'rules')
  if (buildErr === undefined) return assert.equal(built.failOnWarning && built.warnings.length > 0, false)
  if (buildErr.startsWith('lint violation')) {
    assert.equal(built.failOnWarning, true)
    const rules = [...new Set(built.warnings.map(({ rule }) => rule))].sort()
    assert.equal(`lint violation found for rules: ${rules.join(', ')}`, buildErr)
  } else assert.equal(built.fault?.message, buildErr)
}

async function report(one: LintCase, stages: 'all' | 'needed'): Promise<CheckReport> {
  const { dockerfile = '', dockerignore, frontendAttrs = {} } = one
  const buildArgs = new Map(
    Object.entries(frontendAttrs)
      .filter(([name]) => name.startsWith('build-arg:'))
      .map(([name, value]) => [name.slice('build-arg:'.length), value]),
  )
  return checkDockerfile(parseDockerfile(dockerfile, { file: 'Dockerfile' }), {
    stages,
    buildArgs,
    target: frontendAttrs.target,
    ignore: dockerignore === undefined ? undefined : compileIgnore(dockerignore),
    findBase: async (_, { os, architecture }) => ({
      os,
      architecture,
      config: { Env: ['PATH=/bin'] },
      rootfs: { type: 'layers', diff_ids: [] },
    }),
  })
}

function compare(
  found: CheckReport,
  expected: readonly Expected[],
  strict: 'lines' | 'rules' = 'lines',
): void {
  assert.ok(found.fault === undefined || isFault(found.fault))
  const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
  const lineOf = (line: number | undefined): string => (strict === 'lines' ? `${line} ` : '')
  assert.deepEqual(
    found.warnings
      .map(
        ({ rule, message, description, url, place }) =>
          `${lineOf(place.line)}${rule}: ${message} | ${description} | ${url ?? ''}`,
      )
      .sort(order),
    expected
      .map(
        ({ rule, detail, description, url, line }) =>
          `${lineOf(line)}${rule}: ${detail} | ${description} | ${url ?? ''}`,
      )
      .sort(order),
  )
}
