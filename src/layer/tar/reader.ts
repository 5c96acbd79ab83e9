// Reads a tar that is pushed in pieces, and hands on members and their content where it lies: nothing is copied but headers that
// a piece boundary cuts. Bytes after the end of the archive are read over.
import { Fault } from '../../core/index.ts'
import type { Extent } from '../entry.ts'
import { blockSize, invalid, isZero, parseNumber } from './header.ts'
import { type Member, mostPathBytes, mostPaxBytes, type Pending, parseMember, parseStart } from './member.ts'
import { type PaxRecords, parseDecimal, parsePax } from './pax.ts'
import {
  hasMapInData,
  mostRuns,
  parseDataMap,
  parseOldRuns,
  paxMap,
  placeRuns,
  type SparseMap,
} from './sparse.ts'

export interface TarSink {
  /** A member begins. `content` says where its bytes stand, of which `stored` come as `data` next. */
  member(
    member: Member,
    content: {
      readonly offset: number
      readonly stored: number
      readonly size: number
      readonly extents?: readonly Extent[]
    },
  ): void
  /** A piece of the member's content, in order; holes are left out. The bytes are the caller's. */
  data(piece: Buffer): void
  /** All of the content has come. */
  close(): void
}

export interface TarReader {
  /** Faults with `tar.invalid`, and with `tar.unsupported` on members of foreign kinds. The reader is dead after a fault. */
  push(chunk: Uint8Array): void
  /** Faults if the archive is cut short. */
  end(): void
}

type Phase =
  | { readonly is: 'header' | 'padding' | 'zero' | 'ended' | 'skip' | 'content' }
  | { readonly is: 'collect'; readonly type: string; readonly into: Buffer }
  | { readonly is: 'runs'; readonly member: Member; readonly map: { size: number; runs: number[] } }
  | { readonly is: 'map'; readonly member: Member; readonly size: number; blocks: Buffer[]; lines: number }

const header: Phase = { is: 'header' }
const mostMapBytes = mostRuns * 40

