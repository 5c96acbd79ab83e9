// Made-up secrets, and texts that look like some and are none. They are put together when a test runs, so that none stands in a file
// that scanners of the repository read.
import { generateKeyPairSync } from 'node:crypto'

export type Random = () => number

/** A generator of numbers from 0 to 1, the same for the same seed (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const lower = 'abcdefghijklmnopqrstuvwxyz'
const digits = '0123456789'
const letters = lower + lower.toUpperCase()
export const alphabets = {
  hex: `${digits}abcdef`,
  base36: digits + lower,
  base62: digits + letters,
  base64: `${digits}${letters}+/`,
  url: `${digits}${letters}-_`,
  upper: digits + lower.toUpperCase(),
  base32: `${lower.toUpperCase()}234567`,
} as const

/** `length` characters of one alphabet. */
export function pick(random: Random, alphabet: keyof typeof alphabets, length: number): string {
  const from = alphabets[alphabet]
  return Array.from({ length }, () => from[Math.floor(random() * from.length)]).join('')
}

export interface Planted {
  /** The rule that has to find it. */
  readonly rule: string
  /** The file's path in the image. */
  readonly path: string
  readonly text: string
  /** What must not be printed. */
  readonly value: string
}

type Maker = (random: Random) => Omit<Planted, 'rule'>

const inScript =
  (name: string, value: (random: Random) => string): Maker =>
  (random) => {
    const made = value(random)
    return { path: '/app/run.py', text: `import os\n${name} = "${made}"\nprint(1)\n`, value: made }
  }
const prefixed = (prefix: string, alphabet: keyof typeof alphabets, length: number): Maker =>
  inScript('client', (random) => prefix + pick(random, alphabet, length))
const inFile =
  (path: string, text: (value: string) => string, value: (random: Random) => string): Maker =>
  (random) => {
    const made = value(random)
    return { path, text: text(made), value: made }
  }
const password = (random: Random): string => `${pick(random, 'base62', 7)}#${pick(random, 'base62', 8)}`

