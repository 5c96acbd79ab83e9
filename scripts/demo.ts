// `npm run demo`: walks through layers with the real `peel`, on a base image that it makes itself, and checks each thing that it
// says. PEEL_DEMO_KEEP=1 keeps what it made; PEEL_DEMO_BASE=debian|busybox forces the base. Exits with 1 where a claim does not hold.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { type Base, makeBase } from './demo/base.ts'
import {
  showCache,
  showCleanup,
  showFlattening,
  showRunning,
  showSecret,
  showSharing,
} from './demo/chapters.ts'
import { heading, put, tell } from './demo/screen.ts'
import { openShell } from './demo/shell.ts'

const wanted = parseBase(process.env.PEEL_DEMO_BASE)
if (process.getuid?.() !== 0) {
  console.error(
    'peel: the demo runs commands inside images (RUN), and that needs root: sudo npm run demo\n' +
      'peel: without root, building without RUN works, and so do history, save, load, import, export and the rest',
  )
  process.exit(1)
}

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-demo-'))
const bin = path.join(import.meta.dirname, '../bin')
const shell = openShell(directory, bin)
const started = Date.now()
let interrupted = false
// Commands get the signal too and end, which ends the demo.
process.on('SIGINT', () => {
  interrupted = true
})
try {
  put('Peel: what layers are, shown on images that are built here and now')
  tell(
    'Lines that begin with $ are commands as you would type them, and below them stands what they printed. In long output of one step [… lines …] stands for its middle. A ✓ is something the demo has checked. Images are kept in PEEL_ROOT, a temporary directory that is removed in the end.',
  )
  const base = await makeBase(shell, wanted)
  await showCleanup(shell, base)
  await showSecret(shell)
  await showCache(shell)
  await showSharing(shell)
  await showFlattening(shell)
  await showRunning(shell, base)
  const { held, broken } = shell.claims()
  heading(broken.length === 0 ? 'All of it held' : 'Not all of it held')
  const seconds = Math.round((Date.now() - started) / 1000)
  tell(
    `${held} of ${held + broken.length} claims checked and found true, on a ${base} base, in ${seconds} seconds.`,
  )
  for (const text of broken) put(`  ✗ ${text}`)
  if (broken.length > 0) process.exitCode = 1
} catch (problem) {
  console.error(
    `\nThe demo stops here: ${interrupted ? 'interrupted' : problem instanceof Error ? problem.message : problem}`,
  )
  process.exitCode = interrupted ? 130 : 1
} finally {
  if ((process.env.PEEL_DEMO_KEEP ?? '') === '') fs.rmSync(directory, { recursive: true, force: true })
  else put(`Kept: ${shell.home}\nTo look around: export PEEL_ROOT=${shell.store}`)
}

function parseBase(text: string | undefined): Base | undefined {
  if (text === undefined || text === '') return undefined
  if (text === 'debian' || text === 'busybox') return text
  console.error(`peel: PEEL_DEMO_BASE is "${text}"; it can be debian or busybox`)
  process.exit(2)
}
