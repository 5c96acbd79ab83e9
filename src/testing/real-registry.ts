// Debian's docker-registry on a free port of 127.0.0.1, open, or with users by htpasswd, or with a token server of the test's.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface RealRegistry extends AsyncDisposable {
  readonly host: string
}

export interface RealAuth {
  /** The `auth` section of its configuration. */
  readonly auth?: object
}

/** Why there can be none here; `undefined` where there can. */
export function realRegistryMissing(): string | undefined {
  return spawnSync('docker-registry', ['--version']).status === 0 ? undefined : 'needs docker-registry'
}

export async function openRealRegistry({ auth }: RealAuth = {}): Promise<RealRegistry> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-registry-'))
  const host = `127.0.0.1:${await freePort()}`
  const configuration = {
    version: '0.1',
    log: { level: 'error', accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: path.join(directory, 'data') },
      delete: { enabled: true },
      maintenance: { uploadpurging: { enabled: false } },
    },
    http: { addr: host, secret: 'test' },
    ...(auth === undefined ? {} : { auth }),
  }
  const file = path.join(directory, 'config.yml')
  // JSON is YAML.
  fs.writeFileSync(file, JSON.stringify(configuration))
  const child = spawn('docker-registry', ['serve', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, OTEL_TRACES_EXPORTER: 'none' },
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  try {
    await answers(child, host)
  } catch {
    child.kill()
    throw new Error(`docker-registry does not start: ${said.slice(-500)}`)
  }
  return {
    host,
    async [Symbol.asyncDispose]() {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill()
      await gone
      fs.rmSync(directory, { recursive: true, force: true })
    },
  }
}

async function answers(child: ChildProcess, host: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null) throw new Error('it ended')
    const status = await fetch(`http://${host}/v2/`).then(
      (response) => response.status,
      () => 0,
    )
    if (status === 200 || status === 401) return
    await sleep(50)
  }
  throw new Error('it does not answer')
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
