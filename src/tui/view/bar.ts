// The two lines at the bottom: what is typed or said, or what the cursor is on; and the keys that count here.
import { printSize, widthOf } from '../../core/index.ts'
import type { TreeNode } from '../../engine/index.ts'
import { findBinding, placesOf, printKey } from '../model/keymap.ts'
import type { Prompt, State } from '../model/state.ts'
import { current, placeOfFind } from '../model/tree.ts'
import { type Line, lineOf, type Piece } from './line.ts'
import { describeLayer } from './waste-screen.ts'

/** The keys, each with what it switches marked as on or off. What does not fit is in the help. */
export function barLine(state: State, width: number): Line {
  const pieces: Piece[] = []
  let used = 0
  const { keymap } = state
  const [quit, help, ...rest] = keymap.everywhere
  const bindings = [
    quit!,
    help!,
    ...placesOf(state).flatMap((place) => (place === 'everywhere' ? rest : keymap[place])),
  ]
  for (const binding of bindings) {
    const { keys, label, on } = binding
    if (label === undefined || findBinding(state, keys[0]!) !== binding) continue
    const is = on?.(state)
    const sign = is === undefined ? '' : is ? '●' : '○'
    const texts = [`▏${printKey(keys[0]!)}`, ` ${sign}${label} `] as const
    const room = widthOf(texts.join(''))
    if (used + room > width) break
    used += room
    pieces.push(
      { text: texts[0], tone: is === true ? 'barOnKey' : 'barKey' },
      { text: texts[1], tone: is === true ? 'barOn' : 'bar' },
    )
  }
  pieces.push({ text: ' '.repeat(Math.max(0, width - used)), tone: 'bar' })
  return { pieces }
}

export function statusLine(state: State, width: number): Line {
  if (state.prompt !== undefined) return promptLine(state, state.prompt, width)
  if (state.notice !== undefined) return lineOf(state.notice, 'strong')
  if (state.screen !== 'panes') return lineOf('')
  const { filter, search, finds } = state.tree
  const searched =
    finds === undefined ? '' : `${placeOfFind(state.tree)}/${finds.ids.length} for "${search}" (n, N)  `
  const filtered = filter === '' ? '' : `filter "${filter}" (Esc)  `
  const id = current(state.tree)
  const node = id === undefined ? '(nothing to draw)' : describeNode(state, state.tree.view.get(id))
  return {
    pieces: [
      { text: `${filtered}${searched}`, tone: 'strong' },
      { text: node, tone: 'dim' },
    ],
  }
}

const labels: Readonly<Record<Prompt['purpose'], string>> = {
  filter: 'Path Filter: ',
  search: 'Search: ',
  extract: 'Extract to directory: ',
  compare: 'Compare with image: ',
}

function promptLine(state: State, { purpose, text, cursor }: Prompt, width: number): Line {
  const characters = [...text]
  const under = characters[cursor] ?? ' '
  const { finds, outline } = state.tree
  const count =
    purpose === 'search' && finds !== undefined && text !== ''
      ? `  ${placeOfFind(state.tree)}/${finds.ids.length}`
      : purpose === 'filter' && text !== ''
        ? `  ${outline.ids.length} rows`
        : ''
  const room = Math.max(1, width - labels[purpose].length - count.length - 2)
  const from = Math.max(0, cursor - room + 1)
  return {
    pieces: [
      { text: labels[purpose], tone: 'barKey' },
      { text: ` ${characters.slice(from, cursor).join('')}` },
      { text: under, tone: 'bar' },
      { text: characters.slice(cursor + 1, from + room).join('') },
      { text: count, tone: 'dim' },
    ],
  }
}

/** The path, who brought it, and for a change of attributes what changed. */
function describeNode(state: State, node: TreeNode): string {
  const size =
    node.kind === 'directory' ? `${node.below} ${node.below === 1 ? 'path' : 'paths'}` : printSize(node.size)
  if (state.comparison !== undefined) return `${node.path}  ${size}`
  const layer = describeLayer(state.study.report, node.layer)
  const gone =
    node.removedBy === undefined ? '' : `, removed by ${describeLayer(state.study.report, node.removedBy)}`
  const changed = node.mark === 'attributesOnly' ? `  ${changesOf(state, node)}` : ''
  const waste = node.waste === 0 ? '' : `  ${printSize(node.waste)} of waste`
  return `${node.path}  ${size}, from ${layer}${gone}${changed}${waste}`
}

function changesOf({ tree }: State, { id, mode, uid, gid, mtime, kind }: TreeNode): string {
  const before = tree.tree.view({ lower: tree.view.span.lower, upper: tree.view.span.lower })
  if (!before.has(id)) return ''
  const old = before.get(id)
  const octal = (bits: number): string => bits.toString(8).padStart(4, '0')
  const changes = [
    ...(old.mode === mode ? [] : [`mode ${octal(old.mode)} → ${octal(mode)}`]),
    ...(old.uid === uid && old.gid === gid ? [] : [`owner ${old.uid}:${old.gid} → ${uid}:${gid}`]),
    ...(old.mtime === mtime ? [] : ['time']),
  ]
  return changes.length > 0
    ? changes.join(', ')
    : kind === 'directory'
      ? 'attributes below'
      : 'extended attributes'
}
