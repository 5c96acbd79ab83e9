// Credential helpers: programs called docker-credential-NAME that keep secrets in a keychain. They read the server's name, or what
// to keep, on standard input (github.com/docker/docker-credential-helpers).
import { spawn } from 'node:child_process'
import { Fault } from '../../core/index.ts'
import { type Credentials, tokenUser } from './credentials.ts'

export type Environment = Readonly<Record<string, string | undefined>>

const mostOutput = 1 << 20
const longest = 60_000

/** What a helper keeps for a server; `undefined` where it has nothing. Faults with `credentials.invalid`. */
export async function helperGet(
  helper: string,
  server: string,
  env: Environment,
): Promise<Credentials | undefined> {
  const { status, output } = await runHelper(helper, { verb: 'get', input: server, env })
  if (status !== 0) {
    if (/credentials not found|no credentials|not found in native keychain/i.test(output)) return undefined
    throw broken(helper, `it ended with status ${status}`)
  }
  const { Username, Secret } = parseAnswer(helper, output)
  if (Secret === '') return undefined
  return Username === tokenUser || Username === ''
    ? { kind: 'identity', token: Secret }
    : { kind: 'password', username: Username, password: Secret }
}

export async function helperStore(
  helper: string,
  kept: { readonly server: string; readonly credentials: Credentials },
  env: Environment,
): Promise<void> {
  const { server, credentials } = kept
  const [Username, Secret] =
    credentials.kind === 'password'
      ? [credentials.username, credentials.password]
      : [tokenUser, credentials.token]
  const input = JSON.stringify({ ServerURL: server, Username, Secret })
  const { status } = await runHelper(helper, { verb: 'store', input, env })
  if (status !== 0) throw broken(helper, `it could not keep the credentials (status ${status})`)
}

/** No fault where it had nothing. */
export async function helperErase(helper: string, server: string, env: Environment): Promise<void> {
  await runHelper(helper, { verb: 'erase', input: server, env })
}

/** Empty is what it does not say. */
function parseAnswer(helper: string, output: string): { readonly Username: string; readonly Secret: string } {
  try {
    const { Username = '', Secret = '' } = JSON.parse(output) as { Username?: unknown; Secret?: unknown }
    if (typeof Username === 'string' && typeof Secret === 'string') return { Username, Secret }
  } catch {
    // Its output may hold a secret, so nothing of it is shown.
  }
  throw broken(helper, 'its answer has no user name and secret')
}

function broken(helper: string, why: string): Fault {
  return new Fault(
    'credentials.invalid',
    `the credential helper docker-credential-${helper} failed: ${why}`,
    {
      hint: 'Call it by hand to see what is wrong, or take it out of the docker configuration.',
    },
  )
}

function runHelper(
  helper: string,
  { verb, input, env }: { readonly verb: string; readonly input: string; readonly env: Environment },
): Promise<{ readonly status: number; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(`docker-credential-${helper}`, [verb], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: env as NodeJS.ProcessEnv,
      timeout: longest,
    })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (output.length > mostOutput) child.kill()
    })
    child.on('error', (cause) => reject(broken(helper, `it cannot be started: ${cause.message}`)))
    child.on('close', (status) => resolve({ status: status ?? 1, output }))
    // A helper need not read what it does not want.
    child.stdin.on('error', () => {})
    child.stdin.end(input)
  })
}
