import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFault } from './fault.ts'
import { parseGitReference, parseGitUrl, printGitReference } from './git-reference.ts'

test('names the repository, the ref and the directory', () => {
  assert.deepEqual(parseGitReference('https://host/owner/tool.git#main:docs/../src'), {
    remote: 'https://host/owner/tool.git',
    name: 'tool',
    ref: 'main',
    subdir: 'src',
    fetchByCommit: false,
    looksLocal: false,
    unencrypted: false,
  })
})

test('paths and plain URLs are no repositories', () => {
  for (const text of ['.', './a.git', 'a.git', 'https://host/file.tar', 'https://host/a.git/', 'github.com'])
    assert.equal(parseGitReference(text), undefined, text)
})

test('the query chooses what to check out', () => {
  const query = 'branch=main&commit=0123456&keep-git-dir&submodules=false&mtime=commit&fetch-by-commit=1'
  assert.deepEqual(parseGitReference(`git@host:tool.git?${query}&subdir=/docs`), {
    remote: 'git@host:tool.git',
    name: 'git@host:tool',
    ref: 'refs/heads/main',
    checksum: '0123456',
    subdir: '/docs',
    keepGitDir: true,
    submodules: false,
    mtime: 'commit',
    fetchByCommit: true,
    looksLocal: false,
    unencrypted: false,
  })
})

test('a query that contradicts itself or is unknown is refused', () => {
  for (const [query, problem] of [
    ['?ref=a#b', 'ref conflicts: "b" vs "a"'],
    ['?tag=a&ref=b', 'ref conflicts'],
    ['?tag=a&tag=b', 'query "tag" has multiple values'],
    ['?subdir=', 'query "subdir" has no value'],
    ['?commit=a&checksum=b', 'checksum conflicts'],
    ['?keep-git-dir=maybe', 'invalid keep-git-dir value: "maybe"'],
    ['?depth=1', 'unexpected query "depth"'],
  ] as const)
    assert.throws(
      () => parseGitReference(`https://host/tool.git${query}`),
      (thrown) => isFault(thrown) && thrown.message.includes(problem),
      query,
    )
})

test('an address shows its parts, and its remote has neither query nor fragment', () => {
  const url = parseGitUrl('SSH://a%20b:c@host:22/x%2Fy.git?ref=v1#v1')
  assert.deepEqual(
    { ...url, query: Object.fromEntries(url.query) },
    {
      style: 'url',
      scheme: 'ssh',
      user: { name: 'a b', password: 'c' },
      host: 'host:22',
      path: '/x/y.git',
      query: { ref: ['v1'] },
      ref: 'v1',
      remote: 'ssh://a%20b:c@host:22/x%2Fy.git',
    },
  )
  for (const text of ['ftp://host/a', 'https://host:port/a', 'https://host/%zz.git', 'word'])
    assert.throws(() => parseGitUrl(text), isFault, text)
})

test('the short form says ref and directory', () => {
  const printed = (text: string) => printGitReference(parseGitReference(text)!)
  assert.equal(printed('https://h/a.git?tag=v1&subdir=/x/'), 'https://h/a.git#refs/tags/v1:x')
  assert.equal(printed('github.com/a/b'), 'github.com/a/b')
})
