// A socket that speaks for an ssh agent and lets through only what using keys takes: listing them and signing. A command of a Dockerfile can
// neither add keys, remove them nor lock the agent (draft-miller-ssh-agent, section 6.1 has the numbers).
import * as fs from 'node:fs'
import * as net from 'node:net'
import * as path from 'node:path'
import { Fault } from '../../core/index.ts'

const allowed: ReadonlySet<number> = new Set([11, 13, 27])
const refusal = Buffer.from([0, 0, 0, 1, 5])
const largest = 256 * 1024

export interface AgentSocket extends AsyncDisposable {
  readonly path: string
}

/** Listens at `directory/name`, owned and moded as asked, and passes requests on to the agent at `upstream`. */
export async function forwardAgent(
  upstream: string,
  at: { readonly directory: string; readonly uid: number; readonly gid: number; readonly mode: number },
): Promise<AgentSocket> {
  const socket = path.join(at.directory, 'agent')
  const open = new Set<net.Socket>()
  const server = net.createServer((client) => {
    const agent = net.connect(shortPath(upstream))
    for (const end of [client, agent]) {
      open.add(end)
      end.on('error', () => {})
      end.on('close', () => {
        open.delete(end)
        client.destroy()
        agent.destroy()
      })
    }
    filter(client, agent)
    agent.pipe(client)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new Fault('ssh.missing', `cannot forward the ssh agent: ${cause.message}`, { cause })),
    )
    server.listen(shortPath(socket), resolve)
  })
  fs.chmodSync(socket, at.mode)
  if (process.getuid?.() === 0) fs.chownSync(socket, at.uid, at.gid)
  return {
    path: socket,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        for (const end of open) end.destroy()
        server.close(() => resolve())
      }),
  }
}

function filter(client: net.Socket, agent: net.Socket): void {
  let waiting = Buffer.alloc(0)
  client.on('data', (chunk) => {
    waiting = Buffer.concat([waiting, Buffer.from(chunk)])
    while (waiting.length >= 5) {
      const end = 4 + waiting.readUInt32BE(0)
      if (end > largest) return void client.destroy()
      if (waiting.length < end) return
      const message = waiting.subarray(0, end)
      waiting = waiting.subarray(end)
      if (allowed.has(message[4] ?? 0)) agent.write(message)
      else client.write(refusal)
    }
  })
}

const directories = new Map<string, number>()

/** A name of the socket that is short enough for the 108 bytes of sockaddr_un: the directory is named by a descriptor of it. */
export function shortPath(socket: string): string {
  if (Buffer.byteLength(socket) < 100) return socket
  const directory = path.dirname(socket)
  const fd = directories.get(directory) ?? fs.openSync(directory, fs.constants.O_RDONLY)
  directories.set(directory, fd)
  return `/proc/${process.pid}/fd/${fd}/${path.basename(socket)}`
}
