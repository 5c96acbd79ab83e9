import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { callCli } from '../testing/shell.ts'
import { commandOf, commands, groups } from './catalogue.ts'

describe('help', () => {
  for (const name of Object.keys(commands))
    test(`of ${name}`, async () => {
      for (const argv of [
        [name, '--help'],
        ['help', name],
      ]) {
        const { status, out, err, roots } = await callCli(argv)
        assert.deepEqual([status, err, roots], [0, '', []])
        assert.ok(out.startsWith(`Usage:  peel ${name} [OPTIONS]`), out)
        for (const line of out.split('\n').slice(1)) assert.ok(line.length <= 80, line)
      }
    })
  for (const name of Object.keys(groups))
    test(`of the group ${name}`, async () => {
      for (const argv of [[name], [name, '--help'], ['help', name]])
        assert.ok((await callCli(argv)).out.startsWith(`Usage:  peel ${name} COMMAND\n`))
    })
  test('of all', async () => {
    for (const argv of [[], ['--help'], ['-h'], ['help']]) {
      const { status, out } = await callCli(argv)
      assert.equal(status, 0)
      for (const name of Object.keys(commands)) assert.match(out, new RegExp(`^  ${name} `, 'm'))
    }
  })
  test('of one command, word by word', async () => {
    assert.equal(
      (await callCli(['image', 'rm', '--help'])).out,
      `Usage:  peel image rm [OPTIONS] IMAGE [IMAGE...]

Remove one or more images

Options:
  -f, --force      Also if it has several names; one that is missing is no error
      --help       Show this text
      --json       Print the data as one JSON document
      --root DIR   Where images are kept (default: PEEL_ROOT, else by user)
`,
    )
  })
})

test('every group leads to commands that exist', () => {
  for (const group of Object.values(groups))
    for (const command of Object.values(group)) assert.ok(commandOf(command) !== undefined, command)
})

test('the version', async () => {
  for (const flag of ['--version', '-v'])
    assert.match((await callCli([flag])).out, /^peel version \d+\.\d+\.\d+\n$/)
  assert.match((await callCli(['version', '--json'])).out, /"version": "\d/)
})

describe('mistakes', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['buidl .', "unknown command: peel buidl\nDid you mean 'peel build'? See 'peel --help'"],
    ['image sl', "unknown command: peel image sl\nDid you mean 'peel image ls'? See 'peel image --help'"],
    ['toString', "unknown command: peel toString\nSee 'peel --help'"],
    ['image toString', "unknown command: peel image toString\nSee 'peel image --help'"],
    ['--rot /x images', "unknown flag: --rot\nDid you mean --root? See 'peel --help'"],
    ['images --josn', "unknown flag: --josn\nDid you mean --json? See 'peel images --help'"],
    ['tag a', "'peel tag' requires 2 arguments\nSee 'peel tag --help'"],
    ['run -i', "'peel run' requires at least 1 argument\nSee 'peel run --help'"],
    ['images a b', "'peel images' requires at most 1 argument\nSee 'peel images --help'"],
    ['prune x', "'peel prune' accepts no arguments\nSee 'peel prune --help'"],
  ]
  for (const [line, err] of cases)
    test(line, async () => {
      assert.deepEqual(await callCli(line.split(' ')), {
        status: 125,
        out: '',
        err: `ERROR: ${err}\n`,
        roots: [],
      })
    })
})
