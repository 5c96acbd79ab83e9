// Passwords: in addresses, in settings of databases, in files made for them, on command lines, and given to names that say what they are.
import { entropyOf, isPlaceholder, looksRandom } from '../plausible.ts'
import type { SecretRule } from '../types.ts'

const change = 'Change the password, and give it to the container when it starts.'
const mount = 'Change it, and give it to the one RUN that needs it with --mount=type=secret.'

/** Passwords that documentation and local set-ups use; in an address they open nothing. */
const wellKnown =
  /^(?:password|passwd|pass|pwd|secret|postgres|postgresql|mysql|mariadb|mongo|mongodb|redis|rabbit|rabbitmq|guest|admin|root|user|username|test|tester|testing|demo|docker|dev|local|localhost|p4ssw0rd|hunter2|pw|token|foo|bar|baz|qux|me|you|abc|xyz|abc123|123456?|anon[a-z]*(?:@.*)?|xyzzy|qwerty|proxypass|repopwd)$/i

const isPassword = (secret: string): boolean => !wellKnown.test(secret) && !isPlaceholder(secret)

/** Names of variables and settings that hold secrets: the rule of BuildKit's check, with words of other tools added. */
const secretName =
  '(?:[A-Za-z0-9_.-]{0,40}?[_.-])?(?:pass(?:word|wd|phrase)?|pwd|secret|token|api_?key|apikey|access_?key|auth_?key|private_?key|encryption_?key|signing_?key|master_?key|client_?secret|credentials?)'

/** Names that have such a word in them and hold no secret. */
const harmlessName =
  /(?:public|publishable|version|file|path|dir|url|uri|host|name|user|id|type|length|size|min|max|policy|expir|ttl|timeout|algorithm|header|prefix|suffix|format|pattern|regex|enabled?|required|count|limit|field|label|hint|prompt|help|desc)[_.-]?$|^(?:public|max|min|use|no|enable|disable|require|allow)[_.-]/i

