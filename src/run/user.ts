// Who USER and --chown mean, read from /etc/passwd and /etc/group of the image. The rules are docker's: for USER those of the OCI runtimes
// (an entry is found by name or number), for --chown BuildKit's (a number stands for itself, and is the group too).
import { Fault, type RootPath, toRootPath } from '../core/index.ts'
import type { FileView } from '../layer/index.ts'
import { resolvePath } from '../layer/index.ts'
import type { User } from './spec.ts'

interface PasswdLine {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly home: string
}

interface GroupLine {
  readonly name: string
  readonly gid: number
  readonly members: readonly string[]
}

/** No account file is larger than this in earnest. */
const limit = 16 * 1024 * 1024
/** What the OCI runtimes accept as an id. */
const highestId = 2 ** 31 - 1

/**
 * The user for USER `text`: `name`, `uid`, `name:group` or `uid:gid`; empty means root. A number need not be in /etc/passwd and then has
 * group 0. Faults with `user.missing` for an unknown name. Other groups of the user count only where no group is named.
 */
export function findUser(view: FileView, text: string): User {
  const [user, group] = parts(text)
  const passwd = readPasswd(view)
  const number = parseId(user)
  const named = user === '' ? '0' : user
  const entry = passwd.find((line) => line.name === named || String(line.uid) === named)
  if (entry === undefined && number === undefined && user !== '' && user !== 'root')
    throw unknown('user', user)
  const uid = entry?.uid ?? number ?? 0
  const home = entry?.home === '' ? undefined : entry?.home
  if (group !== undefined && group !== '')
    return { uid, gid: findGroup(view, group), additionalGids: [], home }
  const gid = entry?.gid ?? 0
  const additionalGids =
    entry === undefined
      ? []
      : readGroups(view)
          .filter((line) => line.members.includes(entry.name))
          .map((line) => line.gid)
  return { uid, gid, additionalGids, home }
}

/** An owner; `unknown` are the names that the image does not have, which stand for root. */
export interface Owner {
  readonly uid: number
  readonly gid: number
  readonly unknown: readonly string[]
}

/**
 * The owner that `--chown=text` means: `user`, `user:group`, each a name or a number. Without a group, a name brings the group /etc/passwd
 * gives it, and a number is the group as well. A name that the image does not have is root, as in BuildKit, and so is the empty group of
 * `user:`.
 */
export function findOwner(view: FileView, text: string): Owner {
  const [user, group] = parts(text)
  const number = user === '' || user === 'root' ? 0 : parseId(user)
  const entry = number === undefined ? readPasswd(view).find((line) => line.name === user) : undefined
  const gid =
    group === undefined
      ? (number ?? entry?.gid ?? 0)
      : group === '' || group === 'root'
        ? 0
        : (parseId(group) ?? readGroups(view).find((line) => line.name === group)?.gid)
  return {
    uid: number ?? entry?.uid ?? 0,
    gid: gid ?? 0,
    unknown: [
      ...(number === undefined && entry === undefined ? [`user ${user}`] : []),
      ...(gid === undefined ? [`group ${group}`] : []),
    ],
  }
}

function findGroup(view: FileView, text: string): number {
  const line = readGroups(view).find((group) => group.name === text)
  const gid = line?.gid ?? parseId(text) ?? (text === 'root' ? 0 : undefined)
  if (gid === undefined) throw unknown('group', text)
  return gid
}

function parts(text: string): readonly [string, string | undefined] {
  const colon = text.indexOf(':')
  return colon < 0 ? [text, undefined] : [text.slice(0, colon), text.slice(colon + 1)]
}

function parseId(text: string): number | undefined {
  if (!/^[0-9]+$/.test(text)) return undefined
  const id = Number(text)
  if (id <= highestId) return id
  throw new Fault('user.missing', `${text} is no user or group number: they go from 0 to ${highestId}`)
}

function unknown(kind: 'user' | 'group', name: string): Fault {
  const file = kind === 'user' ? 'passwd' : 'group'
  const tool = kind === 'user' ? 'useradd or adduser' : 'groupadd or addgroup'
  return new Fault('user.missing', `unable to find ${kind} ${name}: no matching entries in ${file} file`, {
    hint: `add it in a RUN before (${tool}), or use its number`,
    data: { [kind]: name },
  })
}

function readPasswd(view: FileView): readonly PasswdLine[] {
  return lines(view, toRootPath('/etc/passwd')).flatMap(([name = '', , uid, gid, , home = '']) => {
    const [user, group] = [lineId(uid), lineId(gid)]
    return name === '' || user === undefined || group === undefined
      ? []
      : [{ name, uid: user, gid: group, home }]
  })
}

function readGroups(view: FileView): readonly GroupLine[] {
  return lines(view, toRootPath('/etc/group')).flatMap(([name = '', , number, members = '']) => {
    const gid = lineId(number)
    return name === '' || gid === undefined ? [] : [{ name, gid, members: members.split(',') }]
  })
}

function lineId(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9]{1,10}$/.test(text) ? Number(text) : undefined
}

/** The lines of an account file, cut into fields; lines that make no sense are left to the caller, a missing file has none. */
function lines(view: FileView, path: RootPath): readonly (readonly string[])[] {
  const found = view.lookup(resolvePath(view, path, 'all'))
  if (found?.node.kind !== 'file') return []
  return Buffer.from(view.read(found.node, limit))
    .toString('utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(':'))
}
