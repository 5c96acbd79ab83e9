// The `created_by` texts of an image's history, in the words of BuildKit, so that `history` reads alike whoever built the image.
import { type Command, goQuote, type Healthcheck, type Pair } from '../dockerfile/index.ts'
import type { Healthcheck as HealthcheckConfig } from '../image/index.ts'

/** The comment of every history entry that comes from a Dockerfile. */
export const historyComment = 'buildkit.dockerfile.v0'

export function pairsCreatedBy(instruction: 'ENV' | 'LABEL', pairs: readonly Pair[]): string {
  return [instruction, ...pairs.map(({ key, value }) => `${key}=${value}`)].join(' ')
}

export function runCreatedBy(args: readonly string[], buildArgs: readonly string[]): string {
  const counted = buildArgs.length === 0 ? [] : [`|${buildArgs.length}`, ...buildArgs]
  return `RUN ${[...counted, ...args].join(' ')} # buildkit`
}

export function copyCreatedBy(
  instruction: 'COPY' | 'ADD',
  copy: {
    readonly parents: boolean
    readonly chown?: string | undefined
    readonly chmod?: string | undefined
    readonly sources: readonly string[]
    readonly inline: readonly string[]
    readonly destination: string
  },
): string {
  const words: string[] = [instruction]
  if (copy.parents) words.push('--parents')
  if (copy.chown !== undefined) words.push(`--chown=${copy.chown}`)
  if (copy.chmod !== undefined) words.push(`--chmod=${copy.chmod}`)
  words.push(...copy.sources, ...copy.inline.map((name) => `<<${name}`), copy.destination, '# buildkit')
  return words.join(' ')
}

/** `CMD ["a" "b"]`: Go's way to quote a list of strings. */
export function commandCreatedBy(instruction: 'CMD' | 'ENTRYPOINT', args: readonly string[]): string {
  return `${instruction} [${args.map(goQuote).join(' ')}]`
}

export function listCreatedBy(instruction: string, words: readonly string[]): string {
  return `${instruction} [${words.join(' ')}]`
}

export function healthcheckCreatedBy(check: HealthcheckConfig): string {
  const fields = [
    `Test:[${(check.Test ?? []).join(' ')}]`,
    `Interval:${goDuration(check.Interval ?? 0)}`,
    `Timeout:${goDuration(check.Timeout ?? 0)}`,
    `StartPeriod:${goDuration(check.StartPeriod ?? 0)}`,
    `StartInterval:${goDuration(check.StartInterval ?? 0)}`,
    `Retries:${check.Retries ?? 0}`,
  ]
  return `HEALTHCHECK {${fields.join(' ')}}`
}

/** The image configuration's form of a HEALTHCHECK; durations in nanoseconds, those not given left out. */
export function healthcheckConfig(
  check: Healthcheck,
  shell: (command: Command) => readonly string[],
): HealthcheckConfig {
  if (check.kind === 'none') return { Test: ['NONE'] }
  const { command } = check
  const test = command.form === 'shell' ? ['CMD-SHELL', command.text] : ['CMD', ...shell(command)]
  return {
    Test: test,
    ...(check.interval > 0 && { Interval: check.interval }),
    ...(check.timeout > 0 && { Timeout: check.timeout }),
    ...(check.startPeriod > 0 && { StartPeriod: check.startPeriod }),
    ...(check.startInterval > 0 && { StartInterval: check.startInterval }),
    ...(check.retries > 0 && { Retries: check.retries }),
  }
}

/** Go's time.Duration.String for nanoseconds: `1m30s`, `1.5s`, `100ms`, `0s`. */
export function goDuration(nanoseconds: number): string {
  if (nanoseconds === 0) return '0s'
  if (nanoseconds < 1e3) return `${nanoseconds}ns`
  if (nanoseconds < 1e6) return `${nanoseconds / 1e3}µs`
  if (nanoseconds < 1e9) return `${nanoseconds / 1e6}ms`
  const seconds = nanoseconds / 1e9
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  const rest = Math.round((seconds - hours * 3600 - minutes * 60) * 1e9) / 1e9
  return `${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${rest}s`
}
