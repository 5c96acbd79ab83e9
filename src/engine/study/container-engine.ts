// Images of a running engine that speaks docker's API: docker's own, or podman's. It sends them as an archive.
import * as fs from 'node:fs'
import * as http from 'node:http'
import { type Context, Fault, readAtMost } from '../../core/index.ts'
import type { Rooms } from '../workshop.ts'

export interface ContainerEngine {
  readonly name: 'docker' | 'podman'
  readonly at: { readonly socketPath: string } | { readonly host: string; readonly port: number }
}

/** Where the engine listens: `host` or DOCKER_HOST (`unix://…`, `tcp://…`), else its usual sockets. Faults with `engine.unreachable`. */
export function findEngine(
  name: 'docker' | 'podman',
  host: string | undefined,
  env: Rooms['env'],
): ContainerEngine {
  const given = host ?? (name === 'docker' ? env.DOCKER_HOST : env.CONTAINER_HOST)
  if (given !== undefined && given !== '') {
    if (given.startsWith('unix://')) return { name, at: { socketPath: given.slice('unix://'.length) } }
    const url = /^(?:tcp|http):\/\/([^:/]+)(?::(\d+))?\/?$/.exec(given)
    if (url !== null) return { name, at: { host: url[1]!, port: Number(url[2] ?? 2375) } }
    throw new Fault('engine.unreachable', `${given} is no address of ${name} that Peel can use`, {
      hint: 'unix:///path/to/socket and tcp://host:port can be used',
    })
  }
  const sockets =
    name === 'docker'
      ? ['/var/run/docker.sock', ...(env.HOME === undefined ? [] : [`${env.HOME}/.docker/run/docker.sock`])]
      : [
          ...(env.XDG_RUNTIME_DIR === undefined ? [] : [`${env.XDG_RUNTIME_DIR}/podman/podman.sock`]),
          '/run/podman/podman.sock',
        ]
  const socketPath = sockets.find((path) => fs.existsSync(path))
  if (socketPath !== undefined) return { name, at: { socketPath } }
  throw new Fault('engine.unreachable', `${name} is not running here: there is no ${sockets.join(' or ')}`, {
    hint: name === 'podman' ? 'podman system service makes the socket' : 'DOCKER_HOST says where it listens',
  })
}

/** The image as an archive; begins a new request each time. Faults with `engine.unreachable` or `image.missing`. */
export async function imageOfEngine(
  engine: ContainerEngine,
  image: string,
  ctx: Context,
): Promise<AsyncIterable<Uint8Array>> {
  const path = `/images/${encodeURIComponent(image)}/get`
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    const request = http.get(
      { ...engine.at, path, signal: ctx.signal, headers: { host: 'localhost' } },
      resolve,
    )
    request.on('error', (cause) => {
      ctx.signal.aborted
        ? reject(ctx.signal.reason)
        : reject(
            new Fault('engine.unreachable', `${engine.name} cannot be reached: ${cause.message}`, { cause }),
          )
    })
  })
  if (response.statusCode === 200) return response
  const body = await readAtMost(response, refusalLimit)
  const message =
    body === undefined
      ? `it answers ${response.statusCode} and more than ${refusalLimit >> 10} KiB of words`
      : messageOf(body.toString('utf8'))
  throw response.statusCode === 404
    ? new Fault('image.missing', `${engine.name} has no image ${image}: ${message}`)
    : new Fault('engine.refused', `${engine.name} does not give ${image}: ${message}`)
}

/** More than an engine says in earnest. */
const refusalLimit = 64 << 10

function messageOf(body: string): string {
  try {
    const { message } = JSON.parse(body) as { message?: unknown }
    if (typeof message === 'string') return message
  } catch {
    // Not JSON: said as it is.
  }
  return body.trim()
}
