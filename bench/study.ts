// `node bench/study.ts [--files 75000 --bytes 1000000000 --layers 6 -n 3]`: the first study of a docker archive beside a plain read of the same
// bytes (`gzip -dc | tar t`), a second one from the store, the search for secrets the first time and the second, and how much memory the
// largest process took. Each in a process of its own.
import { createCipheriv } from 'node:crypto'
import * as fs from 'node:fs'
import * as os from 'node:os'
import * as path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parseArgs } from 'node:util'
import { run as runCommand, sh, time as timeCommand } from './shell.ts'
import { installPeel } from './tools.ts'

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '75000' },
    bytes: { type: 'string', default: '1000000000' },
    layers: { type: 'string', default: '6' },
    n: { type: 'string', short: 'n', default: '3' },
    directory: { type: 'string', default: path.join(os.tmpdir(), 'peel-bench', 'study') },
  },
})
const [files, bytes, layers, repeats] = [values.files, values.bytes, values.layers, values.n].map(Number) as [
  number,
  number,
  number,
  number,
]
const run = (command: string): string => runCommand(sh(command))
const time = (command: string): number => timeCommand(sh(command))
const repository = path.join(import.meta.dirname, '..')
const directory = values.directory
fs.mkdirSync(directory, { recursive: true })
const plain = path.join(directory, `image-${files}-${bytes}-${layers}.tar`)
const packed = `${plain}.gz`
const store = path.join(directory, 'store')

if (!fs.existsSync(packed)) makeArchive()
fs.rmSync(store, { recursive: true, force: true })
const peel = `${installPeel(repository, directory)} --root ${store}`
const waste = (source: string): string => `${peel} waste --json ${source} > ${directory}/waste.json`

console.log(`${files} files, ${(bytes / 1e6).toFixed(0)} MB, ${layers} layers; ${os.cpus().length} cores`)
const floor = repeat('gzip -dc | tar t', `gzip -dc ${packed} | tar t > ${directory}/list`)
const list = repeat('tar t (plain)', `tar tf ${plain} > ${directory}/list`)
compare('first study, .tar.gz', waste(packed), floor)
compare('first study, plain tar', waste(plain), list)
run(`${peel} load -i ${plain} > ${directory}/loaded`)
const name = /Loaded image: (\S+)/.exec(fs.readFileSync(`${directory}/loaded`, 'utf8'))![1]!
repeat('study from the store', waste(name))
const secrets = `${peel} secrets --exit-code 0 --json ${name} > ${directory}/secrets.json`
repeat('sha256 (plain)', `sha256sum ${plain} > ${directory}/sum`)
repeat('secrets, first', secrets, forgetScans)
repeat('secrets, again', secrets)
console.log(`  peak memory  first ${peak(waste(packed))} MB, from the store ${peak(waste(name))} MB`)

function compare(title: string, command: string, beside: number): void {
  const own = repeat(title, command)
  console.log(`${' '.repeat(28)}${(own / beside).toFixed(2)} x`)
}

/** The median of some runs in seconds, each after `before`; the first, which warms caches, does not count. */
function repeat(title: string, command: string, before: () => void = () => {}): number {
  run(command)
  const times = Array.from({ length: repeats }, () => {
    before()
    return time(command)
  }).sort((a, b) => a - b)
  const median = times[times.length >> 1]!
  console.log(
    `  ${title.padEnd(24)} ${median.toFixed(2)} s  [${times[0]!.toFixed(2)}-${times.at(-1)!.toFixed(2)}]`,
  )
  return median
}

function forgetScans(): void {
  const database = new DatabaseSync(path.join(store, 'peel.db'))
  database.exec('delete from scanned')
  database.close()
}

/** Peak resident memory in megabytes, by GNU time. */
function peak(command: string): number {
  const report = path.join(directory, 'memory')
  run(`/usr/bin/time -f %M -o ${report} sh -c '${command}'`)
  return Math.round(Number(fs.readFileSync(report, 'utf8')) / 1000)
}

/** Half of the bytes are text that compresses, half are noise. */
function makeArchive(): void {
  const work = fs.mkdtempSync(path.join(directory, 'root-'))
  const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16, 7), Buffer.alloc(16)).update(
    Buffer.alloc(4 << 20),
  )
  const text = Buffer.from('The quick brown fox jumps over the lazy dog and on. '.repeat(100_000))
  const context = path.join(work, 'context')
  const each = Math.floor(bytes / files)
  const perLayer = Math.ceil(files / layers)
  const lines = ['FROM scratch']
  for (let layer = 0; layer < layers; layer++) {
    for (let i = 0; i < Math.min(perLayer, files - layer * perLayer); i++) {
      const folder = path.join(context, `${layer}`, `usr/share/directory-${i >> 6}`)
      if ((i & 63) === 0) fs.mkdirSync(folder, { recursive: true })
      const from = i % 2 === 0 ? noise : text
      const at = (i * 4099) % (from.length - each)
      fs.writeFileSync(
        path.join(folder, `file-number-${layer}-${i}.bin`),
        Buffer.concat([Buffer.from(`${layer} ${i} `), from.subarray(at, at + each - 12)]),
      )
    }
    lines.push(`COPY ${layer} /${layer % 2 === 0 ? '' : 'opt/'}`)
  }
  fs.writeFileSync(path.join(context, 'Dockerfile'), lines.join('\n'))
  const peel = `${process.execPath} ${path.join(repository, 'src/main.ts')} --root ${work}/store`
  run(`${peel} build -q -t bench:study ${context}`)
  run(`${peel} save -o ${plain} bench:study`)
  fs.rmSync(work, { recursive: true, force: true })
  run(`gzip -k ${plain}`)
}