/** How to make a secret of each kind, by the rule that has to find it. */
export const secretMakers: Readonly<Record<string, Maker>> = {
  'private-key': () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const text = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    return { path: '/root/.ssh/id_ecdsa', text, value: text.split('\n')[1]! }
  },
  'age-secret-key': inFile(
    '/root/keys.txt',
    (value) => `# created: today\nAGE-SECRET-KEY-1${value}\n`,
    (random) =>
      Array.from({ length: 58 }, () => 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L'[Math.floor(random() * 32)]).join(
        '',
      ),
  ),
  'aws-access-key-id': prefixed(`AKI${'A'}`, 'base32', 16),
  'aws-secret-access-key': inFile(
    '/root/.aws/credentials',
    (value) => `[default]\naws_secret_access_key = ${value}\n`,
    (random) => `a1B${pick(random, 'base64', 37)}`,
  ),
  'google-api-key': prefixed(`AI${'za'}`, 'url', 35),
  'azure-storage-key': inFile(
    '/app/appsettings.json',
    (value) => `{"Storage": "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${value}"}\n`,
    (random) => `${pick(random, 'base64', 86)}==`,
  ),
  'digitalocean-token': prefixed(`dop${'_v1_'}`, 'hex', 64),
  'vault-token': prefixed(`hvs${'.'}`, 'url', 90),
  'databricks-token': prefixed(`dap${'i'}`, 'hex', 32),
  'github-token': prefixed(`gh${'p_'}`, 'base62', 36),
  'github-fine-grained-token': inScript(
    'forge',
    (random) => `github${'_pat_'}${pick(random, 'base62', 22)}_${pick(random, 'base62', 59)}`,
  ),
  'gitlab-token': prefixed(`glp${'at-'}`, 'url', 20),
  'npm-token': prefixed(`npm${'_'}`, 'base62', 36),
  'npmrc-password': inFile(
    '/root/.npmrc',
    (value) => `//npm.internal/:_authToken=${value}\n`,
    (random) => pick(random, 'base62', 32),
  ),
  'pypi-token': prefixed(`pypi-${'AgE'}`, 'url', 120),
  'rubygems-token': prefixed(`rubygems${'_'}`, 'hex', 48),
  'docker-hub-token': prefixed(`dckr${'_pat_'}`, 'url', 27),
  'registry-login': inFile(
    '/root/.docker/config.json',
    (value) => `{"auths": {"hub.internal": {"auth": "${value}"}}}\n`,
    (random) => Buffer.from(`ci:${password(random)}`).toString('base64'),
  ),
  'netrc-password': inFile(
    '/root/.netrc',
    (value) => `machine git.internal\n  login ci\n  password ${value}\n`,
    password,
  ),
  'maven-password': inFile(
    '/root/.m2/settings.xml',
    (value) => `<server><username>ci</username><password>${value}</password></server>\n`,
    password,
  ),
  'slack-token': inScript(
    'chat',
    (random) =>
      `xox${'b-'}${pick(random, 'base36', 12)}-${pick(random, 'base36', 12)}-${pick(random, 'base62', 24)}`,
  ),
  'chat-webhook': inScript(
    'hook',
    (random) =>
      `https://hooks.slack${'.com/services/'}T${pick(random, 'upper', 8)}/B${pick(random, 'upper', 8)}/${pick(random, 'base62', 24)}`,
  ),
  'telegram-bot-token': inScript(
    'bot',
    (random) => `${1e8 + Math.floor(random() * 8e8)}:A${'A'}${pick(random, 'url', 33)}`,
  ),
  'sendgrid-key': inScript(
    'mail',
    (random) => `SG${'.'}${pick(random, 'url', 22)}.${pick(random, 'url', 43)}`,
  ),
  'stripe-key': prefixed(`sk${'_live_'}`, 'base62', 24),
  'shopify-token': prefixed(`shp${'at_'}`, 'hex', 32),
  'openai-key': prefixed(`sk-${'proj-'}`, 'url', 74),
  'anthropic-key': prefixed(`sk-${'ant-'}api03-`, 'url', 95),
  'huggingface-token': prefixed(`hf${'_'}`, 'base62', 34),
  'grafana-token': inScript(
    'board',
    (random) => `gl${'sa_'}${pick(random, 'base62', 32)}_${pick(random, 'hex', 8)}`,
  ),
  'url-password': inFile(
    '/app/README.txt',
    (value) => `run with postgres://service:${value}@db.internal:5432/app\n`,
    (random) => pick(random, 'base62', 14),
  ),
  'password-hash': inFile(
    '/etc/shadow',
    (value) => `root:${value}:19000:0:99999:7:::\n`,
    (random) => `$6$${pick(random, 'base62', 16)}$${pick(random, 'base62', 86)}`,
  ),
  'authorization-header': inFile(
    '/app/call.sh',
    (value) => `curl -H "Authorization: Bearer ${value}" https://api.internal/\n`,
    (random) => pick(random, 'base62', 40),
  ),
  'json-web-token': inScript('session', (random) => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    return `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: pick(random, 'base36', 9) })}.${pick(random, 'url', 43)}`
  }),
  'assigned-secret': inFile(
    '/app/.env',
    (value) => `DEBUG=1\nDB_PASSWORD=${value}\nPORT=80\n`,
    (random) => pick(random, 'base62', 18),
  ),
}

const words = 'layer image build cache store index stage mount label digest config history'.split(' ')

