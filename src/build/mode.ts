// `--chmod`: an octal number, or letters as chmod(1) takes them (`u=rwX,go=rX`).
import { Fault } from '../core/index.ts'

/** Turns a file's permission bits into new ones. */
type ModeChange = (mode: number, isDirectory: boolean) => number

export interface Chmod {
  readonly change: ModeChange
  /** The mode of directories that have to be made on the way: a number holds for them too, letters do not (BuildKit's rule). */
  readonly made: number
}

/** Reads a `--chmod` value; faults with `copy.invalid`. */
export function parseMode(text: string): Chmod {
  if (/^[0-7]+$/.test(text) && Number.parseInt(text, 8) <= 0o7777) {
    const mode = Number.parseInt(text, 8)
    return { change: () => mode, made: mode & 0o777 }
  }
  if (/^\d/.test(text))
    throw new Fault(
      'copy.invalid',
      `invalid chmod parameter: '${text}'. it should be octal string and between 0 and 07777`,
    )
  const clauses = text.split(',').map(parseClause)
  if (clauses.includes(undefined))
    throw new Fault('copy.invalid', `invalid chmod parameter: '${text}'`, {
      hint: 'write 0644 or u=rwX,go=rX',
    })
  const change: ModeChange = (mode, isDirectory) =>
    clauses.reduce((now, clause) => clause?.(now, isDirectory) ?? now, mode)
  return { change, made: 0o755 }
}

const shifts: Readonly<Record<string, number>> = { u: 6, g: 3, o: 0 }

function parseClause(text: string): ModeChange | undefined {
  const match = /^([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]))+)$/.exec(text)
  if (match === null) return undefined
  const [, whoText = '', actionsText = ''] = match
  const who = whoText === '' || whoText.includes('a') ? ['u', 'g', 'o'] : [...new Set(whoText)]
  const actions = [...actionsText.matchAll(/([-+=])([rwxXst]*|[ugo])(?=[-+=]|$)/g)].map(
    ([, operator, letters]) => ({
      operator: operator ?? '',
      letters: letters ?? '',
    }),
  )
  return (mode, isDirectory) => {
    let now = mode
    for (const { operator, letters } of actions)
      now = applyAction(now, { operator, letters, who, isDirectory })
    return now
  }
}

function applyAction(
  mode: number,
  action: {
    readonly operator: string
    readonly letters: string
    readonly who: readonly string[]
    readonly isDirectory: boolean
  },
): number {
  const { operator, letters, who, isDirectory } = action
  let bits = 0
  let affected = 0
  for (const one of who) {
    const shift = shifts[one] ?? 0
    bits |= permissions(letters, { mode, isDirectory }) << shift
    affected |= 7 << shift
    if (letters.includes('s') && one !== 'o') bits |= one === 'u' ? 0o4000 : 0o2000
    if (one !== 'o') affected |= one === 'u' ? 0o4000 : 0o2000
  }
  if (letters.includes('t')) bits |= 0o1000
  if (operator === '+') return mode | bits
  if (operator === '-') return mode & ~bits
  const kept = isDirectory ? mode & 0o6000 & ~bits : 0
  return (mode & ~affected) | bits | kept
}

function permissions(
  letters: string,
  { mode, isDirectory }: { readonly mode: number; readonly isDirectory: boolean },
): number {
  if (/^[ugo]$/.test(letters)) return (mode >> (shifts[letters] ?? 0)) & 7
  let bits = 0
  if (letters.includes('r')) bits |= 4
  if (letters.includes('w')) bits |= 2
  if (letters.includes('x') || (letters.includes('X') && (isDirectory || (mode & 0o111) !== 0))) bits |= 1
  return bits
}
