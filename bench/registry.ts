// Pushing and pulling beside the peers that are here, against Debian's registry on this machine: an image of twelve layers, cold, again,
// and a sibling that differs in the last layer. Where a peer unpacks what it pulls, that is part of its time, as it is of its users'.
import { spawn } from 'node:child_process'
import { randomFillSync } from 'node:crypto'
import * as fs from 'node:fs'
import * as path from 'node:path'
import { type Command, has, run, sh, time } from './shell.ts'
import { findBuildah, findDocker, forgetImages } from './tools.ts'
import type { Volume } from './volume.ts'

const host = '127.0.0.1:5973'
const layers = 12
const layerSize = 8 << 20

/** A program that brings images into a registry and out of it. */
interface Carrier {
  readonly name: string
  /** Forgets all images. */
  fresh(): void
  /** Takes the two images in, from archives of docker's form. */
  load(archives: Readonly<Record<string, string>>): void
  push(tag: string): Command
  pull(tag: string): Command
}

/** Prints a table; `program` is the installed Peel. Says so and does nothing where there is no registry program. */
export async function benchRegistry(
  program: string,
  {
    directory,
    volume,
    repetitions,
  }: { readonly directory: string; readonly volume: Volume; readonly repetitions: number },
): Promise<void> {
  if (!has('docker-registry')) return console.log('registry: needs docker-registry\n')
  const archives = makeImages(program, directory)
  const carriers = [peel(program, volume), skopeo(volume), docker(), buildah(volume)].filter(
    (one) => one !== undefined,
  )
  console.log(
    `an image of ${layers} layers, ${(layers * layerSize) >> 20} MiB, to and from a registry on this machine; seconds`,
  )
  console.log(
    `  ${''.padEnd(10)}${['push cold', 'push again', 'pull cold', 'pull sibling'].map((one) => one.padStart(14)).join('')}`,
  )
  for (const carrier of carriers) {
    const rows: number[][] = []
    for (let i = 0; i < repetitions; i++) rows.push(await once(carrier, directory, archives))
    const cells = [0, 1, 2, 3].map((column) =>
      median(rows.map((row) => row[column]!))
        .toFixed(2)
        .padStart(14),
    )
    console.log(`  ${carrier.name.padEnd(10)}${cells.join('')}`)
  }
  console.log('')
}

async function once(
  carrier: Carrier,
  directory: string,
  archives: Readonly<Record<string, string>>,
): Promise<number[]> {
  const registry = await openRegistry(path.join(directory, 'registry'))
  try {
    carrier.fresh()
    carrier.load(archives)
    const pushed = [time(carrier.push('one')), time(carrier.push('one'))]
    run(carrier.push('two'))
    carrier.fresh()
    return [...pushed, time(carrier.pull('one')), time(carrier.pull('two'))]
  } finally {
    registry.close()
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)]!
}

/** Two images that share all layers but the last, half of each layer text and half noise. */
function makeImages(program: string, directory: string): Readonly<Record<string, string>> {
  const context = path.join(directory, 'registry-context')
  fs.rmSync(context, { recursive: true, force: true })
  fs.mkdirSync(context, { recursive: true })
  const text = Buffer.from(
    'import stream from layer; export const digest = index + entry;\n'.repeat(layerSize >> 7),
  )
  for (let i = 0; i <= layers; i++) {
    const half = layerSize / 2
    fs.writeFileSync(
      path.join(context, `f${i}`),
      Buffer.concat([randomFillSync(Buffer.alloc(half)), text.subarray(0, half)]),
    )
  }
  const env = { PEEL_ROOT: path.join(directory, 'registry-store') }
  const shared = Array.from({ length: layers - 1 }, (_, i) => `COPY f${i} /\n`).join('')
  const archives: Record<string, string> = {}
  for (const [tag, last] of [
    ['one', layers - 1],
    ['two', layers],
  ] as const) {
    const name = `${host}/bench:${tag}`
    fs.writeFileSync(path.join(context, 'Dockerfile'), `FROM scratch\n${shared}COPY f${last} /\nCMD ["sh"]\n`)
    archives[tag] = path.join(directory, `${tag}.tar`)
    run({ argv: [program, 'build', '-q', '-t', name, context], env })
    run({ argv: [program, 'save', '-o', archives[tag]!, name], env })
  }
  fs.rmSync(env.PEEL_ROOT, { recursive: true, force: true })
  return archives
}

