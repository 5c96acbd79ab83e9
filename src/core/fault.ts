// The one error class of Peel. A fault has a code that programs read and a sentence that people read; it is made once, where the
// problem is known best, and never logged on the way up.

/** What the caller can do about it. Only `remote` is ever retried. */
export type FaultKind =
  | 'usage'
  | 'input'
  | 'missing'
  | 'corrupt'
  | 'unable'
  | 'remote'
  | 'failed'
  | 'cancelled'
  | 'internal'

/** Every code there is and its kind. Codes are `room.problem`. */
export const faultKinds = {
  'usage.invalid': 'usage',
  'digest.invalid': 'input',
  'reference.invalid': 'input',
  'platform.invalid': 'input',
  'path.escape': 'input',
  'path.invalid': 'input',
  'dockerfile.invalid': 'input',
  'dockerfile.missing': 'missing',
  'ignore.invalid': 'input',
  'allow.invalid': 'input',
  'context.missing': 'missing',
  'context.unreadable': 'unable',
  'copy.missing': 'missing',
  'copy.invalid': 'input',
  'argument.missing': 'input',
  'check.invalid': 'input',
  'check.failed': 'input',
  'stage.missing': 'missing',
  'secret.missing': 'missing',
  'secret.leaked': 'failed',
  'ssh.missing': 'missing',
  'device.missing': 'missing',
  'device.invalid': 'input',
  'device.unusable': 'unable',
  'download.failed': 'remote',
  'git.missing': 'unable',
  'git.failed': 'remote',
  'git.ref': 'missing',
  'git.checksum': 'corrupt',
  'step.failed': 'failed',
  'step.refused': 'input',
  'step.uncached': 'failed',
  'tar.invalid': 'corrupt',
  'tar.unsupported': 'input',
  'compression.invalid': 'corrupt',
  'compression.unsupported': 'input',
  'index.invalid': 'corrupt',
  'erofs.unsupported': 'unable',
  'cache.missing': 'missing',
  'cache.invalid': 'corrupt',
  'cache.lost': 'corrupt',
  'cache.failed': 'failed',
  'blob.missing': 'missing',
  'blob.corrupt': 'corrupt',
  'manifest.invalid': 'corrupt',
  'config.invalid': 'corrupt',
  'archive.invalid': 'corrupt',
  'archive.unread': 'unable',
  'engine.unreachable': 'unable',
  'engine.refused': 'missing',
  'registry.unreachable': 'unable',
  'registry.dropped': 'remote',
  'registry.failed': 'remote',
  'registry.denied': 'unable',
  'registry.refused': 'input',
  'registry.redirect': 'unable',
  'registry.invalid': 'corrupt',
  'registry.config': 'input',
  'registry.blocked': 'unable',
  'credentials.invalid': 'input',
  'image.missing': 'missing',
  'build.missing': 'missing',
  'image.platform': 'missing',
  'image.used': 'input',
  'image.base': 'input',
  'image.layers': 'input',
  'store.locked': 'unable',
  'store.version': 'unable',
  'store.unwritable': 'unable',
  'kernel.unable': 'unable',
  'kernel.refused': 'unable',
  'platform.foreign': 'unable',
  'runtime.missing': 'unable',
  'runtime.failed': 'failed',
  'user.missing': 'input',
  'yaml.invalid': 'input',
  'page.missing': 'missing',
  'page.port': 'unable',
  'extract.exists': 'input',
  'extract.failed': 'unable',
  cancelled: 'cancelled',
  internal: 'internal',
} as const satisfies Record<string, FaultKind>

export type FaultCode = keyof typeof faultKinds

const exitStatuses: Readonly<Record<FaultKind, number>> = {
  usage: 125,
  input: 1,
  missing: 1,
  corrupt: 1,
  unable: 1,
  remote: 1,
  failed: 1,
  cancelled: 130,
  internal: 70,
}

/** A span of a text file, lines and columns counted from 1; `endColumn` is just past the last character. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
}

export interface FaultDetails {
  /** What the reader can do now, as a sentence. */
  readonly hint?: string | undefined
  readonly cause?: unknown
  /** Where in a Dockerfile (or another text the user wrote) the problem is. */
  readonly place?: Place | undefined
  /** The lines of that text, for showing the place. */
  readonly source?: string | undefined
  /** Facts for programs; JSON values only, never a secret. */
  readonly data?: Readonly<Record<string, string | number | boolean | undefined>>
}

const mark = Symbol.for('peel.fault')

export class Fault extends Error {
  readonly code: FaultCode
  readonly details: FaultDetails
  readonly [mark] = true

  constructor(code: FaultCode, message: string, details: FaultDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'Fault'
    this.code = code
    this.details = details
  }

  get kind(): FaultKind {
    return faultKinds[this.code]
  }

  /** The status a process that ends with this fault exits with. */
  get exitStatus(): number {
    return exitStatuses[this.kind]
  }
}

/** Recognises a fault by its mark, so that two copies of this module agree. */
export function isFault(value: unknown): value is Fault {
  return value instanceof Error && mark in value
}

/** Makes a fault of anything that was thrown: a fault stays as it is, the rest becomes `internal` (`cancelled` for an abort). */
export function asFault(thrown: unknown): Fault {
  if (isFault(thrown)) return thrown
  if (thrown instanceof Error && thrown.name === 'AbortError')
    return new Fault('cancelled', 'cancelled', { cause: thrown })
  return new Fault('internal', thrown instanceof Error ? thrown.message : String(thrown), { cause: thrown })
}

/** The same fault with the place in the user's text where it happened; a place already known is kept. */
export function placed(fault: Fault, place: Place, source: string): Fault {
  if (fault.details.place !== undefined) return fault
  return new Fault(fault.code, fault.message, { ...fault.details, place, source })
}
