// Private keys in their text forms.
import type { SecretRule } from '../types.ts'

const revoke = 'Make a new key pair, and remove the public half of this one wherever it is trusted.'

export const keyRules: readonly SecretRule[] = [
  {
    id: 'private-key',
    what: 'a private key',
    severity: 'high',
    in: 'any',
    keywords: ['private key-----', 'private key block-----'],
    // RFC 7468, RFC 4880; in JSON and in environment variables line ends are written \n
    pattern:
      /-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----(?<secret>(?:\\r|\\n|[\sA-Za-z0-9+/=:,.()-]){64,24000}?)-----END (?:[A-Z0-9]+ ){0,3}PRIVATE KEY/dg,
    reach: 24_200,
    anyValue: true,
    accept: (body) => {
      const data = body
        .replace(/\\[rn]/g, '')
        .replace(/^.*: .*$/gm, '')
        .replace(/\s/g, '')
      return data.length >= 48 && new Set(data).size >= 16
    },
    revoke,
  },
  {
    id: 'putty-private-key',
    what: 'a private key in the form of PuTTY',
    severity: 'high',
    in: 'any',
    keywords: ['putty-user-key-file-'],
    pattern:
      /PuTTY-User-Key-File-\d: [^\r\n]+(?<secret>[\s\S]{0,8000}?Private-Lines: \d+\r?\n[A-Za-z0-9+/=\r\n]{40,})/dg,
    reach: 16_000,
    anyValue: true,
    revoke,
  },
  {
    id: 'age-secret-key',
    what: 'a secret key of age',
    severity: 'high',
    in: 'any',
    keywords: ['age-secret-key-1'],
    pattern: /AGE-SECRET-KEY-1(?<secret>[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58})(?![A-Z0-9])/dg,
    reach: 128,
    revoke: 'Make a new key and encrypt again what was encrypted for this one.',
  },
  {
    id: 'kubernetes-client-key',
    what: 'the client key of a Kubernetes user',
    severity: 'high',
    in: 'text',
    keywords: ['client-key-data'],
    pattern: /client-key-data["']?\s*:\s*["']?(?<secret>LS0tLS1CRUdJTi[A-Za-z0-9+/=]{60,})/dg,
    reach: 24_000,
    anyValue: true,
    revoke: 'Revoke the certificate, or remove what is bound to its user in the cluster.',
  },
  {
    id: 'jwk-private-key',
    what: 'a private key as JSON (JWK)',
    severity: 'high',
    in: 'text',
    keywords: ['"kty"'],
    // RFC 7518: "d" is the private part of RSA, EC and OKP keys
    pattern:
      /\{[^{}]{0,4000}"kty"\s*:\s*"(?:RSA|EC|OKP)"[^{}]{0,4000}?"d"\s*:\s*"(?<secret>[A-Za-z0-9_-]{32,})"/dg,
    reach: 9000,
    revoke,
  },
]
