// Machines that share nothing but a registry: an engine and a store each, and copies of one context whose files have other times. What
// they read of the registry is counted on the way.
import fs from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import type { Event } from '../../src/core/index.ts'
import { type BuildOptions, type BuildResult, type Engine, openEngine } from '../../src/engine/index.ts'
import { openRealRegistry, realRegistryMissing } from '../../src/testing/real-registry.ts'
import { baseMissing, baseTar } from '../conformance/build-base.ts'

export interface Machine {
  readonly engine: Engine
  /** The store's directory. */
  readonly root: string
  /** Its copy of the context. */
  readonly context: string
  build(options?: Partial<BuildOptions>): Promise<Built>
}

export interface Built extends BuildResult {
  /** `hit`, or why not, one a step in the order of stages and numbers. */
  readonly verdicts: readonly string[]
  readonly events: readonly Event[]
  /** Bytes that came from the registry. */
  readonly read: number
  /** The texts of warnings about caches. */
  readonly told: readonly string[]
}

export interface Place {
  /** Of the registry, by way of what counts. */
  readonly host: string
  readonly folder: string
  machine(name: string, files: Readonly<Record<string, string>>): Machine
}

/** Why there can be none here; `undefined` where there can. */
export function machinesMissing(): string | undefined {
  return process.getuid?.() !== 0 ? 'RUN needs root' : (baseMissing() ?? realRegistryMissing())
}

/** A registry with `base:1` in it. */
export async function openPlace(t: TestContext): Promise<Place> {
  const registry = await openRealRegistry()
  const proxy = await openCounter(registry.host)
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-'))
  const engines: Engine[] = []
  t.after(async () => {
    for (const engine of engines) engine[Symbol.dispose]()
    await proxy[Symbol.asyncDispose]()
    await registry[Symbol.asyncDispose]()
    fs.rmSync(folder, { recursive: true, force: true })
  })
  const open = (root: string): Engine => {
    const engine = openEngine({ root, env: { ...process.env, DOCKER_CONFIG: folder } })
    engines.push(engine)
    return engine
  }
  const seed = open(path.join(folder, 'seed'))
  fs.writeFileSync(path.join(folder, 'base.tar'), baseTar())
  const ctx = contextOf([])
  await seed.import({ source: path.join(folder, 'base.tar'), tag: `${proxy.host}/base:1` }, ctx)
  await seed.push([`${proxy.host}/base:1`], {}, ctx)
  return {
    host: proxy.host,
    folder,
    machine(name, files) {
      const root = path.join(folder, name, 'store')
      const context = path.join(folder, name, 'context')
      for (const [file, text] of Object.entries(files)) {
        const target = path.join(context, file)
        fs.mkdirSync(path.dirname(target), { recursive: true })
        fs.writeFileSync(target, text)
        const time = 1e9 + Math.random() * 1e8
        fs.utimesSync(target, time, time)
      }
      const engine = open(root)
      const build = async (options: Partial<BuildOptions> = {}): Promise<Built> => {
        const events: Event[] = []
        const before = proxy.read()
        const given = { context: { kind: 'directory', path: context }, ...options } as const
        const result = await engine.build(given, contextOf(events))
        const steps = [...result.steps].sort((a, b) => (a.task < b.task ? -1 : 1))
        const verdicts = steps.map(({ outcome, reason }) =>
          outcome === 'reused' ? 'hit' : (reason ?? 'new'),
        )
        const told = result.warnings.flatMap(({ code, message }) =>
          code.startsWith('cache.') ? [message] : [],
        )
        return { ...result, verdicts, events, read: proxy.read() - before, told }
      }
      return { engine, root, context, build }
    },
  }
}

function contextOf(events: Event[]) {
  return { signal: new AbortController().signal, emit: (event: Event) => void events.push(event) }
}

interface Counter extends AsyncDisposable {
  readonly host: string
  /** Bytes handed back to clients so far. */
  read(): number
}

async function openCounter(host: string): Promise<Counter> {
  const [address, port] = host.split(':') as [string, string]
  const sockets = new Set<net.Socket>()
  let read = 0
  const server = net.createServer((client) => {
    const upstream = net.connect(Number(port), address)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        client.destroy()
        upstream.destroy()
        sockets.delete(socket)
      })
    }
    upstream.on('data', (chunk: Buffer) => {
      read += chunk.length
    })
    client.pipe(upstream)
    upstream.pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    read: () => read,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
