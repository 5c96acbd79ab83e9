// Keeps secrets out of what a build makes. The bytes of a layer are looked at while they are packed, and a layer that holds a secret is
// never stored; texts of the configuration are looked at before anything runs.
import { closeSync, openSync, readSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { type Context, Fault, type Place } from '../../core/index.ts'
import {
  type FileEntry,
  type LayerIndex,
  packingHead,
  packingOf,
  type Search,
  searchInside,
} from '../../layer/index.ts'
import type { Plan, Step } from '../../plan/index.ts'
import type { PackWatch } from '../../store/index.ts'
import type { ReadSecret } from '../tools.ts'
import { createFinder, type Finding } from './finder.ts'
import { type Needle, needlesOf } from './needles.ts'

export interface LeakGuard {
  /** Whether the user insists on secrets in the image: nothing is looked for then. */
  readonly allowed: boolean
  /** Looks at a layer of a step while it is packed; its `end` faults with `secret.leaked`. */
  watch(step: Step, ctx: Context): PackWatch
  /** Faults with `secret.leaked` where the configuration or the history of a stage would tell a secret. */
  check(plan: Plan): void
}

interface Leak {
  readonly needle: Needle
  readonly where: string
}

/** Bytes of a packed file that are read at once. */
const pieceSize = 1 << 20
const privateKey = Buffer.from('-----BEGIN ')

/** `ids`: of the secrets that steps of the build may mount. Their values are read when the first layer is packed. */
export function openLeakGuard(
  ids: Iterable<string>,
  { readSecret, allowed }: { readonly readSecret: ReadSecret; readonly allowed: boolean },
): LeakGuard {
  let known: readonly Needle[] | undefined
  const needles = (): readonly Needle[] => {
    known ??= allowed ? [] : [...new Set(ids)].flatMap((id) => needlesIn(id, readSecret))
    return known
  }
  return {
    allowed,
    watch(step, ctx) {
      const finder = createFinder(needles())
      return {
        ...(step.kind === 'copy' && { head: (file, bytes) => warnOfKey(file, bytes, { step, ctx }) }),
        push: finder.push,
        async end(index, tar) {
          const found = finder.findings[0]
          const leak =
            found === undefined ? await findPacked(needles(), { index, tar }, ctx) : locate(found, index)
          if (leak !== undefined) throw leaked(leak, step)
        },
      }
    },
    check(plan) {
      for (const { steps, index, image } of plan.stages) {
        for (const step of steps) {
          const needle = findIn(step.createdBy, needles())
          if (needle !== undefined) throw leaked({ needle, where: "the image's history" }, step)
        }
        const needle =
          index === plan.target ? findIn([...textsIn(image.config)].join('\n'), needles()) : undefined
        if (needle !== undefined)
          throw leaked({ needle, where: "the image's configuration (a variable, a label or a command)" })
      }
    },
  }
}

/** A secret that cannot be read now is a matter of the step that asks for it. */
function needlesIn(id: string, readSecret: ReadSecret): readonly Needle[] {
  try {
    const value = readSecret(id)
    return value === undefined ? [] : needlesOf(id, value)
  } catch {
    return []
  }
}

/** Every name and value of a document, as it is: JSON would spell quotes and line ends otherwise than the secret does. */
function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value
  else if (typeof value === 'object' && value !== null)
    for (const [name, inner] of Object.entries(value)) {
      yield name
      yield* textsIn(inner)
    }
}

function findIn(text: string, needles: readonly Needle[]): Needle | undefined {
  const finder = createFinder(needles)
  finder.push(Buffer.from(text))
  return finder.findings[0]?.needle
}

/** Which file of the layer an offset in its tar is in. */
function locate({ needle, offset }: Finding, index: LayerIndex): Leak {
  for (const { path, size, from, at } of filesOf(index))
    if (offset >= from && offset < from + size)
      return { needle, where: `${path} at byte ${at + offset - from}` }
  return { needle, where: 'the name or the attributes of a file of the layer' }
}

/** What files hold that is packed; as they are, they have been looked at. */
async function findPacked(
  needles: readonly Needle[],
  { index, tar }: { readonly index: LayerIndex; readonly tar: string },
  ctx: Context,
): Promise<Leak | undefined> {
  if (needles.length === 0) return undefined
  const fd = openSync(tar, 'r')
  const giveTurn = async (): Promise<void> => {
    await setImmediate()
    ctx.signal.throwIfAborted()
  }
  try {
    for (const { path, size, from } of filesOf(index)) {
      const head = readRange(fd, from, Math.min(size, packingHead))
      if (packingOf(head) === undefined) continue
      const found = await searchInside(
        { size, open: () => piecesOf(fd, from, size) },
        () => searchFor(needles),
        giveTurn,
      )
      const [first] = found
      if (first === undefined) continue
      const file = [path, ...first.members].join('!')
      const where = `${file} (compressed) at byte ${first.offset} of what it unpacks to`
      return { needle: first.needle, where }
    }
    return undefined
  } finally {
    closeSync(fd)
  }
}

function searchFor(needles: readonly Needle[]): Search<Finding> {
  const { push, findings } = createFinder(needles)
  return { push, end: () => findings }
}

/** A run of a file's bytes: `size` of them, those from byte `at` of the file on, stand at `from` in the tar. */
interface Stretch {
  readonly path: string
  readonly size: number
  readonly from: number
  readonly at: number
}

function* filesOf(index: LayerIndex): Generator<Stretch> {
  for (let row = 0; row < index.length; row++) {
    if (index.kindOf(row) !== 'file') continue
    const entry = index.at(row) as FileEntry
    const { path, size, content } = entry
    if (content.in === 'layer') yield { path, size, from: content.offset, at: 0 }
    else if (content.in === 'sparse')
      for (const { at, offset, length } of content.extents) yield { path, size: length, from: offset, at }
  }
}

function* piecesOf(fd: number, from: number, size: number): Generator<Buffer> {
  for (let at = 0; at < size; at += pieceSize) yield readRange(fd, from + at, Math.min(pieceSize, size - at))
}

function readRange(fd: number, from: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length)
  for (let at = 0; at < length; ) {
    const n = readSync(fd, bytes, at, length - at, from + at)
    if (n === 0) return bytes.subarray(0, at)
    at += n
  }
  return bytes
}

function leaked({ needle, where }: Leak, step?: Step): Fault {
  const place: Place | undefined = step?.place
  const by = step === undefined ? '' : ` by ${step.name}`
  return new Fault(
    'secret.leaked',
    `the secret "${needle.secret}" would stand ${needle.form} in ${where}${by}`,
    {
      hint: 'let the step use it without writing it down: everybody who has the image could read it. --allow-secret-leak builds it nevertheless',
      place,
      data: { secret: needle.secret, form: needle.form },
    },
  )
}

function warnOfKey(
  file: FileEntry,
  head: Uint8Array,
  { step, ctx }: { readonly step: Step; readonly ctx: Context },
): void {
  if (head.length < privateKey.length || privateKey.compare(head, 0, privateKey.length) !== 0) return
  const first = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 80)).toString('latin1')
  if (!/^-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY/.test(first)) return
  ctx.emit({
    type: 'warning',
    code: 'PrivateKeyCopied',
    message: `${file.path} is a private key, and everybody who has the image can read it, even if a later step removes it; let the RUN that needs it mount it: RUN --mount=type=secret,id=key,target=${file.path} …, built with --secret id=key,src=FILE`,
    place: step.place,
  })
}
