// Build contexts that a suite keeps as files: copied with the owner and time that version control loses, then changed as a case asks.
import fs from 'node:fs'
import path from 'node:path'
import { openKernel } from '../../src/kernel/index.ts'
import { type RawEntry, rawTar } from '../../src/testing/raw-tar.ts'
import { skip } from './suite.ts'

/** One change to a copied context; octal modes, times in seconds. */
export interface ContextChange {
  readonly write?: string
  readonly mkdir?: string
  readonly writeTar?: string
  readonly content?: string
  readonly entries?: readonly (Omit<RawEntry, 'mode'> & { readonly mode?: string })[]
  readonly mode?: string
  readonly mtime?: number
  readonly uid?: number
  readonly gid?: number
  readonly xattrs?: Readonly<Record<string, string>>
}

/** Copies a tree. Modes become what git keeps of them (0755 or 0644), and links that a checkout made files links again. */
export function copyContext(from: string, to: string): void {
  fs.cpSync(from, to, { recursive: true, verbatimSymlinks: true })
  for (const entry of fs.readdirSync(to, { withFileTypes: true, recursive: true })) {
    if (entry.isSymbolicLink()) continue
    const full = path.join(entry.parentPath, entry.name)
    fs.chmodSync(full, (fs.statSync(full).mode & 0o100) === 0 ? 0o644 : 0o755)
    const target = entry.isFile() ? linkTarget(full) : undefined
    if (target === undefined) continue
    fs.rmSync(full)
    fs.symlinkSync(target, full)
  }
  fs.chmodSync(to, 0o755)
}

/** Git without symlinks writes a link as a file that holds the target, without a line feed. */
function linkTarget(file: string): string | undefined {
  if (fs.statSync(file).size > 255) return undefined
  const text = fs.readFileSync(file, 'utf8')
  const isPath = /^(?:\.\.?\/)*[\w.-]+(?:\/[\w.-]+)*$/.test(text)
  const target = path.join(path.dirname(file), text)
  return isPath && target !== file && (text.startsWith('..') || fs.existsSync(target)) ? text : undefined
}

/** Sets the times of everything below a directory, and of the directory. */
export function setTimes(directory: string, mtime: number): void {
  for (const name of fs.readdirSync(directory)) {
    const full = path.join(directory, name)
    if (fs.lstatSync(full).isDirectory()) setTimes(full, mtime)
    else fs.lutimesSync(full, mtime, mtime)
  }
  fs.utimesSync(directory, mtime, mtime)
}

/** Applies a case's changes in order. */
export function changeContext(directory: string, changes: readonly ContextChange[]): void {
  for (const change of changes) {
    const name = change.write ?? change.mkdir ?? change.writeTar ?? skip('an unknown change of the context')
    const full = path.join(directory, name)
    fs.mkdirSync(path.dirname(full), { recursive: true })
    if (change.mkdir !== undefined) fs.mkdirSync(full, { recursive: true })
    else if (change.writeTar === undefined) fs.writeFileSync(full, change.content ?? '')
    else
      fs.writeFileSync(
        full,
        rawTar((change.entries ?? []).map((entry) => ({ ...entry, mode: octal(entry.mode) }))),
      )
    if (change.uid !== undefined) fs.chownSync(full, change.uid, change.gid ?? change.uid)
    const mode = octal(change.mode)
    if (mode !== undefined) fs.chmodSync(full, mode)
    for (const [key, value] of Object.entries(change.xattrs ?? {})) writeXattr(full, key, value)
    if (change.mtime !== undefined) fs.utimesSync(full, change.mtime, change.mtime)
  }
}

function octal(mode: string | undefined): number | undefined {
  return mode === undefined ? undefined : Number.parseInt(mode, 8)
}

function writeXattr(file: string, name: string, value: string): void {
  const kernel = openKernel()
  if (kernel.can.xattrs !== true) skip(kernel.can.xattrs)
  kernel.writeXattr(file, name, Buffer.from(value))
}
