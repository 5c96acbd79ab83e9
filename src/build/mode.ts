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
  const actions = clauses.flatMap((clause) => clause ?? [])
  const change: ModeChange = (mode, isDirectory) =>
    actions.reduce((now, action) => action(now, mode, isDirectory), mode)
  return { change, made: 0o755 }
}

/** What a letter before the operator stands for: permissions, and the set-id bit of user or group. */
const members: Readonly<Record<string, number>> = { u: 0o4700, g: 0o2070, o: 0o007, a: 0o6777 }
const permissions: Readonly<Record<string, number>> = { r: 0o444, w: 0o222, x: 0o111, s: 0o6000, t: 0o1000 }
const shifts: Readonly<Record<string, number>> = { u: 6, g: 3, o: 0 }

/** A change of a mode, which is `mode` now and was `original` before all changes. */
type Action = (mode: number, original: number, isDirectory: boolean) => number

function parseClause(text: string): readonly Action[] | undefined {
  const match = /^([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]))+)$/.exec(text)
  if (match === null) return undefined
  const [, who = '', actions = ''] = match
  const named = bitsOf(who || 'a', members)
  return [...actions.matchAll(/([-+=])([rwxXst]*|[ugo])(?=[-+=]|$)/g)].map(
    ([, operator = '', letters = '']): Action =>
      (mode, original, isDirectory) => {
        // the sticky bit is only touched by a `t`, and never for others alone
        const isCopy = /^[ugo]$/.test(letters)
        const mask = isCopy
          ? named & 0o777
          : named | (letters.includes('t') && named !== members.o ? 0o1000 : 0)
        const given = isCopy
          ? ((mode >> (shifts[letters] ?? 0)) & 7) * 0o111
          : bitsOf(letters, permissions) |
            (letters.includes('X') && (operator === '-' || isDirectory || (original & 0o111) !== 0)
              ? 0o111
              : 0)
        if (operator === '+') return mode | (given & mask)
        return operator === '-' ? mode & ~(given & mask) : (mode & ~mask) | (given & mask)
      },
  )
}

function bitsOf(letters: string, table: Readonly<Record<string, number>>): number {
  return Array.from(letters).reduce((bits, letter) => bits | (table[letter] ?? 0), 0)
}
