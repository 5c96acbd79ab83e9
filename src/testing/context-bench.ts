// Builds from contexts of every kind in a store of their own, and what is then in the image.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs'
import * as http from 'node:http'
import type { AddressInfo } from 'node:net'
import * as os from 'node:os'
import * as path from 'node:path'
import type { TestContext } from 'node:test'
import { isFault, silent, toRootPath } from '../core/index.ts'
import { type BuildOptions, type Engine, openEngine } from '../engine/index.ts'
import { resolvePath } from '../layer/index.ts'
import { openStore, type Store } from '../store/index.ts'

/** Files of an image by their paths. */
export interface Seen {
  text(name: string): string | undefined
  mode(name: string): string | undefined
  owner(name: string): string | undefined
}

type Files = Readonly<Record<string, string>>

export interface ContextBench extends Disposable {
  readonly home: string
  readonly engine: Engine
  readonly store: Store
  /** Writes a directory below `home`. */
  directory(files: Files): string
  tarOf(files: Files): Buffer
  /** Without a context of its own unless `options` has one. */
  build(options: Partial<BuildOptions>): Promise<Seen>
  named(contexts: Readonly<Record<string, string>>, text: string): Promise<Seen>
}

/** `env` is the engine's environment besides PATH. */
export function openContextBench(env: Readonly<Record<string, string>> = {}): ContextBench {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-contexts-'))
  const engine = openEngine({ root: path.join(home, 'store'), env: { PATH: process.env.PATH, ...env } })
  const store = openStore(path.join(home, 'store'))
  let made = 0
  const directory = (files: Files): string => {
    const at = path.join(home, `d${++made}`)
    fs.mkdirSync(at)
    for (const [name, text] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(path.join(at, name)), { recursive: true })
      fs.writeFileSync(path.join(at, name), text)
    }
    return at
  }
  const build = async (options: Partial<BuildOptions>): Promise<Seen> => {
    const result = await engine.build({ context: { kind: 'empty' }, ...options }, silent)
    const stack = store.layers.stack(store.images.get(result.manifest).layers)
    const find = (name: string) => stack.lookup(resolvePath(stack, toRootPath(name), 'all'))?.node
    return {
      text(name) {
        const node = find(name)
        return node?.kind === 'file' ? Buffer.from(stack.read(node, 1 << 20)).toString() : undefined
      },
      mode: (name) => find(name)?.meta.mode.toString(8),
      owner: (name) => {
        const meta = find(name)?.meta
        return meta === undefined ? undefined : `${meta.uid}:${meta.gid}`
      },
    }
  }
  return {
    home,
    engine,
    store,
    directory,
    tarOf: (files) =>
      execFileSync('tar', ['-C', directory(files), '--owner=u:12', '--group=g:34', '-c', '.'], {
        maxBuffer: 1 << 24,
      }),
    build,
    named: (contexts, text) => build({ ...dockerfile(text), contexts }),
    [Symbol.dispose]() {
      store.close()
      engine[Symbol.dispose]()
      fs.rmSync(home, { recursive: true, force: true })
    },
  }
}

export const dockerfile = (text: string) =>
  ({ dockerfile: { kind: 'text', text, name: 'Dockerfile' } }) as const

/** For `assert.rejects`. */
export const faults = (code: string, message: RegExp) => (thrown: unknown) => {
  assert.ok(isFault(thrown), String(thrown))
  assert.equal(thrown.code, code, thrown.message)
  assert.match(thrown.message, message)
  return true
}

/** A server of some files until the test ends; `seen` are the headers of requests. */
export async function serve(
  t: TestContext,
  files: Readonly<Record<string, string | Buffer>>,
  headers: Record<string, string> = {},
): Promise<{ readonly url: string; readonly seen: http.IncomingHttpHeaders[] }> {
  const seen: http.IncomingHttpHeaders[] = []
  const server = http.createServer((request, response) => {
    seen.push(request.headers)
    const body = files[request.url ?? '']
    if (body === undefined) response.writeHead(404).end()
    else response.writeHead(200, headers).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}