export function createTarReader(sink: TarSink): TarReader {
  const carry = Buffer.alloc(blockSize)
  let carried = 0
  let phase: Phase = header
  /** Bytes still to come in this phase, and of padding after it. */
  let [left, padding, position] = [0, 0, 0]
  let pending: Pending = {}
  let globals: PaxRecords | undefined

  const open = (member: Member, stored: number, sparse?: SparseMap): void => {
    const offset = position
    const extents = sparse === undefined ? undefined : placeRuns(sparse, offset, stored)
    sink.member(member, { offset, stored, size: sparse?.size ?? stored, ...(extents && { extents }) })
    pending = {}
    phase = { is: 'content' }
    left = stored
    if (left === 0) closeContent()
  }
  const closeContent = (): void => {
    sink.close()
    pad()
  }
  const pad = (): void => {
    left = padding
    padding = 0
    phase = left === 0 ? header : { is: 'padding' }
  }

  const onHeader = (block: Buffer): void => {
    if (isZero(block)) {
      if (pending.pax ?? pending.name ?? pending.link) throw invalid('it ends after an extended header')
      phase = { is: 'zero' }
      return
    }
    const start = parseStart(block, pending.pax)
    const { type, stored } = start
    padding = (blockSize - (stored % blockSize)) % blockSize
    if ('xXgLK'.includes(type)) {
      if (stored > (type === 'L' || type === 'K' ? mostPathBytes + 1 : mostPaxBytes))
        throw invalid(`an extended header has ${stored} bytes`)
      phase = { is: 'collect', type, into: Buffer.alloc(stored) }
      left = stored
      if (left === 0) collected(type, Buffer.alloc(0))
      return
    }
    if (type === 'V') {
      left = stored
      pending = {}
      phase = { is: 'skip' }
      if (left === 0) pad()
      return
    }
    const member = parseMember(block, start, { pending, globals })
    if (type === 'S') startOldSparse(block, member)
    else if (member.kind !== 'file') startEmpty(member)
    else startFile(member)
  }
  const startEmpty = (member: Member): void => {
    sink.member(member, { offset: position, stored: 0, size: 0 })
    sink.close()
    pending = {}
    left = member.stored
    phase = { is: 'skip' }
    if (left === 0) pad()
  }
  const startFile = (member: Member): void => {
    const { pax } = pending
    if (pax !== undefined && hasMapInData(pax)) {
      const size = parseDecimal(pax.values.get('GNU.sparse.realsize') ?? Buffer.alloc(0))
      phase = { is: 'map', member, size, blocks: [], lines: 0 }
    } else open(member, member.stored, pax === undefined ? undefined : paxMap(pax))
  }
  const startOldSparse = (block: Buffer, member: Member): void => {
    const runs: number[] = []
    parseOldRuns(block, 386, 4, runs)
    const map = { size: parseNumber(block, 483, 12), runs }
    if (block[482] === 0) open(member, member.stored, map)
    else phase = { is: 'runs', member, map }
  }
  const onRuns = (block: Buffer, { member, map }: Phase & { is: 'runs' }): void => {
    parseOldRuns(block, 0, 21, map.runs)
    if (block[504] === 0) open(member, member.stored, map)
  }
  const onMap = (block: Buffer, state: Phase & { is: 'map' }): void => {
    state.blocks.push(Buffer.from(block))
    const bytes = state.blocks.length * blockSize
    if (bytes > Math.min(state.member.stored, mostMapBytes))
      throw invalid('the map of a sparse file is longer than its data')
    for (const byte of block) if (byte === 10) state.lines++
    if (state.lines === 0) return
    const count = parseDecimal(state.blocks[0]!.subarray(0, state.blocks[0]!.indexOf(10)))
    if (count > mostRuns) throw invalid('a sparse file has too many runs')
    if (state.lines < 1 + count * 2) return
    const runs = parseDataMap(Buffer.concat(state.blocks))
    open(state.member, state.member.stored - bytes, { size: state.size, runs })
  }
  const collected = (type: string, bytes: Buffer): void => {
    if (type === 'x' || type === 'X') pending.pax = parsePax(bytes)
    else if (type === 'g') globals = parsePax(bytes)
    else {
      const end = bytes.indexOf(0)
      pending[type === 'L' ? 'name' : 'link'] = end < 0 ? bytes : bytes.subarray(0, end)
    }
    pad()
  }

  const onBlock = (block: Buffer): void => {
    if (phase.is === 'runs') onRuns(block, phase)
    else if (phase.is === 'map') onMap(block, phase)
    else if (phase.is === 'header') onHeader(block)
    else if (isZero(block)) phase = { is: 'ended' }
    else throw invalid('there is data after its end mark')
  }
  /** Takes what the phase wants of the piece that starts at `at`; gives how much that was. */
  const onBytes = (chunk: Buffer, at: number): number => {
    const take = Math.min(left, chunk.length - at)
    position += take
    left -= take
    if (phase.is === 'content') {
      sink.data(take === chunk.length ? chunk : chunk.subarray(at, at + take))
      if (left === 0) closeContent()
    } else if (phase.is === 'collect') {
      chunk.copy(phase.into, phase.into.length - left - take, at, at + take)
      if (left === 0) collected(phase.type, phase.into)
    } else if (left === 0) {
      if (phase.is === 'skip') pad()
      else phase = header
    }
    return take
  }

  return {
    push(piece) {
      const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.length)
      for (let at = 0; at < chunk.length; ) {
        if (phase.is === 'ended') return
        if (
          phase.is === 'content' ||
          phase.is === 'padding' ||
          phase.is === 'skip' ||
          phase.is === 'collect'
        ) {
          at += onBytes(chunk, at)
          continue
        }
        if (carried === 0 && chunk.length - at >= blockSize) {
          position += blockSize
          onBlock(chunk.subarray(at, at + blockSize))
          at += blockSize
          continue
        }
        const take = Math.min(blockSize - carried, chunk.length - at)
        chunk.copy(carry, carried, at, at + take)
        carried += take
        position += take
        at += take
        if (carried < blockSize) return
        carried = 0
        onBlock(carry)
      }
    },
    end() {
      if (phase.is === 'ended' || phase.is === 'zero') {
        if (carried === 0) return
      } else if (phase.is === 'header' && carried === 0 && !(pending.pax ?? pending.name ?? pending.link))
        return
      throw new Fault('tar.invalid', `the archive is cut short after ${position} bytes`, {
        hint: 'Fetch or make it again.',
      })
    },
  }
}
