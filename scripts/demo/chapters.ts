// What the demo shows, one function a chapter, in the order in which they run: later ones use images of earlier ones.
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import type { Base } from './base.ts'
import { gap, heading, printBytes, put, tell } from './screen.ts'
import type { Shell } from './shell.ts'

/** The parts of Peel's own JSON that the claims are checked against. */
interface Usage {
  readonly layers: number
  readonly images: readonly {
    readonly names: readonly string[]
    readonly shared: number
    readonly size: number
  }[]
}
interface Row {
  readonly size: number
  readonly diffId?: string
}
interface Step {
  readonly name: string
  readonly outcome: 'cached' | 'done'
  readonly reason: string | undefined
}

const toMegabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

async function history(shell: Shell, image: string): Promise<readonly Row[]> {
  return JSON.parse(await shell.ask(`peel history --json ${image}`)) as Row[]
}

async function sizeOf(shell: Shell, image: string): Promise<number> {
  return (await history(shell, image)).reduce((sum, row) => sum + row.size, 0)
}

async function filesOf(shell: Shell, image: string): Promise<string> {
  return await shell.ask(`peel export ${image} | tar -tf - | sort`)
}

/** Layers only ever add: what a later RUN removes stays below. */
export async function showCleanup(shell: Shell, base: Base): Promise<void> {
  heading('1. Cleaning up in a second RUN gives nothing back')
  tell(
    'Both Dockerfiles end with the same files. The first removes in a RUN of its own what the RUN before it installed; the second does it all in one RUN.',
  )
  const [install, remove, expected] =
    base === 'debian'
      ? [
          'apt-get update -qq \\\n && apt-get install -y -qq --no-install-recommends build-essential \\\n && cc -O2 -o /usr/local/bin/hello /src/hello.c',
          'apt-get purge -y -qq --auto-remove build-essential \\\n && apt-get clean && rm -rf /var/lib/apt/lists/*',
          200e6,
        ]
      : [
          'head -c 30000000 /dev/urandom > /var/cache/packages \\\n && cp /src/hello.sh /usr/local/bin/hello && chmod 755 /usr/local/bin/hello',
          'rm /var/cache/packages',
          30e6,
        ]
  const source = base === 'debian' ? 'hello.c' : 'hello.sh'
  for (const [name, run] of [
    ['two-runs', `RUN ${install}\nRUN ${remove}`],
    ['one-run', `RUN ${install} \\\n && ${remove}`],
  ] as const) {
    shell.write(`${name}/${source}`, base === 'debian' ? helloInC : helloInShell)
    shell.write(`${name}/Dockerfile`, `FROM base:demo\nCOPY ${source} /src/\n${run}\nCMD ["hello"]\n`)
    await shell.type(`cat ${name}/Dockerfile`)
    await shell.type(`peel build -t ${name} ${name}`)
  }
  tell(
    'Read the SIZE column: in the first image the installing RUN keeps its whole size, in the second it is gone.',
  )
  await shell.type('peel history two-runs')
  await shell.type('peel history one-run')
  const [two, one] = [await sizeOf(shell, 'two-runs'), await sizeOf(shell, 'one-run')]
  gap()
  put(`  two-runs    ${printBytes(two).padStart(20)}`)
  put(`  one-run     ${printBytes(one).padStart(20)}`)
  put(`  difference  ${printBytes(two - one).padStart(20)}`)
  put('')
  shell.claim(
    `two-runs is ${printBytes(two - one)} larger (expected: at least ${toMegabytes(expected)})`,
    two - one >= expected,
  )
  shell.claim(
    'both images show the same list of files',
    (await filesOf(shell, 'two-runs')) === (await filesOf(shell, 'one-run')),
  )
}

const helloInC = `#include <stdio.h>

int main(void) {
  puts("hello from a program whose compiler is gone");
  return 0;
}
`

const helloInShell = `#!/bin/sh
echo "hello from a program whose packages are gone"
`

