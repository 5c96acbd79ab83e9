// Secrets as far as the text of a Dockerfile shows them: names of files that hold nothing else, and credentials written out.
import type { Instruction } from '../../dockerfile/index.ts'
import { secretRules } from '../secrets/rules/index.ts'
import { findSecrets } from '../secrets/scan.ts'

const secretFile = new RegExp(
  [
    '(?:^|/)id_(?:rsa|dsa|ecdsa|ed25519)$',
    String.raw`(?:^|/)(?:[\w.-]*[._-])?(?:private|deploy|ssh)[._-]?key(?:\.pem)?$`,
    String.raw`(?:^|/)\.(?:netrc|git-credentials|pgpass|pypirc)$`,
    String.raw`(?:^|/)\.aws/credentials$`,
    String.raw`(?:^|/)\.docker/config\.json$`,
    String.raw`(?:^|/)\.kube/config$`,
    String.raw`\.(?:p12|pfx|jks|keystore)$`,
  ].join('|'),
  'i',
)

/** Whether a file of that name holds a secret and nothing else, whatever project it is of. */
export function isSecretFile(path: string): boolean {
  return secretFile.test(path)
}

/** What kinds of credentials stand in an instruction, each once: `an npm token`. Names of variables do not count here. */
export function secretsIn(instruction: Instruction): readonly string[] {
  if (instruction.kind !== 'ARG' && instruction.kind !== 'ENV' && instruction.kind !== 'RUN') return []
  const bytes = Buffer.from(instruction.text)
  const found = findSecrets([bytes], { setting: 'text', size: bytes.length })
  return [...new Set(found.map(({ rule }) => secretRules.find(({ id }) => id === rule)?.what ?? rule))]
}
