// `peel login`: docker's flags, questions and words. The password is taken from standard input or asked for; nothing ever prints it.
import { Fault, isFault } from '../../core/index.ts'
import type { Engine, LoggedIn } from '../../engine/index.ts'
import { defineCommand } from '../command.ts'
import { ask } from '../prompt.ts'
import type { Shell } from '../shell.ts'

export default defineCommand({
  name: 'login',
  summary: 'Log in to a registry',
  usage: '[SERVER]',
  flags: {
    username: { kind: 'text', short: 'u', value: 'string', about: 'Username' },
    password: {
      kind: 'text',
      short: 'p',
      value: 'string',
      about: 'Password or access token; - reads it from STDIN',
    },
    'password-stdin': { kind: 'switch', about: 'Take the password from STDIN' },
  },
  words: { min: 0, max: 1 },
  async run({ flags, words }, shell) {
    const [server] = words
    const { username, password } = flags
    const fromInput = flags['password-stdin'] || password === '-'
    checkFlags(username, password, fromInput)
    if (password !== undefined && password !== '-')
      shell.err.write('WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n')
    const engine = await shell.engine()
    const ctx = { signal: shell.signal, emit: () => {} }
    if (username === undefined && password === undefined) {
      const kept = await withKept(engine, server, shell)
      if (kept !== undefined) return succeeded(kept, shell)
    }
    const secret = fromInput ? readSecret(shell.input.text()) : password
    if ((username === undefined || secret === undefined) && !shell.input.terminal)
      throw new Fault('usage.invalid', 'cannot perform an interactive login from a non-TTY device', {
        hint: 'Give --username and --password-stdin.',
      })
    const who = username ?? (await ask(shell, 'Username: ', 'shown')).trim()
    if (who === '') throw new Fault('usage.invalid', 'username is empty')
    const given = secret ?? (await ask(shell, 'Password: ', 'hidden'))
    if (given.trim() === '') throw new Fault('usage.invalid', 'password is empty')
    const loggedIn = await engine.login(server, { username: who, password: given }, ctx)
    return succeeded(loggedIn!, shell)
  },
})

function checkFlags(username: string | undefined, password: string | undefined, fromInput: boolean): void {
  const wrong = (message: string): never => {
    throw new Fault('usage.invalid', message)
  }
  if (fromInput && password !== undefined && password !== '-')
    wrong('conflicting options: cannot specify both --password and --password-stdin')
  if (fromInput && username === undefined) wrong('the --password-stdin option requires --username to be set')
  if (username === '') wrong('username is empty')
  if (password === '') wrong('password is empty')
}

/** One line end is taken off, as shells add it; the rest is the secret. */
function readSecret(text: string): string {
  const secret = text.replace(/\r\n$|\n$|\r$/, '')
  if (secret.trim() === '') throw new Fault('usage.invalid', 'password is empty')
  return secret
}

/** Tries what is kept from an earlier login; `undefined` where that does not do. */
async function withKept(
  engine: Engine,
  server: string | undefined,
  shell: Shell,
): Promise<LoggedIn | undefined> {
  try {
    const kept = await engine.login(server, undefined, { signal: shell.signal, emit: () => {} })
    if (kept === undefined) return undefined
    const user = kept.username === undefined ? '' : ` [Username: ${kept.username}]`
    shell.err.write(`Authenticating with existing credentials...${user}\n`)
    return kept
  } catch (thrown) {
    if (!isFault(thrown) || thrown.code !== 'registry.denied') throw thrown
    shell.err.write('Stored credentials invalid or expired\n')
    return undefined
  }
}

function succeeded({ place, plain }: LoggedIn, shell: Shell): number {
  if (plain)
    shell.err.write(
      `WARNING! Your credentials are stored unencrypted in '${place}'.\nConfigure a credential helper to remove this warning.\n`,
    )
  shell.out.write('Login Succeeded\n')
  return 0
}