export const passwordRules: readonly SecretRule[] = [
  {
    id: 'url-password',
    what: 'a password in an address',
    severity: 'high',
    in: 'text',
    keywords: ['://'],
    pattern:
      /(?<![A-Za-z0-9])[a-z][a-z0-9+.-]{1,30}:\/\/[^\s:@/"'<>\\`{}()[\]]{0,80}:(?<secret>[^\s@/"'<>\\`]{3,200})@(?<host>[A-Za-z0-9_[][A-Za-z0-9_.:-]*)/dgi,
    reach: 400,
    anyValue: true,
    accept: (secret, match) =>
      isPassword(secret) &&
      !/^(?:host|hostname|server|example)(?:[.:]|$)|\.example$/i.test(match.groups!.host!),
    revoke: change,
  },
  {
    id: 'connection-string-password',
    what: 'a password in a connection string',
    severity: 'high',
    in: 'text',
    keywords: ['password', 'pwd'],
    pattern:
      /(?:server|data source|host|jdbc:[a-z0-9]+:\/\/)[^\r\n"'<>]{1,300}?[;?&\s](?:password|pwd)\s?=\s?(?<secret>[^;&\s"'<>]{4,200})/dgi,
    reach: 600,
    anyValue: true,
    accept: isPassword,
    revoke: change,
  },
  {
    id: 'pgpass-password',
    what: 'a password in .pgpass',
    severity: 'high',
    in: 'text',
    keywords: [':'],
    pattern: /^[^:#\r\n]+:(?:\d+|\*):[^:\r\n]+:[^:\r\n]+:(?<secret>[^\r\n]{4,200})$/dgm,
    reach: 600,
    path: /(?:^|\/)\.?pgpass(?:\.conf)?$/,
    anyValue: true,
    revoke: change,
  },
  {
    id: 'mysql-password',
    what: "a password in MySQL's settings",
    severity: 'high',
    in: 'text',
    keywords: ['password'],
    pattern: /^\s*password\s*=\s*["']?(?<secret>[^\s"'#]{4,200})/dgm,
    reach: 300,
    path: /(?:^|\/)(?:\.?my\.cnf|\.mylogin\.cnf|debian\.cnf)$/,
    anyValue: true,
    accept: isPassword,
    revoke: change,
  },
  {
    id: 'password-hash',
    what: 'the hash of a password',
    severity: 'medium',
    in: 'text',
    keywords: [':$', ':{sha}'],
    // crypt(5); Apache's htpasswd
    pattern:
      /^[A-Za-z0-9_.@-]+:(?<secret>\$(?:1|5|6|7|y|gy|2[abxy]|sha1|md5|apr1)\$[A-Za-z0-9./$,=+-]{20,200}|\{SHA\}[A-Za-z0-9+/=]{28})/dgm,
    reach: 300,
    path: /(?:^|\/)(?:shadow-?|g?shadow|master\.passwd|\.?htpasswd[^/]*|passwd)$/,
    anyValue: true,
    revoke:
      'A hash can be guessed offline: lock the account (passwd -l) or set its password when the container starts.',
  },
  {
    id: 'authorization-header',
    what: 'a token in an Authorization header',
    severity: 'high',
    in: 'text',
    keywords: ['authorization', 'private-token', 'x-api-key', 'x-auth-token'],
    pattern:
      /(?:authorization["']?\s*[:=]\s*["']?(?:bearer|token|basic)\s+|(?:private-token|x-api-key|x-auth-token)["']?\s*[:=]\s*["']?)(?<secret>[A-Za-z0-9_.~+/=-]{16,2000})/dgi,
    reach: 2100,
    accept: looksRandom,
    revoke: mount,
  },
  {
    id: 'command-line-password',
    what: 'a password on a command line',
    severity: 'high',
    in: 'settings',
    keywords: ['curl', 'wget', '--password', '--pass', '--token', 'sshpass', 'mysql'],
    pattern:
      /(?:curl\s[^\r\n|;&]{0,200}?(?:-u|--user)[\s=]*["']?[^\s:"']{1,80}:|--(?:http-|ftp-|proxy-)?pass(?:word|wd)?[\s=]+["']?|--token[\s=]+["']?|sshpass\s+-p\s*["']?|mysql(?:dump|admin)?(?:\s[^\r\n|;&]{0,120}?)?\s-p)(?<secret>[^\s"'|;&<>$`]{6,200})/dgi,
    reach: 600,
    anyValue: true,
    accept: (secret) => isPassword(secret) && !secret.startsWith('-') && entropyOf(secret) >= 2.2,
    revoke: mount,
  },
  {
    id: 'json-web-token',
    what: 'a JSON web token',
    severity: 'medium',
    in: 'text',
    keywords: ['eyj'],
    pattern:
      /(?<![A-Za-z0-9_.-])(?<secret>eyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{20,1000})(?![A-Za-z0-9_.-])/dg,
    reach: 7100,
    anyValue: true,
    accept: (secret) =>
      /"alg"\s*:\s*"(?!none)/i.test(Buffer.from(secret.split('.')[0]!, 'base64url').toString('latin1')),
    revoke: 'Where it has not run out, end the session or change the key that signed it.',
  },
  {
    id: 'assigned-secret',
    what: 'a value given to a name that says it is secret',
    severity: 'medium',
    in: 'settings',
    keywords: ['pass', 'pwd', 'secret', 'token', 'key', 'credential'],
    pattern: new RegExp(
      `(?<![A-Za-z0-9])(?<name>${secretName})["']?[^\\S\\r\\n]*(?:=>|:=|[:=])[^\\S\\r\\n]*(?:"(?<quoted>[^"\\r\\n]{6,300})"|'(?<single>[^'\\r\\n]{6,300})'|(?<secret>[^\\s"'#,;][^\\s"']{5,300}))`,
      'dgi',
    ),
    reach: 500,
    anyValue: true,
    accept: (secret, match) =>
      !harmlessName.test(match.groups!.name!) &&
      isPassword(secret) &&
      !/passw(?:or)?d|[[\]\\<>|`]|\.\./i.test(secret) &&
      !/^(?:\/|\.\/|~\/|[a-z]+:\/\/[^@]*$|[a-z_.]+\(|[a-z]+(?:[._ -][a-z]+)*$|\d{1,9}$)/i.test(secret) &&
      entropyOf(secret) >= (secret.length < 12 ? 2.2 : 2.8),
    revoke: change,
  },
]
