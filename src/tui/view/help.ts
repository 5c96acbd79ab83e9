// The help: the marks of the tree, then every key there is, from the table that keys are looked up in.
import { type Keymap, type Place, printKey } from '../model/keymap.ts'
import { type Line, lineOf } from './line.ts'
import { changes } from './tree-pane.ts'

const heads: readonly (readonly [Place, string])[] = [
  ['everywhere', 'Everywhere'],
  ['panes', 'In the panes'],
  ['layers', 'Layers'],
  ['tree', 'Tree'],
  ['image', 'Image Details'],
  ['waste', 'Waste'],
  ['secrets', 'Secrets'],
  ['dockerfile', 'Dockerfile'],
  ['file', "A file's content"],
]

export function helpLines(keymap: Keymap, width: number): readonly Line[] {
  const marks = [
    ['added', 'added'],
    ['modified', 'modified: other content; a directory with something changed below'],
    ['attributesOnly', 'the same content with another mode, owner, time or extended attributes'],
    ['removed', 'removed'],
  ] as const
  return [
    lineOf('Marks in the tree', 'strong'),
    ...marks.map(([mark, text]) => lineOf(`  ${changes[mark].sign}  ${text}`, changes[mark].tone)),
    {
      pieces: [
        { text: '  ' },
        { text: '░░', tone: 'below' },
        { text: ' layers compared with   ' },
        { text: '▓▓', tone: 'above' },
        { text: ' layers whose changes are shown' },
      ],
    },
    lineOf('  Mouse: click chooses, a click on what is chosen opens it, the wheel scrolls.'),
    ...heads.flatMap(([place, head]) => [
      lineOf(''),
      lineOf(head, 'strong'),
      ...keymap[place].map(({ keys, about }) => {
        const names = keys.map(printKey).join(', ')
        return lineOf(`  ${names.padEnd(Math.min(18, Math.floor(width / 3)))} ${about}`)
      }),
    ]),
  ]
}
