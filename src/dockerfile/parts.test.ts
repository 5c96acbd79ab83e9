import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { placeOfWord, readParts } from './parts.ts'

const text = (parts: readonly { readonly text: string }[]) => parts.map((part) => part.text)

describe('the parts of a text', () => {
  test('flags, arguments and variables of an instruction', () => {
    const [from, run] = readParts(
      'FROM --platform=$P img AS x\nRUN echo ${a:-b} \\\n  # no word\n  "$c"\n',
    ).instructions
    assert.deepEqual(text(from!.flags), ['--platform=$P'])
    assert.deepEqual(text(from!.arguments), ['img', 'AS', 'x'])
    assert.deepEqual(text(from!.variables), ['$P'])
    assert.deepEqual(text(run!.arguments), ['echo', '${a:-b}', '"$c"'])
    const [a, c] = run!.variables
    assert.deepEqual([a?.name.text, a?.modifier?.text, a?.word?.text], ['a', '-', 'b'])
    assert.deepEqual(c?.place, { file: 'Dockerfile', line: 4, column: 4, endLine: 4, endColumn: 6 })
  })

  test('a word may go on in the next line', () => {
    const [instruction] = readParts('EXPOSE 80\\\n80 # 1\n').instructions
    const [port] = instruction!.arguments
    assert.equal(port?.text, '8080')
    assert.deepEqual(port?.placeAt(2), { file: 'Dockerfile', line: 2, column: 1, endLine: 2, endColumn: 2 })
  })

  test('the escape directive counts, and comments inside instructions are comments', () => {
    const {
      escape: mark,
      directives,
      comments,
      instructions,
    } = readParts('# escape=`\nRUN a `\n # one\n b\n#two')
    assert.equal(mark, '`')
    assert.deepEqual(
      directives.map(({ name, value }) => [name, value]),
      [['escape', '`']],
    )
    assert.deepEqual(
      comments.map(({ content }) => content),
      ['one', 'two'],
    )
    assert.deepEqual(text(instructions[0]!.arguments), ['a', 'b'])
  })

  test('any text can be read', () => {
    for (const odd of ['', '\\', '${', 'RUN ${a', 'FROM', '#', '# =', '\r', 'RUN "\\', 'ENV a="b', '\ud800'])
      assert.doesNotThrow(() => readParts(odd), odd)
  })
})

test('a word of an instruction has its place; one that is not there the instruction’s', () => {
  const source = 'FROM a\nCOPY one two /x\n'
  const place = { file: 'F', line: 2, column: 1, endLine: 2, endColumn: 16 }
  assert.deepEqual(placeOfWord(source, place, 'two'), { ...place, column: 10, endColumn: 13 })
  assert.equal(placeOfWord(source, place, 'three'), place)
})