/** Texts of the kinds that make scanners cry wolf. */
export const lookAlikeMakers: readonly ((random: Random) => Omit<Planted, 'rule' | 'value'>)[] = [
  (random) => ({
    path: '/app/package-lock.json',
    text: `{"integrity": "sha512-${pick(random, 'base64', 86)}=="}\n`,
  }),
  (random) => ({ path: '/app/SHA256SUMS', text: `${pick(random, 'hex', 64)}  file.tar\n` }),
  (random) => ({ path: '/app/go.sum', text: `example.org/token v1.0.0 h1:${pick(random, 'base64', 43)}=\n` }),
  (random) => ({
    path: '/app/.env.example',
    text: `API_KEY=your-api-key-${words[Math.floor(random() * 12)]}\nDB_PASSWORD=changeme\n`,
  }),
  (random) => ({
    path: '/app/settings.yml',
    text: `password: \${DB_PASSWORD_${pick(random, 'upper', 3)}}\ntoken: {{ vault.token }}\n`,
  }),
  (random) => ({
    path: '/app/main.ts',
    text: `const token = await getToken('${words[Math.floor(random() * 12)]}')\n`,
  }),
  (random) => ({
    path: '/etc/ssl/certs/a.pem',
    text: `-----BEGIN CERTIFICATE-----\n${pick(random, 'base64', 64)}\n${pick(random, 'base64', 64)}\n-----END CERTIFICATE-----\n`,
  }),
  (random) => ({
    path: '/root/.ssh/authorized_keys',
    text: `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${pick(random, 'base64', 43)} me@host\n`,
  }),
  (random) => ({
    path: '/usr/lib/key.py',
    text: `HEADER = "-----BEGIN RSA PRIVATE KEY-----"\nFOOTER = "-----END RSA PRIVATE KEY-----"\n# ${pick(random, 'base36', 5)}\n`,
  }),
  (random) => ({
    path: '/app/id.json',
    text: `{"id": "${pick(random, 'hex', 8)}-${pick(random, 'hex', 4)}-4${pick(random, 'hex', 3)}-a${pick(random, 'hex', 3)}-${pick(random, 'hex', 12)}"}\n`,
  }),
  () => ({
    path: '/app/aws.md',
    text: `aws_access_key_id = AKIAIOSFODNN7${'EXAMPLE'}\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCY${'EXAMPLEKEY'}\n`,
  }),
  (random) => ({
    path: '/app/a.sh',
    text: `gh${'p_'}${'x'.repeat(36)}\ngh${'p_'}${lower}0123456789\n# ${pick(random, 'base36', 4)}\n`,
  }),
  (random) => ({
    path: '/app/url.txt',
    text: `postgres://user:password@localhost/db\nhttps://host:8080/a@b\nredis://:\${PASS}@cache:6379/${Math.floor(random() * 9)}\n`,
  }),
  (random) => ({
    path: '/etc/shadow',
    text: `root:*:19000:0:99999:7:::\ndaemon:!:${19000 + Math.floor(random() * 99)}:0:99999:7:::\n`,
  }),
  (random) => ({
    path: '/app/app.properties',
    text: `token.expiration.seconds=${Math.floor(random() * 9999)}\npassword.min.length=12\nsecret.name=app/database\nkey.file=/run/secrets/key\n`,
  }),
  (random) => ({
    path: '/app/logo.svg',
    text: `<image href="data:image/png;base64,iVBORw0KGgo${pick(random, 'base64', 200)}="/>\n`,
  }),
  (random) => ({
    path: '/app/min.js',
    text: `var a="${pick(random, 'base62', 12)}",password=b.password,token=c[0],e=function(){return this.apiKey};\n`,
  }),
  (random) => ({ path: '/app/commit.txt', text: `commit ${pick(random, 'hex', 40)}\nAuthor: key-holder\n` }),
  (random) => ({
    path: '/root/.npmrc',
    text: `//npm.internal/:_authToken=\${NPM_TOKEN}\nregistry=https://npm.internal/${pick(random, 'base36', 6)}\n`,
  }),
  (random) => ({ path: '/app/jwt.txt', text: `eyJ${pick(random, 'base62', 20)}.not.a-token\n` }),
]
