// Two builds with one change between them: which steps ran again, and why.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { silent } from '../../src/core/index.ts'
import { type BuildOptions, type Engine, openEngine } from '../../src/engine/index.ts'
import { baseMissing, baseTar } from '../conformance/build-base.ts'

export type Files = Readonly<Record<string, string>>

export interface Place {
  readonly write: (files: Record<string, string | undefined>) => void
  readonly directory: string
}

export interface Change {
  readonly name: string
  readonly files: Files
  /** What is changed between the two builds: files (a removed one is `undefined`), or anything else. */
  readonly change: (place: Place) => void | Promise<void>
  readonly first?: Partial<BuildOptions>
  readonly second?: Partial<BuildOptions>
  /** One word a step of the second build: `hit`, or the reason; `*` for any. */
  readonly expected: readonly string[]
}

/** Why the steps after a changed one run again. */
export const below = 'the layers below changed'

/** A change of the Dockerfile alone. `base:1` is its FROM; `expected` is about the steps that follow. */
export function swap(
  name: string,
  [first, second]: readonly [string, string],
  expected: readonly string[],
  more: {
    readonly files?: Files
    readonly first?: Partial<BuildOptions>
    readonly second?: Partial<BuildOptions>
  } = {},
): Change {
  return {
    name,
    files: { Dockerfile: `FROM base:1\n${first}\n`, ...more.files },
    change: ({ write }) => write({ Dockerfile: `FROM base:1\n${second}\n` }),
    ...(more.first !== undefined && { first: more.first }),
    ...(more.second !== undefined && { second: more.second }),
    expected,
  }
}

/** Tests each change by two builds in one store. `more` adds tests that want the engine, whose image is `base:1`. */
export function testChanges(
  title: string,
  changes: readonly Change[],
  more: (bench: { readonly engine: () => Engine; readonly folder: string }) => void = () => {},
): void {
  const skip = process.getuid?.() !== 0 ? 'RUN needs root' : (baseMissing() ?? false)
  describe(title, { skip }, () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
    let engine: Engine

    before(async () => {
      fs.writeFileSync(path.join(folder, 'base.tar'), baseTar())
      engine = openEngine({
        root: path.join(folder, 'store'),
        env: { ...process.env, PEEL_TEST_ONE: 'one', PEEL_TEST_TWO: 'two' },
      })
      await engine.import({ source: path.join(folder, 'base.tar'), tag: 'base:1' }, silent)
    })

    after(() => {
      engine?.[Symbol.dispose]()
      fs.rmSync(folder, { recursive: true, force: true })
    })

    for (const [number, { name, files, change, first, second, expected }] of changes.entries())
      test(name, async () => {
        const directory = path.join(folder, String(number))
        const write = (given: Record<string, string | undefined>): void => {
          for (const [file, text] of Object.entries(given)) {
            const full = path.join(directory, file)
            fs.mkdirSync(path.dirname(full), { recursive: true })
            if (text === undefined) fs.rmSync(full)
            else fs.writeFileSync(full, text)
          }
        }
        write(files)
        const context = { kind: 'directory', path: directory } as const
        await engine.build({ context, ...first }, silent)
        await change({ write, directory })
        const { steps } = await engine.build({ context, ...second }, silent)
        const seen = steps.map(({ outcome, reason }) =>
          outcome === 'reused' ? 'hit' : (reason ?? 'no reason'),
        )
        assert.deepEqual(
          seen.map((word, i) => (expected[i] === '*' && word !== 'hit' ? '*' : word)),
          expected,
        )
      })

    more({ engine: () => engine, folder })
  })
}
