// What kind of text a file is: its bytes tell programs from text, its path tells settings and samples.
import type { RootPath } from '../../core/index.ts'
import { secretRules } from './rules/index.ts'
import type { TextKind } from './types.ts'

/** Bytes that decide between text and program: git and grep look for a zero byte about as far. */
const sniffedBytes = 8000

const settingsFile = new RegExp(
  [
    String.raw`/\.env[^/]*$`,
    String.raw`\.(?:env|envrc|properties|ini|conf|cnf|cfg|config|toml|ya?ml|tfvars|tfstate|credentials|secrets?|netrc|bashrc|zshrc|profile|sh|bash|zsh|ps1|service|list|sources)$`,
    String.raw`/(?:environment|credentials?|secrets?|config|[^/]*_history|Dockerfile[^/]*|Makefile|wp-config\.php|database\.yml|(?:local_)?settings\.py)$`,
    String.raw`/[^/]*(?:config|settings|secrets?|credentials?|auth|compose|account|local|prod|production|dev|development|staging|env)[^/]*\.(?:json|js|cjs|mjs|ts|xml|py|rb|php)$`,
  ].join('|'),
  'i',
)

const sampleFile =
  /\/(?:docs?|documentation|man|examples?|samples?|tests?|testing|testdata|test_data|__tests__|fixtures?|spec|dummyserver)\/|\.(?:md|rst|adoc|1|5|7|8)(?:\.gz)?$|\/(?:README|CHANGELOG)[^/]*$|_test\.[a-z]+$|\/test_[^/]*$|\.(?:test|spec)\.[a-z]+$/i

const rulesByPath = secretRules.flatMap(({ id, path }) => (path === undefined ? [] : [{ id, path }]))

/** What a path alone says: files of the same profile and content have the same findings. */
export function profileOf(path: RootPath): string {
  const special = rulesByPath.filter((rule) => rule.path.test(path)).map(({ id }) => id)
  return [...(settingsFile.test(path) ? ['settings'] : []), ...special].join(' ')
}

/** `head`: the first bytes of the content, at least eight thousand where there are so many. */
export function kindOf(path: RootPath, head: Uint8Array): TextKind {
  if (head.subarray(0, sniffedBytes).includes(0)) return { path, setting: 'any' }
  return { path, setting: settingsFile.test(path) ? 'settings' : 'text' }
}

/** Whether a file is documentation, an example or a test, where secrets are mostly made up. */
export function isSample(path: RootPath): boolean {
  return sampleFile.test(path)
}
