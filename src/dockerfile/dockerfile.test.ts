// What the room promises beyond the peers' cases: places, messages and hints, defaults of mounts, what is expanded and what is not.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Fault, isFault, printPlace } from '../core/index.ts'
import {
  compileIgnore,
  expandInstruction,
  expandWord,
  expandWords,
  type Instruction,
  matchPath,
  parseDockerfile,
  parseMount,
  parsePorts,
  parseTrigger,
  type RunInstruction,
  readRun,
} from './index.ts'

function one(line: string): Instruction {
  const [instruction] = parseDockerfile(`FROM scratch\n${line}`, { file: 'Dockerfile' }).stages[0]!
    .instructions
  return instruction ?? assert.fail('no instruction')
}

function faultOf(action: () => unknown): Fault {
  try {
    action()
  } catch (thrown) {
    if (isFault(thrown)) return thrown
    throw thrown
  }
  return assert.fail('no fault')
}

describe('errors', () => {
  const cases: readonly (readonly [text: string, message: RegExp, place: string, marked: string])[] = [
    ['FROM a\nRUUN x', /^unknown instruction: RUUN \(did you mean RUN\?\)$/, '2:1-2:5', 'RUUN x'],
    [
      'FROM a\nCOPY \\\n  --form=b c d',
      /^unknown flag: --form \(did you mean from\?\)$/,
      '3:3-3:11',
      '  --form=b c d',
    ],
    ['FROM a\nCOPY x', /^COPY requires at least two arguments/, '2:1-2:7', 'COPY x'],
    ['FROM a AS 1b', /^invalid name for build stage: "1b"/, '1:11-1:13', 'FROM a AS 1b'],
    ['FROM a b', /^FROM requires either one or three arguments$/, '1:8-1:9', 'FROM a b'],
    ['FROM a\nENV a=1 b', /^Syntax error - can't find = in "b"/, '2:9-2:10', 'ENV a=1 b'],
    ['FROM a\nRUN <<END\nx', /^unterminated heredoc$/, '2:7-2:10', 'RUN <<END'],
    ['FROM a\nRUN --network=x y', /^invalid network mode "x"$/, '2:5-2:16', 'RUN --network=x y'],
    ['FROM a\nONBUILD ONBUILD RUN x', /^Chaining ONBUILD/, '2:9-2:16', 'ONBUILD ONBUILD RUN x'],
    ['FROM a\nCMD [1]', /arrays must be comprised of strings only/, '2:5-2:8', 'CMD [1]'],
    ['FROM a\nCOPY a <<X\nX', /^COPY cannot accept a heredoc as a destination$/, '2:8-2:11', 'COPY a <<X'],
    ['RUN x', /^no build stage in current context$/, '1:1-1:6', 'RUN x'],
    ['ARG x', /^dockerfile contains no stages to build$/, '1:1-1:6', 'ARG x'],
    ['# escape=x\nFROM a', /^invalid escape token 'x'/, '1:1-1:11', '# escape=x'],
    ['# a\n\n', /^file with no instructions$/, '1:1-1:1', '# a'],
  ]
  for (const [text, message, expected, marked] of cases)
    test(message.source, () => {
      const fault = faultOf(() => parseDockerfile(text, { file: 'Dockerfile' }))
      assert.equal(fault.code, 'dockerfile.invalid')
      assert.match(fault.message, message)
      const { place, source } = fault.details
      assert.ok(place !== undefined && source === text)
      assert.equal(`${place.line}:${place.column}-${place.endLine}:${place.endColumn}`, expected)
      assert.ok(printPlace(place, source).includes(`| ${marked}\n`), printPlace(place, source))
    })

  test('a place prints with carets under it', () => {
    const place = { file: 'Dockerfile', line: 2, column: 6, endLine: 2, endColumn: 12 }
    assert.equal(
      printPlace(place, 'FROM a\nCOPY --form x\n'),
      'Dockerfile:2:6\n2 | COPY --form x\n  |      ^^^^^^',
    )
  })
})

describe('reading', () => {
  test('continuations, comments in them, carriage returns and a byte order mark', () => {
    const bytes = Buffer.from('\ufeff# syntax=x\r\nFROM a\r\nRUN one \\\r\n# no\r\n  two\r\n')
    const file = parseDockerfile(bytes, { file: 'Dockerfile' })
    assert.equal(file.directives.syntax, 'x')
    const [run] = file.stages[0]!.instructions
    assert.equal(run?.text, 'RUN one   two')
    assert.deepEqual({ ...run?.place }, { file: 'Dockerfile', line: 3, column: 1, endLine: 5, endColumn: 6 })
  })

  test('the escape directive changes continuations and words', () => {
    const file = parseDockerfile('# escape=`\nFROM a\nENV a=x` y `\n  b=C:\\', { file: 'Dockerfile' })
    const [env] = file.stages[0]!.instructions
    assert.ok(env?.kind === 'ENV')
    assert.deepEqual(
      env.pairs.map(({ key, value }) => [key, value]),
      [
        ['a', 'x` y'],
        ['b', 'C:\\'],
      ],
    )
    assert.equal(expandWord('x` y', () => undefined, { escape: '`' }).text, 'x y')
  })

  test('text that is no JSON is for the shell', () => {
    const cmd = one("CMD ['a']")
    assert.ok(cmd.kind === 'CMD')
    assert.deepEqual(cmd.command, { form: 'shell', text: "['a']" })
  })

  test('comments above belong to the instruction, and describe what they name', () => {
    const file = parseDockerfile('# base what it is\nFROM a AS Base\n# V the version\nARG V=1', { file: 'D' })
    assert.equal(file.stages[0]!.from.description, 'what it is')
    const [arg] = file.stages[0]!.instructions
    assert.ok(arg?.kind === 'ARG')
    assert.deepEqual(arg.args, [{ key: 'V', default: '1', description: 'the version' }])
  })

  test('a lone here document is the script, others stay with their command', () => {
    const script = (text: string) => readRun(one(text) as RunInstruction)
    assert.deepEqual(script('RUN <<E\nx\nE'), { form: 'shell', text: 'x\n' })
    assert.deepEqual(script('RUN <<-E\n\t#!/bin/a\n\tE'), { form: 'script', name: 'E', body: '#!/bin/a\n' })
    assert.deepEqual(script('RUN <<E python3\nx\nE'), { form: 'shell', text: '<<E python3\nx\nE' })
    assert.deepEqual(script('RUN cat <<A <<"B"\na\nA\nb\nB'), {
      form: 'shell',
      text: 'cat <<A <<"B"\na\nA\nb\nB',
    })
  })

  test('triggers keep their here documents', () => {
    const onbuild = one('ONBUILD COPY <<E /x\nhi\nE')
    assert.ok(onbuild.kind === 'ONBUILD')
    const copy = parseTrigger(onbuild.trigger)
    assert.ok(copy.kind === 'COPY')
    assert.deepEqual(copy.sources, [{ name: 'E', body: 'hi\n', expand: true, chomp: false, fd: 0 }])
  })

  test('ports', () => {
    assert.deepEqual(
      parsePorts(['8000-8001/udp', '80']).map(({ text }) => text),
      ['8000/udp', '8001/udp', '80/tcp'],
    )
    assert.match(faultOf(() => parsePorts(['70000'])).message, /invalid containerPort/)
  })
})

describe('expanding', () => {
  const lookup = (name: string) => ({ A: '1 2', E: '' })[name]
  const expand = (line: string) => expandInstruction(one(line), lookup, { escape: '\\' })

  test('all of an ENV sees the old values', () => {
    const { instruction, used, missing } = expand('ENV A=new B=$A C="$A $Z" D=\'$A\'')
    assert.ok(instruction.kind === 'ENV')
    assert.deepEqual(
      instruction.pairs.map(({ value }) => value),
      ['new', '1 2', '1 2 ', '$A'],
    )
    assert.deepEqual([[...used], [...missing]], [['A'], ['Z']])
  })

  test('what is left to others stays as it is', () => {
    for (const line of [
      'RUN echo $A',
      'CMD $A',
      'ENTRYPOINT $A',
      'HEALTHCHECK CMD $A',
      'ONBUILD ENV a=$A',
      'COPY --exclude=$A a b',
    ])
      assert.deepEqual(expand(line).instruction, one(line))
  })

  test('bodies of here documents of COPY, unless quoted', () => {
    const { instruction } = expand('COPY <<X <<"Y" /\n"$A" \\$A\nX\n$A\nY')
    assert.ok(instruction.kind === 'COPY')
    assert.deepEqual(
      instruction.sources.map((source) => typeof source !== 'string' && source.body),
      ['"1 2" $A\n', '$A\n'],
    )
  })

  test('--from takes no variable', () => {
    assert.match(faultOf(() => expand('COPY --from=$A a b')).message, /not supported for --from/)
    assert.match(faultOf(() => one('RUN --mount=from=$A,target=/x y')).message, /'from' doesn't support/)
  })

  test('splitting comes after expansion', () => {
    assert.deepEqual(expandWords('x$A "$A"', lookup, { escape: '\\' }), ['x1', '2', '1 2'])
  })
})

describe('mounts', () => {
  const mount = (text: string) => parseMount((one(`RUN --mount=${text} x`) as RunInstruction).mounts[0]!)
  test('defaults', () => {
    const own = { uid: 0, gid: 0 }
    assert.deepEqual(mount('target=/a'), { type: 'bind', source: '', target: '/a', readonly: true })
    assert.deepEqual(mount('type=cache,target=/a/'), {
      type: 'cache',
      id: '/a',
      source: '',
      target: '/a/',
      readonly: false,
      sharing: 'shared',
      mode: 0o755,
      ...own,
    })
    assert.deepEqual(mount('type=tmpfs,target=/a,size=1.5k'), { type: 'tmpfs', target: '/a', size: 1536 })
    assert.deepEqual(mount('type=secret,id=k'), {
      type: 'secret',
      id: 'k',
      target: '/run/secrets/k',
      required: false,
      mode: 0o400,
      ...own,
    })
    assert.deepEqual(mount('type=secret,id=k,env=K,required'), {
      type: 'secret',
      id: 'k',
      env: 'K',
      required: true,
      mode: 0o400,
      ...own,
    })
    assert.deepEqual(mount('type=ssh'), { type: 'ssh', id: 'default', required: false, mode: 0o600, ...own })
  })
  const bad: readonly (readonly [string, RegExp])[] = [
    ['type=cach,target=/a', /unsupported mount type "cach" \(did you mean cache\?\)/],
    ['tarjet=/a', /unexpected key 'tarjet' in 'tarjet=\/a' \(did you mean target\?\)/],
    ['type=cache,target=/a,sharing=lock', /unsupported sharing value "lock"/],
    ['size=1,target=/a', /unexpected key 'size' for mount type 'bind'/],
    ['target=/', /invalid mount target "\/"/],
    ['type=secret', /invalid secret mount/],
    ['type=cache,target=/a,mode=9', /invalid value 9 for mode/],
  ]
  for (const [text, message] of bad)
    test(text, () => assert.match(faultOf(() => mount(text)).message, message))
})

describe('path patterns', () => {
  test('the last rule that matches decides, and says so', () => {
    const ignore = compileIgnore('# top\n*\n!src\nsrc/tmp\n')
    assert.deepEqual(ignore.match('a'), { ignored: true, rule: { line: 2, pattern: '*' } })
    assert.deepEqual(ignore.match('/src/x/y'), { ignored: false, rule: { line: 3, pattern: '!src' } })
    assert.deepEqual(ignore.match('src/tmp/y'), { ignored: true, rule: { line: 4, pattern: 'src/tmp' } })
    assert.equal(ignore.match('/').ignored, false)
  })
  test('a directory is skipped only when nothing below can come back', () => {
    const ignore = compileIgnore(['*', '!a/b/*.md', '!**/keep'])
    assert.equal(ignore.canSkipDirectory('a'), false)
    assert.equal(compileIgnore(['*', '!a/b/*.md']).canSkipDirectory('c'), true)
    assert.equal(compileIgnore(['*', '!a/b/*.md']).canSkipDirectory('a/c'), true)
    assert.equal(ignore.canSkipDirectory('c'), false)
    assert.equal(compileIgnore(['!c/x', 'c']).canSkipDirectory('c'), true)
  })
  test('many stars take the slow but steady way to the same answer', () => {
    const ignore = compileIgnore(['**/a*b*c/**/d?.x'])
    assert.equal(ignore.match('x/y/aXbYc/p/q/d1.x').ignored, true)
    assert.equal(ignore.match('aXbYc/d1.x').ignored, true)
    assert.equal(ignore.match('aXb/Yc/d1.x').ignored, false)
  })
  test('filepath.Match', () => {
    assert.ok(matchPath('a*/b?[c-e]', 'axx/bzd'))
    assert.ok(!matchPath('a*', 'a/b'))
    assert.equal(faultOf(() => matchPath('[', 'a')).code, 'ignore.invalid')
  })
})
