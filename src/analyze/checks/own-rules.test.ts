import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { parseDockerfile } from '../../dockerfile/index.ts'
import { checkDockerfile } from './check.ts'
import { ownRules } from './own-rules.ts'

const repository = path.join(import.meta.dirname, '../../..')

async function found(text: string, own: 'all' | 'certain' | 'none' = 'all'): Promise<string[]> {
  const { warnings } = await checkDockerfile(parseDockerfile(text, { file: 'Dockerfile' }), {
    stages: 'all',
    own: own === 'none' ? undefined : own,
    buildArgs: new Map(),
    findBase: async () => undefined,
  })
  return warnings.filter((warning) => warning.own).map(({ rule, place }) => `${place.line} ${rule}`)
}

const token = `ghp_${'aZ3kQ9xW'.repeat(4)}bT7m`

/** For each rule Dockerfiles that break it, and the lines. */
const broken: Readonly<Record<string, readonly (readonly [string, ...number[]])[]>> = {
  RemovedTooLate: [
    ['FROM b\nCOPY a.tar.gz /tmp/\nRUN tar xf /tmp/a.tar.gz && rm -f /tmp/a.tar.gz', 3],
    ['FROM b\nRUN curl -fsSLo /tmp/x https://example.com/x\nRUN sh /tmp/x\nRUN rm -rf /tmp/*', 4],
    ['FROM b\nRUN --mount=type=bind,target=/s mkdir /build && make -C /s O=/build\nRUN rm -r /build', 3],
    ['FROM b AS one\nWORKDIR /app\nCOPY key .\nFROM one\nRUN rm /app/key', 5],
  ],
  AttributesChangedLater: [
    ['FROM b\nCOPY . /app\nRUN chown -R 1000:1000 /app', 3],
    ['FROM b\nCOPY run.sh /usr/bin/run\nRUN echo && chmod +x /usr/bin/run', 3],
    ['FROM b\nADD https://example.com/tool /bin/tool\nRUN chmod 755 /bin/tool', 3],
  ],
  PackageListsLeft: [
    ['FROM b\nRUN apt-get update && apt-get install -y curl', 2],
    ['FROM b\nRUN apt-get update; apt-get install -y curl && rm -rf /tmp/*', 2],
    ['FROM b\nRUN dnf install -y curl', 2],
    ['FROM b\nRUN apk update && apk add curl', 2],
  ],
  PackageListsAlone: [
    ['FROM b\nRUN apt-get update && rm -rf /var/lib/apt/lists/*\nRUN apt-get install -y curl', 2],
  ],
  CopyBeforeInstall: [
    ['FROM b\nWORKDIR /app\nCOPY . .\nRUN npm ci --omit=dev', 4],
    ['FROM b\nWORKDIR /app\nCOPY . .\nRUN NODE_ENV=production npm ci', 4],
    ['FROM b\nCOPY . /src\nRUN cd /src && pip install --no-cache-dir -r requirements.txt', 3],
  ],
  ManyRunInstructions: [[`FROM b\n${'RUN a\n'.repeat(5)}`, 2]],
  SecretFileCopied: [
    ['FROM b\nCOPY id_rsa /root/.ssh/', 2],
    ['FROM b\nCOPY secret /root/.netrc', 2],
  ],
  SecretWritten: [
    [`FROM b\nARG X=${token}`, 2],
    [`FROM b\nRUN curl -H "Authorization: token ${token}" https://api.github.com`, 2],
  ],
}

describe('each rule', () => {
  for (const { name, certain } of ownRules)
    test(`${name} finds its lines, can be silenced, and has a page`, async () => {
      for (const [text, ...lines] of broken[name] ?? []) {
        const expected = lines.map((line) => `${line} ${name}`)
        assert.deepEqual(await found(text), expected, text)
        assert.deepEqual(await found(`# check=skip=${name}\n${text}`), [], text)
        assert.deepEqual(await found(text, 'certain'), certain === true ? expected : [], text)
        assert.deepEqual(await found(text, 'none'), [], text)
      }
      assert.ok((broken[name] ?? []).length > 0)
      const page = fs.readFileSync(path.join(repository, 'docs/rules', `${name}.md`), 'utf8')
      assert.match(page, RegExp(`^# ${name}\n[^]*## Why\n[^]*## How to fix it\n[^]*## How to silence it\n`))
    })
})

describe('nothing is said', () => {
  const good = [
    'FROM b\nCOPY a /a\nRUN rm -rf /a.d /tmp/x',
    'FROM b\nCOPY . /app\nRUN rm -rf /app/tests',
    'FROM b\nRUN curl -o /tmp/x https://example.com && rm /tmp/x\nRUN rm -rf /tmp/x',
    'FROM b AS build\nCOPY id.txt /id\nRUN rm /id\nFROM b\nCOPY --from=build /out /out',
    'FROM b AS build\nRUN apt-get update && apt-get install -y gcc\nCOPY . .\nRUN chown -R 1 /x\nFROM scratch\nCOPY --from=build /o /',
    'FROM b\nCOPY --chown=1:1 . /app\nRUN chown 1:1 /app',
    'FROM b\nCOPY a /srv/a\nRUN chown 1 /srv && chmod "$MODE" /srv/a',
    'FROM b\nRUN mkdir -p /data && chown app /data',
    'FROM b\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*',
    'FROM b\nRUN apt-get update; DEBIAN_FRONTEND=noninteractive apt-get install -y curl; rm -rf /var/lib/apt/lists/*',
    'FROM b\nRUN apt-get update; sudo -E apt-get install -y curl; apt-get dist-clean',
    'FROM b\nRUN apt-get update && dpkg -l | xargs apt-get install --reinstall && apt-get -y distclean',
    'FROM b\nRUN dnf install -y git && dnf clean --disableplugin=x all',
    'FROM b\nRUN apt-get update && apt-get install -y "./$DEB" && rm -r "$DEB" /var/lib/apt/lists/*',
    'FROM b\nCOPY a /a\nRUN chmod =2775 /a',
    'FROM b\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt /var/cache/apt',
    'FROM b\nRUN --mount=type=cache,target=/var/lib/apt,sharing=locked apt-get update && apt-get install -y curl',
    'FROM b\nRUN apk add --no-cache curl\nRUN apk add --no-cache git',
    'FROM b\nRUN dnf install -y curl && dnf clean all',
    'FROM b\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\nRUN npm install',
    'FROM b\nCOPY . .\nRUN npm run build && go build ./... && pip install .',
    'FROM b\nRUN --mount=type=bind,target=. pip install -r requirements.txt',
    'FROM b\nRUN a\nRUN b\nRUN c\nRUN d\nENV x=1\nRUN e',
    'FROM b\nCOPY public.key server.crt ca.pem .npmrc config.json /etc/\nENV KEYS=none',
    'FROM b\nARG TOKEN\nRUN curl -H "Authorization: token $TOKEN" https://api.github.com',
    'FROM b\nRUN for x in a b; do rm /$x; done; if true; then chown 1 /x; fi',
    'FROM b\nCOPY x /x\nRUN ["rm", "/x"]',
  ]
  for (const text of good) test(JSON.stringify(text), async () => assert.deepEqual(await found(text), []))
})
