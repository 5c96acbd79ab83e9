import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createKeyReader, type Input } from './keys.ts'

const names = (inputs: readonly Input[]): readonly string[] =>
  inputs.map((input) =>
    input.kind === 'key'
      ? input.name
      : input.kind === 'paste'
        ? `paste:${input.text}`
        : `${input.button}:${input.x},${input.y}`,
  )

describe('keys', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['aZ/', ['a', 'Z', '/']],
    ['é日😀', ['é', '日', '😀']],
    ['\x1b[A\x1b[B\x1bOC\x1b[D', ['up', 'down', 'right', 'left']],
    ['\x1b[5~\x1b[6~\x1b[H\x1b[4~\x1b[3~', ['pgup', 'pgdn', 'home', 'end', 'delete']],
    ['\x1b[Z\x1b[1;5A', ['shift-tab', 'ctrl-up']],
    [
      '\x00\x01\x06\x1f\r\n\t \x7f\x08',
      [
        'ctrl-space',
        'ctrl-a',
        'ctrl-f',
        'ctrl-/',
        'enter',
        'enter',
        'tab',
        'space',
        'backspace',
        'backspace',
      ],
    ],
    ['\x1b[<0;12;3M\x1b[<0;12;3m\x1b[<64;1;1M\x1b[<65;2;2M\x1b[<2;5;5M', ['left:11,2', 'up:0,0', 'down:1,1']],
    ['\x1b[200~a\x1b[A\nb\x1b[201~c', ['paste:a\x1b[A\nb', 'c']],
    ['\x1b\x1b[A', ['esc', 'up']],
    ['\x1b[99~x', ['x']],
  ]
  for (const [bytes, expected] of cases)
    test(JSON.stringify(bytes), () => {
      const whole = createKeyReader()
      assert.deepEqual(names([...whole.feed(Buffer.from(bytes)), ...whole.flush()]), expected)
      // however the bytes are cut, they mean the same
      const pieces = createKeyReader()
      const inputs = [...Buffer.from(bytes)].flatMap((byte) => pieces.feed(Uint8Array.of(byte)))
      assert.deepEqual(names([...inputs, ...pieces.flush()]), expected)
    })

  test('Escape alone waits for what may follow', () => {
    const reader = createKeyReader()
    assert.deepEqual(reader.feed(Buffer.from('\x1b')), [])
    assert.equal(reader.pending, true)
    assert.deepEqual(names(reader.flush()), ['esc'])
    assert.equal(reader.pending, false)
  })
})
