// `npm run bench [-- --only rebuild,run] [-- -n 3]`: Peel beside the peers that this machine has and a physical floor, on the same bytes in
// one run. Only the ratios mean something: the machine and its load are the same for all.
import * as fs from 'node:fs'
import * as os from 'node:os'
import * as path from 'node:path'
import { parseArgs } from 'node:util'
import { benchRegistry } from './registry.ts'
import { type Command, run, sh, time } from './shell.ts'
import { buildah, docker, installPeel, peel, type Tool } from './tools.ts'
import { openVolume } from './volume.ts'
import { baseName, makeWorkloads, type Workload } from './workloads.ts'

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    tools: { type: 'string' },
    n: { type: 'string', short: 'n', default: '3' },
  },
})

const repository = path.join(import.meta.dirname, '..')
const directory = process.env.PEEL_BENCH_DIR ?? path.join(os.tmpdir(), 'peel-bench')
fs.mkdirSync(directory, { recursive: true })
using volume = openVolume(path.join(directory, 'volume'))
const program = installPeel(repository, directory)
const base = makeBase()
const workloads = makeWorkloads(directory, (command) => run(command)).filter(
  ({ id }) => options.only === undefined || options.only.split(',').includes(id),
)
const tools = [peel(program, volume), docker(), buildah(volume)].filter(
  (tool): tool is Tool =>
    tool !== undefined &&
    (options.tools === undefined || options.tools.split(',').some((name) => tool.name.startsWith(name))),
)

console.log(
  `${os.cpus().length} cores, ${os.release()}, stores on an ${volume.kind}; median [least–most] of ${options.n} runs each\n`,
)
for (const workload of workloads) report(workload)
if (options.only === undefined || options.only.split(',').includes('registry'))
  await benchRegistry(program, { directory, volume, repetitions: Number(options.n) })
for (const tool of tools) tool.close()

function report(workload: Workload): void {
  console.log(`${workload.name}`)
  run(workload.floor)
  const floor = repeat(() => time(workload.floor))
  const command = (tool: Tool) =>
    workload.command === undefined ? tool.build(workload.build) : workload.command(tool)
  const times = tools
    .filter((tool) => command(tool) !== undefined)
    .map((tool) => ({
      tool,
      seconds: repeat((repetition) => {
        workload.prepare(tool, base, repetition)
        return time(command(tool) as Command)
      }),
    }))
  const row = (name: string, seconds: readonly number[], note: string): void =>
    console.log(
      `  ${name.padEnd(18)} ${print(seconds)}  ${(median(seconds) / median(floor)).toFixed(1).padStart(6)} x floor  ${note}`,
    )
  row('floor', floor, workload.floorName)
  const own = times.find(({ tool }) => tool.name === 'peel')
  const peers = times.filter(({ tool }) => tool.name !== 'peel')
  for (const { tool, seconds } of times) row(tool.name, seconds, '')
  if (own !== undefined && peers.length > 0) {
    const best = Math.min(...peers.map(({ seconds }) => median(seconds)))
    const ratio = median(own.seconds) / best
    console.log(
      `  ${ratio.toFixed(3)} of the best peer; target ${workload.target}: ${ratio <= workload.target ? 'met' : 'MISSED'}`,
    )
  }
  console.log('')
}

function repeat(measure: (repetition: number) => number): number[] {
  return Array.from({ length: Number(options.n) }, (_, repetition) => measure(repetition)).sort(
    (a, b) => a - b,
  )
}

function median(sorted: readonly number[]): number {
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN
}

function print(sorted: readonly number[]): string {
  const [least = 0, most = 0] = [sorted[0], sorted.at(-1)]
  return `${seconds(median(sorted)).padStart(8)} [${seconds(least)}–${seconds(most)}]`
}

function seconds(value: number): string {
  return value < 1 ? `${Math.round(value * 1000)} ms` : `${value.toFixed(2)} s`
}

/** A busybox root as an archive that every tool loads. */
function makeBase(): string {
  const archive = path.join(directory, 'base.tar')
  const root = path.join(directory, 'root')
  fs.rmSync(root, { recursive: true, force: true })
  for (const name of ['bin', 'dev', 'etc', 'proc', 'sys', 'tmp', 'root'])
    fs.mkdirSync(path.join(root, name), { recursive: true })
  fs.copyFileSync('/bin/busybox', path.join(root, 'bin/busybox'))
  for (const applet of run({ argv: ['/bin/busybox', '--list'] })
    .trim()
    .split('\n'))
    if (applet !== 'busybox') fs.symlinkSync('busybox', path.join(root, 'bin', applet))
  fs.writeFileSync(path.join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n')
  fs.writeFileSync(path.join(root, 'etc/group'), 'root:x:0:\n')
  const env = { PEEL_ROOT: path.join(directory, 'base-store') }
  const command = (args: string) => ({
    ...sh(`tar -C ${root} -cf - . | ${program} import -c 'CMD ["sh"]' - ${baseName} && ${args}`),
    env,
  })
  run(command(`${program} save -o ${archive} ${baseName}`))
  fs.rmSync(env.PEEL_ROOT, { recursive: true, force: true })
  return archive
}
