// Paths inside an image. A `RootPath` is absolute and clean and has one constructor, so a path that escapes its root cannot exist.
// Linux names are bytes: bytes that are no UTF-8 become lone surrogates U+DC80..U+DCFF and come back as the same bytes.
import { Fault } from './fault.ts'

declare const brand: unique symbol
/** An absolute path in some root: starts with `/`, no empty, `.` or `..` component, no `/` at the end; the root is `/`. */
export type RootPath = string & { readonly [brand]: 'RootPath' }

export const rootPath: RootPath = '/' as RootPath

/**
 * Cleans any path into one inside the root: relative names count from the root, `..` stops at it (as chroot(2) does).
 * Faults with `path.invalid` on a NUL byte.
 */
export function toRootPath(text: string): RootPath {
  if (isClean(text)) return text as RootPath
  if (text.includes('\0'))
    throw new Fault('path.invalid', `a path cannot hold a NUL byte: ${JSON.stringify(text)}`)
  const parts: string[] = []
  for (const part of text.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..') parts.pop()
    else parts.push(part)
  }
  return `/${parts.join('/')}` as RootPath
}

function isClean(text: string): boolean {
  if (text.charCodeAt(0) !== 47) return false
  if (text.length === 1) return true
  return !/\/(?:\.{0,2}(?:\/|$))|\0/.test(text)
}

/** `parent` and one more component; `name` must be a plain name. */
export function joinPath(parent: RootPath, name: string): RootPath {
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0'))
    throw new Fault('path.invalid', `${JSON.stringify(name)} is not a file name`)
  return (parent === '/' ? `/${name}` : `${parent}/${name}`) as RootPath
}

/** The directory that holds `path`; the root is its own parent. */
export function parentPath(path: RootPath): RootPath {
  const slash = path.lastIndexOf('/')
  return (slash <= 0 ? '/' : path.slice(0, slash)) as RootPath
}

/** The last component; empty for the root. */
export function baseName(path: RootPath): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** Whether `path` is `directory` itself or below it. */
export function isWithin(path: RootPath, directory: RootPath): boolean {
  return (
    directory === '/' ||
    path === directory ||
    (path.startsWith(directory) && path.charCodeAt(directory.length) === 47)
  )
}

/**
 * The order of a depth-first walk: components compared byte by byte, so a directory comes before what it holds
 * and a subtree is one unbroken run. Negative, zero or positive as in `Array.sort`.
 */
export function comparePaths(a: RootPath, b: RootPath): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x === y) continue
    if (x === 47) return -1
    if (y === 47) return 1
    if (x < 128 || y < 128) return x - y
    return Buffer.compare(pathBytes(a.slice(i)), pathBytes(b.slice(i)))
  }
  return a.length - b.length
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Text for name bytes; bytes that are no UTF-8 become lone surrogates (U+DC00 + byte). */
export function pathText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    return escapedText(bytes)
  }
}

function escapedText(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; ) {
    const lead = bytes[at]!
    const length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0
    const part =
      length === 0 || at + length > bytes.length ? undefined : decodeStrict(bytes.subarray(at, at + length))
    if (part === undefined) text += String.fromCharCode(0xdc00 + lead)
    else text += part
    at += part === undefined ? 1 : length
  }
  return text
}

function decodeStrict(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}

/** The bytes of a name that `pathText` made; the inverse of it. */
export function pathBytes(text: string): Buffer {
  if (!/[\udc80-\udcff]/.test(text) || text.isWellFormed()) return Buffer.from(text, 'utf8')
  const parts: Buffer[] = []
  for (const character of text) {
    const code = character.codePointAt(0)!
    parts.push(code >= 0xdc80 && code <= 0xdcff ? Buffer.of(code - 0xdc00) : Buffer.from(character, 'utf8'))
  }
  return Buffer.concat(parts)
}

/** What Node's file functions take for this name: text where that is exact, bytes where it is not. */
export function hostPath(text: string): string | Buffer {
  return text.isWellFormed() ? text : pathBytes(text)
}
