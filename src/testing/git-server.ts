// A git repository behind HTTP on this machine: by git's own http-backend, or as plain files (`dumb`), which clients must know to fetch
// without shallow copies.
import { execFileSync, spawn } from 'node:child_process'
import * as fs from 'node:fs'
import * as http from 'node:http'
import type { AddressInfo } from 'node:net'
import * as path from 'node:path'

export interface Repository {
  /** The directory whose files are committed; a repository with a work tree. */
  readonly directory: string
  /** Runs git in it and answers what it printed. */
  git(...args: readonly string[]): string
  /** Writes files (text by path) and commits them; answers the commit. */
  commit(files: Readonly<Record<string, string>>, message?: string): string
}

const identity = {
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_COMMITTER_NAME: 'c',
  GIT_COMMITTER_EMAIL: 'c@example.com',
  GIT_AUTHOR_DATE: '2024-05-06T07:08:09Z',
  GIT_COMMITTER_DATE: '2024-05-06T07:08:09Z',
}

/** Makes an empty repository with the branch `main`. */
export function makeRepository(directory: string): Repository {
  fs.mkdirSync(directory, { recursive: true })
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-c', 'protocol.file.allow=always', ...args], {
      cwd: directory,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH ?? '', HOME: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', ...identity },
    }).trim()
  git('init', '--quiet', '--initial-branch=main', '.')
  return {
    directory,
    git,
    commit(files, message = 'change') {
      for (const [name, text] of Object.entries(files)) {
        const file = path.join(directory, name)
        fs.mkdirSync(path.dirname(file), { recursive: true })
        fs.writeFileSync(file, text)
      }
      git('add', '--all')
      git('commit', '--quiet', '--allow-empty', '-m', message)
      return git('rev-parse', 'HEAD')
    },
  }
}

export interface GitServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`; `/name/.git` below it is the repository of the directory `name`. */
  readonly url: string
  /** The `Authorization` header of each request. */
  readonly authorizations: readonly (string | undefined)[]
}

/** Serves the repositories below `root`. With `secret` every request must carry that `Authorization`. */
export async function serveGit(
  root: string,
  options: { readonly kind: 'smart' | 'dumb'; readonly secret?: string },
): Promise<GitServer> {
  const authorizations: (string | undefined)[] = []
  const server = http.createServer((request, response) => {
    authorizations.push(request.headers.authorization)
    if (options.secret !== undefined && request.headers.authorization !== options.secret) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
      return
    }
    if (options.kind === 'smart') backend(root, request, response)
    else plainFile(root, request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    authorizations,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

/** CGI (RFC 3875) as far as git's http-backend needs it. */
function backend(root: string, request: http.IncomingMessage, response: http.ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://host')
  const child = spawn('git', ['http-backend'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      PATH: process.env.PATH ?? '',
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
    },
  })
  request.pipe(child.stdin)
  child.stdin.on('error', () => {})
  let head = Buffer.alloc(0)
  let began = false
  child.stdout.on('data', (chunk: Buffer) => {
    if (began) {
      response.write(chunk)
      return
    }
    head = Buffer.concat([head, chunk])
    const end = head.indexOf('\r\n\r\n')
    if (end < 0) return
    began = true
    const lines = head.subarray(0, end).toString().split('\r\n')
    const headers = lines.map((line) => line.split(/:\s*/, 2) as [string, string])
    const status = headers.find(([name]) => name.toLowerCase() === 'status')?.[1]
    response.writeHead(
      Number.parseInt(status ?? '200', 10),
      Object.fromEntries(headers.filter(([name]) => name.toLowerCase() !== 'status')),
    )
    response.write(head.subarray(end + 4))
  })
  child.on('close', () => response.end())
}

function plainFile(root: string, request: http.IncomingMessage, response: http.ServerResponse): void {
  const file = path.join(root, path.posix.normalize(new URL(request.url ?? '/', 'http://host').pathname))
  if (!fs.statSync(file, { throwIfNoEntry: false })?.isFile()) {
    response.writeHead(404).end()
    return
  }
  response.writeHead(200).end(fs.readFileSync(file))
}
