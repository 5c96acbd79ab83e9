// The system's git, run so that nothing but its arguments decides what it does: no configuration of the user or the machine, no hooks, no
// prompts, only transports that leave the machine, and credentials in the environment instead of in the list of processes.
import { spawn } from 'node:child_process'
import { type Context, Fault } from '../../core/index.ts'

export interface GitAccess {
  /** The value of an `Authorization` header for the repository, where a secret gave one. */
  readonly authorization?: string | undefined
  /** The URLs it may be sent to: those that begin with this. */
  readonly authorizedPrefix?: string | undefined
  /** Where an ssh agent listens, for `git@…` and ssh://; without one no key is offered. */
  readonly agentSocket?: string | undefined
}

export interface Git {
  /** What the command wrote to its standard output. Faults with `git.failed`, or `git.missing` where there is no git. */
  run(...args: readonly string[]): Promise<string>
}

/** Settings that a repository or a server must not be able to change (git-config(1)). */
const settings: readonly (readonly [string, string])[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.autocrlf', 'false'],
  ['core.symlinks', 'true'],
  ['credential.helper', ''],
  ['protocol.allow', 'never'],
  ['protocol.http.allow', 'always'],
  ['protocol.https.allow', 'always'],
  ['protocol.ssh.allow', 'always'],
  ['protocol.git.allow', 'always'],
  ['init.defaultBranch', 'master'],
  ['advice.detachedHead', 'false'],
  ['gc.auto', '0'],
]

const proxies = ['http_proxy', 'https_proxy', 'no_proxy', 'all_proxy']

/** Git in a directory. `env`: the variables of this process, of which only PATH and proxies are handed on. */
export function openGit(
  directory: string,
  options: { readonly access: GitAccess; readonly env: Readonly<Record<string, string | undefined>> },
  ctx: Context,
): Git {
  const env = environment(options.access, options.env)
  return {
    run: (...args) =>
      new Promise((resolve, reject) => {
        const child = spawn('git', args, {
          cwd: directory,
          env,
          stdio: ['ignore', 'pipe', 'pipe'],
          signal: ctx.signal,
        })
        let [out, err] = ['', '']
        child.stdout.setEncoding('utf8').on('data', (text: string) => {
          out += text
        })
        child.stderr.setEncoding('utf8').on('data', (text: string) => {
          err += text
        })
        child.once('error', (cause: NodeJS.ErrnoException) => {
          if (cause.code !== 'ENOENT') return reject(cause)
          const hint = 'install it: apt-get install git'
          reject(
            new Fault('git.missing', 'there is no git program to fetch a repository with', { hint, cause }),
          )
        })
        child.once('close', (status) => {
          if (status === 0) return resolve(out)
          const said = withoutCredentials(err.trim() || `git ${args[0]} ended with status ${status}`)
          reject(new Fault('git.failed', `git ${args[0]}: ${said}`, { hint: hintFor(said) }))
        })
      }),
  }
}

function environment(
  access: GitAccess,
  own: Readonly<Record<string, string | undefined>>,
): NodeJS.ProcessEnv {
  const { authorization, authorizedPrefix, agentSocket } = access
  const all =
    authorization === undefined
      ? settings
      : [
          ...settings,
          [`http.${authorizedPrefix}.extraHeader`, `Authorization: ${authorization}`] as const,
          // git sends the header to wherever it was redirected, too
          ['http.followRedirects', 'false'] as const,
        ]
  const ssh = ['ssh', '-F', '/dev/null', '-o', 'BatchMode=yes', '-o', 'IdentityFile=none']
  ssh.push('-o', `IdentityAgent=${agentSocket ?? 'none'}`)
  return {
    PATH: own.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    LC_ALL: 'C',
    HOME: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '/bin/false',
    GIT_SSH_COMMAND: ssh.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' '),
    GIT_CONFIG_COUNT: String(all.length),
    ...Object.fromEntries(
      all.flatMap(([key, value], i) => [
        [`GIT_CONFIG_KEY_${i}`, key],
        [`GIT_CONFIG_VALUE_${i}`, value],
      ]),
    ),
    ...Object.fromEntries(
      [...proxies, ...proxies.map((name) => name.toUpperCase())].flatMap((name) =>
        own[name] === undefined ? [] : [[name, own[name]]],
      ),
    ),
  }
}

function hintFor(said: string): string | undefined {
  if (
    /could not read (?:Username|Password)|Authentication failed|HTTP Basic|returned error: 40[13]/.test(said)
  )
    return 'for a private repository give a secret: --secret id=GIT_AUTH_TOKEN,env=NAME'
  if (/returned error: 30\d/.test(said))
    return 'the repository has moved, and credentials are not sent on: give its new address'
  if (/Permission denied \(publickey/.test(said))
    return 'forward an ssh agent that has the key: --ssh default'
  if (/Host key verification failed/.test(said))
    return 'the host is not in ~/.ssh/known_hosts; add it with ssh-keyscan after checking its key'
  return undefined
}

/** The text with the user part of its URLs struck out. */
export function withoutCredentials(text: string): string {
  return text.replace(/([a-z]+:\/\/)[^/@\s']+@/gi, '$1xxxxx@')
}
