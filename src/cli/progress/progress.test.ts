import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Event } from '../../core/index.ts'
import { liveDrawing } from './live.ts'
import { plainDrawing } from './plain.ts'
import { quietDrawing } from './quiet.ts'
import { drawRegion, paintOf, stepStyle } from './screen.ts'
import type { Progress } from './state.ts'
import { countSteps, noProgress, reduce, running } from './state.ts'

const began = (task: string, name: string, number?: number, at = 1000): Event => ({
  type: 'began',
  task,
  name,
  at,
  stage: number === undefined ? undefined : 'build',
  step: number === undefined ? undefined : { number, of: 3 },
})
const said = (task: string, text: string, stream: 'stdout' | 'stderr' = 'stdout'): Event => ({
  type: 'said',
  task,
  stream,
  text,
})

/** A build of three steps: one reused, one that talks, one that fails. */
const build: readonly (readonly [Event, number])[] = [
  [began('load', 'load the build context'), 1000],
  [{ type: 'moved', task: 'load', done: 1_500_000, total: 3_000_000, unit: 'bytes' }, 1200],
  [{ type: 'moved', task: 'load', done: 2_500_000, total: 3_000_000, unit: 'bytes' }, 2300],
  [{ type: 'ended', task: 'load', outcome: 'done', at: 2400 }, 2400],
  [began('1', 'FROM base', 1), 1000],
  [{ type: 'ended', task: '1', outcome: 'reused', at: 1010, size: 5_000_000 }, 1010],
  [began('2', 'COPY . .', 2), 1000],
  [{ type: 'missed', task: '2', reason: 'src/app.py content changed' }, 1010],
  [began('3', 'RUN make \n && make install', 3, 1100), 1100],
  [said('3', 'one\ntw'), 1232],
  [{ type: 'warning', code: 'x', message: 'take care' }, 1232],
  [{ type: 'ended', task: '2', outcome: 'done', at: 1300, size: 12_300 }, 1300],
  [said('3', 'o\n'), 2000],
  [said('3', 'oops', 'stderr'), 2100],
  [said('3', 'three', 'stdout'), 2100],
  [{ type: 'ended', task: '3', outcome: 'failed', at: 2200 }, 2200],
]

function replay(until = build.length): Progress {
  return build.slice(0, until).reduce((state, [event, now]) => reduce(state, event, now), noProgress)
}

function drawAll(
  make: (write: (text: string) => void, now: () => number) => ReturnType<typeof plainDrawing>,
): string {
  let text = ''
  let clock = 0
  const drawing = make(
    (more) => {
      text += more
    },
    () => clock,
  )
  let state = noProgress
  for (const [event, now] of build) {
    clock = now
    state = reduce(state, event, now)
    drawing.draw(state, event)
  }
  drawing.finish(state, ['the end'])
  return text
}

describe('state', () => {
  test('counts steps and knows what is running', () => {
    assert.deepEqual(countSteps(replay()), { begun: 3, planned: 3, reused: 1, done: 1 })
    assert.deepEqual(
      running(replay(11)).map((task) => task.title),
      ['[build 2/3] COPY . .', '[build 3/3] RUN make && make install'],
    )
  })
  test('events of unknown or ended tasks change nothing', () => {
    const state = replay()
    assert.deepEqual(reduce(state, said('9', 'x\n'), 0), { ...state, news: [] })
    assert.deepEqual(reduce(state, said('3', 'x\n'), 0), { ...state, news: [] })
  })
  test('any cut of the output gives the same lines', () => {
    const text = 'a\n\nbb\r\nccc'
    for (let cut = 0; cut <= text.length; cut++) {
      let state = reduce(noProgress, began('1', 'x'), 0)
      const lines: string[] = []
      const parts: readonly Event[] = [
        said('1', text.slice(0, cut)),
        said('1', text.slice(cut)),
        { type: 'ended', task: '1', outcome: 'done', at: 0 },
      ]
      for (const event of parts) {
        state = reduce(state, event, 0)
        for (const news of state.news) if (news.kind === 'line') lines.push(news.text)
      }
      assert.deepEqual(lines, ['a', '', 'bb\r', 'ccc'])
    }
  })
})

test('plain', () => {
  assert.equal(
    drawAll(plainDrawing),
    `#1 load the build context
#1 2.5MB / 3MB
#1 DONE 1.4s

#2 [build 1/3] FROM base
#2 CACHED

#3 [build 2/3] COPY . .
#3 MISS COPY . .: src/app.py content changed
#4 [build 3/3] RUN make && make install
#4 0.132 one
WARN: take care
#3 DONE 0.3s 12.3kB

#4 0.900 two
#4 1.100 three
#4 1.100 oops
#4 ERROR: failed after 1.1s

the end
`,
  )
})

test('quiet says what a failed step said', () => {
  assert.equal(
    drawAll(quietDrawing),
    '------\n > [build 3/3] RUN make && make install:\none\ntwo\nthree\noops\n------\n',
  )
})

describe('the live region', () => {
  const paint = paintOf(false)
  test('running steps with their last output', () => {
    assert.deepEqual(drawRegion(replay(13), 2050, { columns: 50, rows: 24 }, paint), [
      '[+] 1.1s  2/3 steps, 1 cached',
      ' => [build 3/3] RUN make && make install     0.9s',
      ' => => one',
      ' => => two',
    ])
    assert.deepEqual(drawRegion(replay(8), 1050, { columns: 30, rows: 24 }, paint), [
      '[+] 0.1s  1/3 steps, 1 cached',
      ' => [build 2/3] COPY . . 0.1s',
      ' => => not cached: src/app.p…',
    ])
  })
  test('never taller or wider than the screen', () => {
    let state = noProgress
    for (let i = 0; i < 40; i++) {
      state = reduce(state, began(String(i), `RUN ${'語'.repeat(80)}`, i), 1000)
      state = reduce(state, said(String(i), `${'x'.repeat(300)}\nmore\nmore\n`), 1000)
    }
    for (const size of [
      { columns: 40, rows: 10 },
      { columns: 80, rows: 5 },
      { columns: 200, rows: 300 },
    ]) {
      const rows = drawRegion(state, 2000, size, paint)
      assert.ok(rows.length < size.rows, `${rows.length} rows of ${size.rows}`)
    }
  })
  test('nothing runs, nothing stands there', () => {
    assert.deepEqual(drawRegion(replay(), 0, { columns: 80, rows: 24 }, paint), [])
  })
})

test('the live view hides the cursor, and shows it again at the end', () => {
  const text = drawAll((write, now) =>
    liveDrawing(
      {
        write,
        now,
        size: () => ({ columns: 50, rows: 24 }),
        paint: paintOf(false),
        onExit: () => () => {},
      },
      stepStyle,
    ),
  )
  assert.ok(text.startsWith('\x1b[?25l'))
  assert.ok(text.endsWith('the end\n\x1b[?25h'))
  assert.match(text, / => CACHED \[build 1\/3\] FROM base {2,}5MB {2}0\.0s\n/)
  assert.match(text, /WARN: take care\n/)
  assert.match(text, / => ERROR \[build 3\/3\] RUN make && make ins.* 1\.1s\n-{6}\n > /)
})