/** A removed file is still in the layer that brought it; a secret mount is in none. */
export async function showSecret(shell: Shell): Promise<void> {
  heading('2. A key that was removed is still there')
  tell('The key is copied in, used, and removed. At the top of the image it can no longer be seen …')
  const keys = [0, 1].map(() => `key-${randomBytes(24).toString('hex')}`)
  shell.write('leaky/deploy.key', `${keys[0]}\n`)
  shell.write(
    'leaky/Dockerfile',
    'FROM base:demo\nCOPY deploy.key /root/deploy.key\nRUN test -s /root/deploy.key && echo deployed > /status\nRUN rm /root/deploy.key\n',
  )
  await shell.type('cat leaky/Dockerfile')
  await shell.type('peel build -t leaky leaky')
  await shell.type('peel run --rm leaky ls /root/deploy.key', { fails: true })
  tell('… but whoever gets the image gets all its layers. Searching the saved archive for the key finds it:')
  await shell.type('peel save -o leaky.tar leaky')
  const found = await shell.type(
    'grep --text --only-matching --fixed-strings --file=leaky/deploy.key leaky.tar',
  )
  await shell.type('mkdir leaky.saved && tar -xf leaky.tar -C leaky.saved')
  const blob = await shell.type('grep --recursive --files-with-matches --file=leaky/deploy.key leaky.saved')
  const taken = await shell.type(`tar -xOf ${blob.out.split('\n')[0]} root/deploy.key`)
  const rows = await history(shell, 'leaky')
  const holder = rows.findIndex((row) => blob.out.includes(row.diffId?.replace('sha256:', '') ?? ' '))
  shell.claim('the removed key is in the saved archive', found.out.includes(keys[0]!))
  shell.claim(
    `it can be taken out again; it is in one layer only, that of COPY (row ${holder + 1} of ${rows.length} of peel history)`,
    taken.out === keys[0] && blob.out.split('\n').length === 1 && holder === 2,
  )

  tell(
    'That key must be replaced. The new one is lent to a single RUN by --mount=type=secret: a file that exists while the command runs, in memory, outside every layer.',
  )
  shell.write('new.key', `${keys[1]}\n`)
  shell.write(
    'careful/Dockerfile',
    'FROM base:demo\nRUN --mount=type=secret,id=deploy \\\n    test -s /run/secrets/deploy && echo deployed > /status\n',
  )
  await shell.type('cat careful/Dockerfile')
  await shell.type('peel build --secret id=deploy,src=new.key -t careful careful')
  const status = await shell.type('peel run --rm careful cat /status')
  await shell.type('peel save -o careful.tar careful')
  const archive = await shell.type('grep --text --count --fixed-strings --file=new.key careful.tar', {
    fails: true,
  })
  const store = await shell.type('grep --recursive --text --files-with-matches --file=new.key "$PEEL_ROOT"', {
    fails: true,
  })
  shell.claim('the RUN had the key', status.out === 'deployed')
  shell.claim(
    `the key is nowhere in the archive (${printBytes(fs.statSync(path.join(shell.home, 'careful.tar')).size)}, all of it searched; no layer in it is compressed)`,
    archive.out === '0' && !(await holdsCompressed(shell, 'careful.tar')),
  )
  shell.claim("and nowhere in Peel's store: no layer, no cache record, no history", store.out === '')
}

/** Whether something in the archive begins like gzip, zstd, xz or bzip2, where a search for text would not look inside. */
async function holdsCompressed(shell: Shell, archive: string): Promise<boolean> {
  const directory = path.join(shell.home, `${archive}.saved`)
  await shell.ask(`mkdir ${archive}.saved && tar -xf ${archive} -C ${archive}.saved`)
  return fs.globSync('blobs/*/*', { cwd: directory }).some((name) => {
    const file = fs.openSync(path.join(directory, name), 'r')
    const head = Buffer.alloc(4)
    fs.readSync(file, head)
    fs.closeSync(file)
    return /^(1f8b|28b52ffd|fd377a58|425a68)/.test(head.toString('hex'))
  })
}

/** Steps are found again by what they depend on, and a miss says what that was. */
export async function showCache(shell: Shell): Promise<void> {
  heading('3. One changed byte, and what runs again')
  shell.write(
    'book/Dockerfile',
    'FROM base:demo\nWORKDIR /book\nCOPY title.txt .\nRUN tr a-z A-Z < title.txt > cover.txt\nCOPY pages pages\nRUN cat cover.txt pages/* > book.txt\nCMD ["cat", "book.txt"]\n',
  )
  shell.write('book/title.txt', 'layers\n')
  for (const [index, text] of [
    'an image is a stack of layers',
    'a layer only ever adds',
    'so look at each',
  ].entries())
    shell.write(`book/pages/${index + 1}.txt`, `${text}\n`)
  tell('The first build does every step.')
  await shell.type('cat book/Dockerfile')
  const first = stepsOf((await shell.type('peel build -t book book')).all)
  shell.claim('all 5 steps ran', first.length === 5 && first.every((step) => step.outcome === 'done'))

  tell('New times on every file change nothing: contents count, times do not.')
  await shell.type('touch book/title.txt book/pages/*')
  const second = stepsOf((await shell.type('peel build -t book book')).all)
  shell.claim(
    'all 5 steps were cached',
    second.length === 5 && second.every((step) => step.outcome === 'cached'),
  )

  tell('Now one byte of one page. Above it everything is kept; MISS names the reason.')
  await shell.type("sed -i 's/^a layer/A layer/' book/pages/2.txt")
  const third = stepsOf((await shell.type('peel build -t book book')).all)
  const rerun = third.filter((step) => step.outcome === 'done')
  shell.claim(
    'the 3 steps above were cached, the COPY and the RUN below it ran again',
    third.length === 5 &&
      rerun.map((step) => step.name).join(' | ') ===
        'COPY pages pages | RUN cat cover.txt pages/* > book.txt',
  )
  shell.claim(
    'the reason names the file: pages/2.txt content changed',
    rerun[0]?.reason?.endsWith('pages/2.txt content changed') === true,
  )

  tell('The byte changed back: both results are still there.')
  await shell.type("sed -i 's/^A layer/a layer/' book/pages/2.txt")
  const fourth = stepsOf((await shell.type('peel build -t book book')).all)
  shell.claim(
    'all 5 steps were cached',
    fourth.length === 5 && fourth.every((step) => step.outcome === 'cached'),
  )
}

