// An image with secrets of every kind of place: a key that is copied and removed, files that stay, a member of a zip file, a variable and a
// build argument. The values are the same each time, and made when a test runs.
import { alphabets, pick, type Random, seeded } from './secrets.ts'
import { storeImage } from './stored-image.ts'
import { dir, file, gone, tree } from './tree.ts'
import { zipFile } from './zip-file.ts'

/** A name that tries to become markup, to turn the text and to colour the terminal. */
export const hostilePath = '/srv/"><img src=x onerror=alert(1)>\u202e\u001b[31m.npmrc'

/** Stores it as `name` below `root`; gives the values that nothing may show. */
export async function storeLeakyImage(root: string, name: string): Promise<readonly string[]> {
  const random = seeded(64)
  const password = pick(random, 'base62', 20)
  const [built, installed, hostile, zipped] = ['', '', '', ''].map(() => pick(random, 'base62', 36))
  const key = privateKey(random)
  const dockerfile = `FROM base
ARG NPM_TOKEN
ENV DB_PASSWORD ${password}
COPY deploy_key /root/.ssh/deploy_key
RUN ./fetch && rm /root/.ssh/deploy_key
COPY npmrc /root/.npmrc
COPY srv /srv
CMD ["/srv/app"]
`
  await storeImage(root, {
    name,
    dockerfile,
    env: [`DB_PASSWORD=${password}`],
    layers: [
      { createdBy: '/bin/sh -c #(nop) ADD file:5f0e1a in / ', entries: tree(dir('/root'), dir('/srv')) },
      { createdBy: 'ARG NPM_TOKEN', line: 2 },
      { createdBy: `ENV DB_PASSWORD=${password}`, line: 3 },
      {
        createdBy: 'COPY deploy_key /root/.ssh/deploy_key # buildkit',
        line: 4,
        entries: tree(dir('/root'), dir('/root/.ssh'), file('/root/.ssh/deploy_key', key)),
      },
      {
        createdBy: `RUN |1 NPM_TOKEN=npm_${built} /bin/sh -c ./fetch && rm /root/.ssh/deploy_key # buildkit`,
        line: 5,
        entries: tree(dir('/root'), dir('/root/.ssh'), gone('/root/.ssh/deploy_key')),
      },
      {
        createdBy: 'COPY npmrc /root/.npmrc # buildkit',
        line: 6,
        entries: tree(dir('/root'), file('/root/.npmrc', `registry=x\ntoken=npm_${installed}\n`)),
      },
      {
        createdBy: 'COPY srv /srv # buildkit',
        line: 7,
        entries: tree(
          dir('/srv'),
          file(hostilePath, `token=npm_${hostile}\n`),
          file('/srv/app.jar', zipFile([{ name: 'conf/log.txt', content: `sent npm_${zipped}\n` }])),
        ),
      },
      { createdBy: 'CMD ["/srv/app"]', line: 8 },
    ],
  })
  return [password, built!, installed!, hostile!, zipped!, ...key.split('\n').slice(1, -2)]
}

function privateKey(random: Random): string {
  const border = (word: string): string => `-----${word} PRIVATE KEY-----\n`
  const lines = Array.from({ length: 4 }, () => `${pick(random, 'base64', alphabets.base64.length)}\n`)
  return `${border('BEGIN')}${lines.join('')}${border('END')}`
}
