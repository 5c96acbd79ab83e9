// The live view in a real terminal, as tmux sees it.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'

const program = `
import { liveDrawing } from ${JSON.stringify(path.join(import.meta.dirname, 'live.ts'))}
import { noProgress, reduce } from ${JSON.stringify(path.join(import.meta.dirname, 'state.ts'))}
import { paintOf, stepStyle } from ${JSON.stringify(path.join(import.meta.dirname, 'screen.ts'))}
const { stderr } = process
const drawing = liveDrawing({
  write: (text) => stderr.write(text),
  now: () => Date.now(),
  size: () => ({ columns: stderr.columns, rows: stderr.rows }),
  paint: paintOf(true),
  onExit: (act) => (process.once('exit', act), () => process.off('exit', act)),
}, stepStyle)
let state = noProgress
const emit = (event) => drawing.draw((state = reduce(state, event, Date.now())), event)
const step = (number) => ({ stage: 'app', step: { number, of: 3 }, at: Date.now() })
emit({ type: 'began', task: '1', name: 'FROM base', ...step(1) })
emit({ type: 'ended', task: '1', outcome: 'reused', at: Date.now() })
emit({ type: 'began', task: '2', name: 'RUN ' + 'make '.repeat(30), ...step(2) })
let line = 0
const timer = setInterval(() => emit({ type: 'said', task: '2', stream: 'stdout', text: 'line ' + ++line + '\\n' }), 20)
process.stdin.once('data', () => {
  clearInterval(timer)
  emit({ type: 'ended', task: '2', outcome: 'done', at: Date.now() })
  drawing.finish(state, ['writing image x'])
  process.stdin.pause()
})
`

test('frames overwrite each other and leave only what ended', async (t) => {
  if (spawnSync('tmux', ['-V']).status !== 0) return t.skip('tmux is not installed')
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  const socket = path.join(directory, 'tmux')
  const tmux = (...args: string[]): string => {
    const done = spawnSync('tmux', ['-f', '/dev/null', '-S', socket, ...args], { encoding: 'utf8' })
    assert.equal(done.status, 0, done.stderr)
    return done.stdout
  }
  const screen = (): string[] =>
    tmux('capture-pane', '-p')
      .split('\n')
      .filter((line) => line.trim() !== '')
  const until = async (what: RegExp): Promise<string[]> => {
    for (let tries = 0; tries < 100; tries++) {
      if (what.test(screen().join('\n'))) break
      await wait(50)
    }
    return screen()
  }
  try {
    const file = path.join(directory, 'live.mjs')
    fs.writeFileSync(file, program)
    const command = `stty -echo; ${process.execPath} --disable-warning=ExperimentalWarning ${file}; echo status $?; sleep 60`
    tmux('new-session', '-d', '-x', '80', '-y', '20', command)
    const running = await until(/line 9/)
    assert.match(running[0]!, /^ => CACHED \[app 1\/3\] FROM base +0\.0s$/)
    assert.match(running[1]!, /^\[\+\] \d+\.\ds {2}1\/3 steps, 1 cached$/)
    assert.match(running[2]!, /^ => \[app 2\/3\] RUN make make.*… \d+\.\ds$/)
    assert.match(running[3]!, /^ => => line \d+$/)
    assert.equal(running.length, 7)
    tmux('send-keys', 'Enter')
    const ended = (await until(/status 0/)).filter((line) => !line.startsWith('[exited'))
    const text = ended.join('\n')
    assert.equal(text.match(/CACHED/g)?.length, 1, text)
    assert.doesNotMatch(text, /=> => line|\[\+\]/)
    assert.match(text, / => \[app 2\/3\] RUN make.*\nwriting image x\nstatus 0$/)
    assert.equal(tmux('display-message', '-p', '#{cursor_flag}').trim(), '1')
  } finally {
    spawnSync('tmux', ['-S', socket, 'kill-server'])
    fs.rmSync(directory, { recursive: true, force: true })
  }
})