/** The steps in a build's plain progress, FROM aside. */
function stepsOf(output: string): readonly Step[] {
  const names = new Map<string, string>()
  const reasons = new Map<string, string>()
  const steps: Step[] = []
  for (const line of output.split('\n')) {
    const [, number = '', word = '', rest = ''] = /^#(\d+) (\S+) ?(.*)$/.exec(line) ?? []
    if (word.startsWith('[') && /^\d+\/\d+\]/.test(rest)) names.set(number, rest.replace(/^\S+ /, ''))
    if (word === 'MISS') reasons.set(number, rest)
    const name = names.get(number)
    if (name === undefined || (word !== 'CACHED' && word !== 'DONE')) continue
    steps.push({ name, outcome: word === 'CACHED' ? 'cached' : 'done', reason: reasons.get(number) })
  }
  return steps
}

/** A layer is stored once, however many images have it. */
export async function showSharing(shell: Shell): Promise<void> {
  heading('4. Images that share a base keep it once')
  tell(
    'careful and book both begin with base:demo. SIZE counts each image whole; SHARED is what other images have too, UNIQUE what it alone adds. (The image without a name is the book with the changed byte.)',
  )
  await shell.type('peel images')
  await shell.type('peel du')
  const usage = JSON.parse(await shell.ask('peel du --json')) as Usage
  const bottom = (await history(shell, 'base:demo')).at(-1)?.diffId
  const shares = await Promise.all(
    ['careful', 'book'].map(async (name) => (await history(shell, name)).at(-1)?.diffId === bottom),
  )
  const sum = usage.images.reduce((total, image) => total + image.size, 0)
  const kept = fs.readdirSync(path.join(shell.store, 'blobs/sha256')).filter((name) => bottom?.endsWith(name))
  shell.claim(
    'careful and book have the same layer at the bottom, and the store has it once',
    shares.every(Boolean) && kept.length === 1,
  )
  shell.claim(
    `counted one by one the images hold ${toMegabytes(sum)}; the store keeps ${toMegabytes(usage.layers)} of layers`,
    usage.layers < sum,
  )
}

/** One layer out of all of them: what later layers removed is left behind, and so is the history. */
export async function showFlattening(shell: Shell): Promise<void> {
  heading('5. Flattening: export and import')
  tell(
    'peel export writes the files as they are seen at the top, peel import makes one layer of them. What the upper layers had removed stays behind; so do history and settings, which is why CMD is given again.',
  )
  const before = await sizeOf(shell, 'two-runs')
  await shell.type('peel export -o flat.tar two-runs')
  await shell.type(`peel import -c 'CMD ["hello"]' -m 'two-runs in one layer' flat.tar flat`)
  await shell.type('peel history two-runs')
  await shell.type('peel history flat')
  const rows = await history(shell, 'flat')
  const after = await sizeOf(shell, 'flat')
  const one = await sizeOf(shell, 'one-run')
  shell.claim('the flat image has one layer', rows.length === 1)
  shell.claim(
    `it is ${printBytes(before - after)} smaller than two-runs (${toMegabytes(before)} before, ${toMegabytes(after)} after), and within 1 MB of one-run`,
    Math.abs(after - one) < 1e6 && after < before,
  )
}

/** The images are for running. */
export async function showRunning(shell: Shell, base: Base): Promise<void> {
  heading('6. Running the result')
  const look =
    base === 'debian'
      ? "sh -c 'command -v cc || echo there is no compiler here'"
      : "sh -c 'test -e /var/cache/packages || echo there are no packages here'"
  const greeting = /^hello from a program/
  tell(
    'The program that was built above, in the image built with one RUN and in the flat one; and what it needed is gone.',
  )
  const runs = [await shell.type('peel run --rm one-run'), await shell.type('peel run --rm flat')]
  const gone = await shell.type(`peel run --rm one-run ${look}`)
  const status = await shell.type('peel run --rm book sh -c \'rm -r /book; exit 7\'; echo "exit status $?"')
  const book = await shell.type('peel run --rm book')
  shell.claim(
    'hello runs in both images, without what it was made with',
    runs.every((ran) => greeting.test(ran.out)) && gone.out.startsWith('there '),
  )
  shell.claim("a command's exit status is passed on", status.out === 'exit status 7')
  shell.claim(
    'a container has a layer of its own: what it removes stays in the image',
    /LAYERS/.test(book.out),
  )
}
