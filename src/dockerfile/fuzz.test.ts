// Laws over made-up Dockerfiles: any text gives a value or a fault, printing keeps what was read, and size costs no more than its share.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isFault } from '../core/index.ts'
import {
  compileIgnore,
  type Dockerfile,
  expandInstruction,
  expandWord,
  matchPath,
  parseDockerfile,
  parseMount,
  printDockerfile,
} from './index.ts'

const pieces = [
  'FROM a AS b\n',
  'FROM --platform=$P x\n',
  'RUN <<EOF\n',
  'EOF\n',
  'RUN <<-"E" cat\n\ta\n\tE\n',
  'COPY <<X <<Y /d/\n',
  'X\nY\n',
  'ENV A=1 B="x y" C=\'$d\'\n',
  'ENV a b c\n',
  'LABEL x="a\\\nb"\n',
  'ARG A=1 B\n',
  '# comment\n',
  '#\n',
  '\\\n',
  '\\',
  '\n',
  ' ',
  '\t',
  '\r\n',
  '`',
  '"',
  "'",
  '$',
  '${',
  '}',
  '${A:-',
  '${B#*',
  '${C//a/b}',
  '<<',
  '[',
  ']',
  '["a","b"]',
  '[1]',
  '--mount=type=cache,target=/x,id=$I ',
  '--mount=type=secret,id=s ',
  '--from=$x ',
  'CMD ["sh", "-c"]\n',
  'HEALTHCHECK --interval=1s CMD x\n',
  'ONBUILD RUN x\n',
  'ONBUILD COPY <<E /x\nE\n',
  'EXPOSE 80-90/udp $P\n',
  'VOLUME ["/a"]\n',
  'SHELL ["a"]\n',
  'USER a:b\n',
  'WORKDIR $HOME\n',
  'ADD --checksum=$c --unpack a b\n',
  '# escape=`\n',
  '# syntax=x\n',
  '\ufeff',
  '\u00a0',
  'é',
  '\ud800',
  '\0',
  '\f',
  '\v',
]

function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

function makeText(seed: number): string {
  const next = random(seed)
  let text = next(4) === 0 ? '' : 'FROM scratch\n'
  for (let count = next(14); count >= 0; count--) text += pieces[next(pieces.length)]
  return text
}

function orFault<T>(action: () => T): T | undefined {
  try {
    return action()
  } catch (thrown) {
    assert.ok(isFault(thrown) && thrown.code !== 'internal', String(thrown))
    return undefined
  }
}

/** What printing keeps: everything but places and the text itself. */
function essence(file: Dockerfile): unknown {
  const { directives, globalArgs, stages } = file
  return JSON.parse(
    JSON.stringify({ directives, globalArgs, stages }, (key, value) => (key === 'place' ? undefined : value)),
  )
}

describe('any text', () => {
  test('gives a Dockerfile that prints to the same one, or a fault', () => {
    let read = 0
    for (let seed = 1; seed <= 20_000; seed++) {
      const text = makeText(seed)
      const file = orFault(() => parseDockerfile(text, { file: 'Dockerfile' }))
      if (file === undefined) continue
      read++
      const printed = printDockerfile(file)
      const again = orFault(() => parseDockerfile(printed, { file: 'Dockerfile' }))
      assert.ok(again, `printed text does not read: ${JSON.stringify({ text, printed })}`)
      assert.deepEqual(essence(again), essence(file), JSON.stringify({ text, printed }))
      for (const { from, instructions } of file.stages)
        for (const instruction of [from, ...instructions])
          orFault(() => {
            const { instruction: done } = expandInstruction(
              instruction,
              (name) => (name === 'A' ? 'a$*' : undefined),
              {
                escape: file.escape,
              },
            )
            if (done.kind === 'RUN') for (const mount of done.mounts) parseMount(mount)
          })
    }
    assert.ok(read > 1000, `only ${read} texts were Dockerfiles`)
  })

  test('gives ignore rules or a fault', () => {
    const next = random(7)
    const bits = ['*', '**', '/', '!', '[', ']', 'a', 'b', '-', '^', '\\', '?', '\n', '#', ' ', '..', '.']
    for (let round = 0; round < 20_000; round++) {
      let text = ''
      for (let count = next(10); count >= 0; count--) text += bits[next(bits.length)]
      const ignore = orFault(() => compileIgnore(text))
      if (ignore?.match('a').ignored === true && ignore.canSkipDirectory('a'))
        for (const below of ['a/a', 'a/b', 'a/b/a', 'a/a-b', 'a/ '])
          assert.ok(ignore.match(below).ignored, `${text} ${below}`)
    }
  })
})

describe('time grows with the size, whatever the text', () => {
  const big = 200_000
  const cases: Readonly<Record<string, () => unknown>> = {
    'many continuations': () => parseDockerfile(`FROM a\nRUN x${' \\\n y'.repeat(big / 4)}`, { file: 'D' }),
    'many instructions': () => parseDockerfile(`FROM a\n${'ENV a=b\n'.repeat(big / 8)}`, { file: 'D' }),
    'a long quoted word': () => parseDockerfile(`FROM a\nENV a="${'\\'.repeat(50_000)}x"`, { file: 'D' }),
    'many open braces': () => expandWord('${a:-'.repeat(big), () => undefined, { escape: '\\' }),
    'a pattern of many stars': () =>
      expandWord(`\${a##${'*a'.repeat(200)}b}`, () => 'a'.repeat(10_000), { escape: '\\' }),
    'replacing in a long value': () => expandWord('${a//a*b/x}', () => 'a'.repeat(20_000), { escape: '\\' }),
    'a path pattern of many stars': () => matchPath(`${'*a'.repeat(50)}b`, 'a'.repeat(4000)),
    'an ignore pattern of many stars': () => compileIgnore(`${'**/a*'.repeat(30)}b`).match('a/'.repeat(300)),
    'a long unclosed here document': () =>
      parseDockerfile(`FROM a\nRUN <<E\n${'x\n'.repeat(big / 2)}`, { file: 'D' }),
  }
  for (const [name, action] of Object.entries(cases))
    test(name, () => {
      const begun = performance.now()
      orFault(action)
      assert.ok(performance.now() - begun < 2000, `${Math.round(performance.now() - begun)} ms`)
    })
})
