// Runs the tests: `npm test` all, `npm test -- src/layer test/x.test.ts` those below the named paths; options go to `node --test`.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const repository = path.join(import.meta.dirname, '..')
const options = process.argv.slice(2).filter((argument) => argument.startsWith('-'))
const chosen = process.argv.slice(2).filter((argument) => !argument.startsWith('-'))
const files = (chosen.length === 0 ? ['src', 'test'] : chosen).flatMap((place) => {
  const full = path.resolve(repository, place)
  return fs.statSync(full).isDirectory()
    ? fs.globSync('**/*.test.ts', { cwd: full }).map((name) => path.join(full, name))
    : [full]
})
if (files.length === 0) {
  console.error(`no *.test.ts below ${chosen.join(', ')}`)
  process.exit(1)
}

// Node's default leaves one core idle, which of two is half the machine.
const cores = os.availableParallelism()
const child = spawn(
  process.execPath,
  [
    '--disable-warning=ExperimentalWarning',
    '--test',
    '--test-reporter=spec',
    `--test-concurrency=${cores}`,
    '--test-timeout=600000',
    ...options,
    ...files.sort(),
  ],
  {
    cwd: repository,
    stdio: 'inherit',
    env: { NODE_COMPILE_CACHE: path.join(repository, '.cache/compile'), ...process.env },
  },
)
child.on('error', (error) => {
  console.error(error.message)
  process.exitCode = 1
})
child.on('exit', (status, signal) => {
  process.exitCode = status ?? (signal === null ? 1 : 128 + os.constants.signals[signal])
})