/** Starts with nothing in it. */
async function openRegistry(directory: string): Promise<{ close(): void }> {
  fs.rmSync(directory, { recursive: true, force: true })
  fs.mkdirSync(directory, { recursive: true })
  const file = path.join(directory, 'config.yml')
  const storage = { filesystem: { rootdirectory: path.join(directory, 'data') } }
  const configuration = {
    version: '0.1',
    log: { level: 'error', accesslog: { disabled: true } },
    storage,
    http: { addr: host },
  }
  fs.writeFileSync(file, JSON.stringify(configuration))
  const child = spawn('docker-registry', ['serve', file], {
    stdio: 'ignore',
    env: { ...process.env, OTEL_TRACES_EXPORTER: 'none' },
  })
  run(
    sh(`for i in $(seq 100); do curl -fs http://${host}/v2/ > /dev/null && exit 0; sleep 0.1; done; exit 1`),
  )
  return { close: () => void child.kill() }
}

function peel(program: string, volume: Volume): Carrier {
  const env = { PEEL_ROOT: path.join(volume.path, 'peel') }
  const command = (...args: readonly string[]): Command => ({ argv: [program, ...args], env })
  return {
    name: 'peel',
    fresh: () => volume.fresh(),
    load: (archives) =>
      Object.values(archives).forEach((file) => void run(command('load', '-q', '-i', file))),
    push: (tag) => command('push', '-q', `${host}/bench:${tag}`),
    pull: (tag) => command('pull', '-q', `${host}/bench:${tag}`),
  }
}

/** It has no store: it pushes from the archive and pulls into an OCI layout, unpacking nothing. */
function skopeo(volume: Volume): Carrier | undefined {
  if (!has('skopeo')) return undefined
  let archives: Readonly<Record<string, string>> = {}
  const command = (...args: readonly string[]): Command => ({ argv: ['skopeo', 'copy', '-q', ...args] })
  return {
    name: 'skopeo',
    fresh: () => volume.fresh(),
    load(given) {
      archives = given
    },
    push: (tag) =>
      command('--dest-tls-verify=false', `docker-archive:${archives[tag]}`, `docker://${host}/bench:${tag}`),
    pull: (tag) =>
      command('--src-tls-verify=false', `docker://${host}/bench:${tag}`, `oci:${volume.path}/layout:${tag}`),
  }
}

function buildah(volume: Volume): Carrier | undefined {
  const found = findBuildah(volume)
  if (found === undefined) return undefined
  const { command, fresh } = found
  return {
    name: 'buildah',
    fresh,
    load: (archives) =>
      Object.values(archives).forEach((file) => void run(command('pull', '-q', `docker-archive:${file}`))),
    push: (tag) => command('push', '-q', '--tls-verify=false', `${host}/bench:${tag}`),
    pull: (tag) => command('pull', '-q', '--tls-verify=false', `${host}/bench:${tag}`),
  }
}

/** It unpacks what it pulls, and its store is where its daemon has it. */
function docker(): Carrier | undefined {
  const command = findDocker()
  if (command === undefined) return undefined
  return {
    name: 'docker',
    fresh: () => forgetImages(command, [`${host}/bench:one`, `${host}/bench:two`]),
    load: (archives) =>
      Object.values(archives).forEach((file) => void run(command('load', '-q', '-i', file))),
    push: (tag) => command('push', '-q', `${host}/bench:${tag}`),
    pull: (tag) => command('pull', '-q', `${host}/bench:${tag}`),
  }
}
