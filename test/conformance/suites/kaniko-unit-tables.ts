// Unit tables of GoogleContainerTools/kaniko: so far those about words, wildcards, signals and triggers.
import assert from 'node:assert/strict'
import { expandWord, matchPath, parseDockerfile, parseTrigger } from '../../../src/dockerfile/index.ts'
import { type Case, type Result, skip, verdict } from '../suite.ts'

interface KanikoCase extends Case {
  readonly path?: string
  readonly envs?: readonly string[]
  readonly expectedPath?: string
  readonly isFilepath?: boolean
  readonly signal?: string
  readonly expectedSignal?: string
  readonly args?: unknown
  readonly files?: readonly string[]
  readonly want?: unknown
  readonly expression?: string
}

export async function* run(cases: readonly KanikoCase[]): AsyncGenerator<Result> {
  for (const one of cases) yield await verdict(one.id, () => check(one))
}

function check(one: KanikoCase): void {
  switch (one.op) {
    case 'EnvReplacement': {
      const values = new Map(
        (one.envs ?? []).map((line) => [line.split('=')[0] ?? '', line.replace(/^[^=]*=/, '')]),
      )
      const found = expandWord(one.path ?? '', (name) => values.get(name), { escape: '\\' }).text
      // The source also cleans file paths, which is for whoever uses the word here.
      const clean = (text = '') => (one.isFilepath === true ? text.replace(/\/+/g, '/') : text)
      return assert.equal(clean(found), clean(one.expectedPath))
    }
    case 'StopsignalExecuteCmd': {
      const found = parseDockerfile(`FROM scratch\nSTOPSIGNAL ${one.signal}`, { file: 'Dockerfile' })
      const [instruction] = found.stages[0]?.instructions ?? []
      assert.ok(instruction?.kind === 'STOPSIGNAL')
      const lookup = (name: string) => (name === 'STOPSIG' ? 'SIGKILL' : undefined)
      return assert.equal(expandWord(instruction.signal, lookup, { escape: '\\' }).text, one.expectedSignal)
    }
    case 'ExecuteOnbuild': {
      const trigger = parseTrigger(one.expression ?? '')
      return assert.equal(trigger.text, one.expression)
    }
    case 'filesToSave': {
      if (!(one.files ?? []).every((file) => !file.includes('/'))) skip('walks a tree')
      const patterns = one.args as readonly string[]
      const found = (one.files ?? []).filter((file) => patterns.some((pattern) => matchPath(pattern, file)))
      return assert.deepEqual(found.sort(), [...(one.want as readonly string[])].sort())
    }
    default:
      skip(`${one.op}: nothing reads this table yet`)
  }
}
