// What is timed, and what no builder can be faster than: the physical floor of each workload over the same bytes.
import { randomFillSync } from 'node:crypto'
import * as fs from 'node:fs'
import * as path from 'node:path'
import { type Command, sh } from './shell.ts'
import type { Build, Tool } from './tools.ts'

export const baseName = 'bench/base:1'

export interface Workload {
  readonly id: string
  readonly name: string
  /** Peel's time is to be at most this part of the best peer's. */
  readonly target: number
  readonly floor: Command
  readonly floorName: string
  /** Brings the tool into the state in which the clock starts; the number counts the repetitions. */
  readonly prepare: (tool: Tool, base: string, repetition: number) => void
  readonly build: Build
  /** What is timed in place of the build; tools that cannot do it are left out. */
  readonly command?: (tool: Tool) => Command | undefined
}

const lines =
  'import stream from layer; export const digest = index + entry; // path buffer value result\n'.repeat(2500)

/** Files of text, `mean` bytes each on average, the same every time. */
function makeFiles(directory: string, count: number, mean: number): void {
  if (fs.existsSync(path.join(directory, '.made'))) return
  let seed = count
  const random = (below: number): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648
    return seed % below
  }
  for (let i = 0; i < count; i++) {
    const folder = path.join(
      directory,
      `d${String(Math.floor(i / 40)).padStart(4, '0')}`,
      ['src', 'lib', 'test'][i % 3] as string,
    )
    if (i % 40 < 3) fs.mkdirSync(folder, { recursive: true })
    const start = random(100_000)
    fs.writeFileSync(
      path.join(folder, `f${i}.ts`),
      `// ${i}\n${lines.slice(start, start + 30 + random(2 * mean))}`,
    )
  }
  fs.writeFileSync(path.join(directory, '.made'), '')
}

export function makeWorkloads(directory: string, execute: (command: Command) => void): Workload[] {
  const dockerfile = (name: string, text: string): string => {
    const file = path.join(directory, `${name}.Dockerfile`)
    fs.writeFileSync(file, text)
    return file
  }
  const ten = path.join(directory, 'ten')
  const fifty = path.join(directory, 'fifty')
  const big = path.join(directory, 'big')
  const none = path.join(directory, 'none')
  makeFiles(path.join(ten, 'app'), 10_000, 2_000)
  fs.writeFileSync(path.join(ten, 'package.json'), '{"name":"bench"}\n')
  makeFiles(fifty, 50_000, 4_000)
  const edited = path.join(directory, 'edited')
  makeFiles(edited, 10_000, 2_000)
  fs.mkdirSync(none, { recursive: true })
  makeBig(path.join(big, 'blob.bin'))
  const cold = (tool: Tool, base: string): void => tool.fresh(base)
  const steps = `FROM ${baseName}
LABEL maintainer=bench
ENV APP=/app
WORKDIR /app
COPY package.json ./
RUN mkdir -p /app/deps && cp package.json deps/
COPY app /app/app
RUN ls app | wc -l > count.txt
RUN echo built > built.txt
EXPOSE 8080
CMD ["/bin/sh"]
`
  const rebuild: Build = { dockerfile: dockerfile('rebuild', steps), context: ten, tag: 'bench/rebuild:1' }
  const changed: Build = {
    dockerfile: dockerfile(
      'changed',
      `FROM ${baseName}\nWORKDIR /app\nRUN echo built > built.txt\nCOPY . /app\n`,
    ),
    context: ten,
    tag: 'bench/changed:1',
  }
  const copy = `FROM ${baseName}\nCOPY . /data\n`
  const explained: Build = { dockerfile: dockerfile('why', copy), context: edited, tag: 'bench/why:1' }
  const built = (build: Build) => (tool: Tool, base: string, repetition: number) => {
    if (repetition > 0) return
    tool.fresh(base)
    execute(tool.build(build))
    execute(tool.build(build))
  }
  return [
    {
      id: 'rebuild',
      name: 'all-cached rebuild, 10,000 context files',
      target: 0.6,
      floor: sh(`find ${ten} -printf '%s %T@\\n' > /dev/null`),
      floorName: 'stat walk of the context',
      prepare: built(rebuild),
      build: rebuild,
    },
    {
      id: 'small',
      name: 'cold COPY of 50,000 small files',
      target: 0.15,
      floor: sh(`tar -C ${fifty} -cf - . | openssl dgst -sha256 > /dev/null`),
      floorName: 'tar of the context | openssl sha256',
      prepare: cold,
      build: { dockerfile: dockerfile('small', copy), context: fifty, tag: 'bench/small:1' },
    },
    {
      id: 'big',
      name: 'cold COPY of one file of 1 GiB',
      target: 0.4,
      floor: sh(`openssl dgst -sha256 ${big}/blob.bin > /dev/null`),
      floorName: 'openssl sha256 of the file',
      prepare: cold,
      build: { dockerfile: dockerfile('big', copy), context: big, tag: 'bench/big:1' },
    },
    {
      id: 'run',
      name: 'twenty RUN true, cold',
      target: 0.4,
      floor: sh('for i in $(seq 20); do unshare -mp --fork chroot / /bin/true; done'),
      floorName: '20 x unshare + chroot true',
      prepare: (tool, base, repetition) => {
        if (repetition === 0) tool.fresh(base)
      },
      build: {
        dockerfile: dockerfile('run', `FROM ${baseName}\n${'RUN true\n'.repeat(20)}`),
        context: none,
        tag: 'bench/run:1',
        noCache: true,
      },
    },
    {
      id: 'changed',
      name: 'one changed file of 10,000, COPY last',
      target: 0.1,
      floor: sh(
        `find ${ten} -printf '%s %T@\\n' > /dev/null; tar -C ${ten} -cf - . | openssl dgst -sha256 > /dev/null`,
      ),
      floorName: 'stat walk, tar of the context | openssl sha256',
      prepare: (tool, base, repetition) => {
        built(changed)(tool, base, repetition)
        fs.appendFileSync(path.join(ten, 'app/d0000/src/f0.ts'), `// ${tool.name} ${Date.now()}\n`)
      },
      build: changed,
    },
    {
      id: 'why',
      name: 'why a build missed whose 10,000 files all changed',
      target: 1,
      floor: sh(`find ${edited} -printf '%s %T@\\n' > /dev/null`),
      floorName: 'stat walk of the context, which why does without',
      prepare(tool, base, repetition) {
        if (repetition > 0) return
        tool.fresh(base)
        execute(tool.build(explained))
        for (const name of fs.readdirSync(edited, { recursive: true, encoding: 'utf8' }))
          if (name.endsWith('.ts')) fs.appendFileSync(path.join(edited, name), `// ${Date.now()}\n`)
        execute(tool.build(explained))
      },
      build: explained,
      command: (tool) => tool.why?.(),
    },
  ]
}

function makeBig(file: string): void {
  const size = 1 << 30
  if (fs.statSync(file, { throwIfNoEntry: false })?.size === size) return
  fs.mkdirSync(path.dirname(file), { recursive: true })
  const chunk = Buffer.alloc(1 << 24)
  const fd = fs.openSync(file, 'w')
  for (let at = 0; at < size; at += chunk.length) fs.writeSync(fd, randomFillSync(chunk))
  fs.closeSync(fd)
}
