// COPY and ADD.
import { type Flags, parseFlags } from './flags.ts'
import type { Head } from './head.ts'
import { parseHeredocWord } from './heredoc.ts'
import { readList } from './instruction-command.ts'
import type { Word } from './text.ts'
import type { AddInstruction, CopyInstruction, Source } from './types.ts'

export function readCopy(head: Head): CopyInstruction {
  const words = readPaths(head, 'COPY')
  const flags = parseFlags(
    head.flags,
    { from: 'text', chown: 'text', chmod: 'text', link: 'boolean', parents: 'boolean', exclude: 'list' },
    head.fail,
  )
  return {
    ...head.base('COPY'),
    ...readSources(head, words, 'COPY'),
    flags: {
      ...filled('from', flags),
      ...filled('chown', flags),
      ...filled('chmod', flags),
      link: flags.boolean('link') ?? false,
      parents: flags.boolean('parents') ?? false,
      exclude: flags.list('exclude'),
    },
  }
}

export function readAdd(head: Head): AddInstruction {
  const words = readPaths(head, 'ADD')
  const flags = parseFlags(
    head.flags,
    {
      chown: 'text',
      chmod: 'text',
      link: 'boolean',
      'keep-git-dir': 'boolean',
      checksum: 'text',
      unpack: 'boolean',
      exclude: 'list',
    },
    head.fail,
  )
  const keepGitDir = flags.boolean('keep-git-dir')
  const unpack = flags.boolean('unpack')
  return {
    ...head.base('ADD'),
    ...readSources(head, words, 'ADD'),
    flags: {
      ...filled('chown', flags),
      ...filled('chmod', flags),
      link: flags.boolean('link') ?? false,
      exclude: flags.list('exclude'),
      ...filled('checksum', flags),
      ...(keepGitDir === undefined ? {} : { keepGitDir }),
      ...(unpack === undefined ? {} : { unpack }),
    },
  }
}

/** An empty flag value counts as none. */
function filled<Name extends string>(name: Name, flags: Flags): { readonly [N in Name]?: string } {
  const value = flags.text(name)
  return value === undefined || value === '' ? {} : ({ [name]: value } as { [N in Name]: string })
}

function readPaths(head: Head, keyword: string): readonly Word[] {
  const { words } = readList(head)
  if (words.length >= 2) return words
  throw head.fail(
    `${keyword} requires at least two arguments, but only one was provided. Destination could not be determined`,
    undefined,
    `write ${keyword} SOURCE... DESTINATION`,
  )
}

function readSources(head: Head, words: readonly Word[], keyword: string) {
  const destination = words.at(-1)!
  if (parseHeredocWord(destination.text) !== undefined)
    throw head.fail(
      `${keyword} cannot accept a heredoc as a destination`,
      destination,
      'write the destination path last',
    )
  const sources = words.slice(0, -1).map(({ text }): Source => {
    const word = parseHeredocWord(text)
    if (word === undefined) return text
    return { ...word, body: head.heredocs.findLast(({ name }) => name === word.name)?.body ?? '' }
  })
  return { sources, heredocs: head.heredocs, destination: destination.text }
}
