// Bytes from a terminal to keys, clicks and pastes (xterm's control sequences; SGR mouse reports, DEC mode 1006; bracketed paste,
// mode 2004). A sequence may come in pieces; a lone Escape is one only when nothing follows, which `flush` says.
import { StringDecoder } from 'node:string_decoder'

/**
 * A key's name: the character itself (`a`, `/`, `é`), or `up`, `pgdn`, `enter`, `esc`, `space`, `ctrl-a`, … What terminals cannot tell
 * apart has one name: ctrl-m is `enter`, ctrl-i `tab`, ctrl-h `backspace`. Columns and rows of the mouse count from 0.
 */
export type Input =
  | { readonly kind: 'key'; readonly name: string }
  | {
      readonly kind: 'mouse'
      readonly button: 'left' | 'up' | 'down'
      readonly x: number
      readonly y: number
    }
  | { readonly kind: 'paste'; readonly text: string }

export interface KeyReader {
  feed(bytes: Uint8Array): readonly Input[]
  /** Nothing came for a while: what is pending is what it is. */
  flush(): readonly Input[]
  readonly pending: boolean
}

const finals: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  F: 'end',
  H: 'home',
  Z: 'shift-tab',
}
const numbers: Readonly<Record<string, string>> = {
  1: 'home',
  3: 'delete',
  4: 'end',
  5: 'pgup',
  6: 'pgdn',
  7: 'home',
  8: 'end',
}
const controls: Readonly<Record<number, string>> = {
  0: 'ctrl-space',
  8: 'backspace',
  9: 'tab',
  10: 'enter',
  13: 'enter',
  27: 'esc',
  31: 'ctrl-/',
  32: 'space',
  127: 'backspace',
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: terminals speak in these
const sequence = /^\x1b(?:\[([0-?]*)[ -/]*([@-~])|O([A-Za-z]))/
// biome-ignore lint/suspicious/noControlCharactersInRegex: the same
const unfinished = /^\x1b(?:\[[0-?]*[ -/]*|O)?$/
const pasteEnd = '\x1b[201~'

export function createKeyReader(): KeyReader {
  const decoder = new StringDecoder('utf8')
  let buffer = ''

  const take = (final: boolean): readonly Input[] => {
    const inputs: Input[] = []
    while (buffer !== '') {
      if (buffer.startsWith('\x1b[200~')) {
        const end = buffer.indexOf(pasteEnd)
        if (end < 0 && !final) break
        inputs.push({ kind: 'paste', text: buffer.slice(6, end < 0 ? undefined : end) })
        buffer = end < 0 ? '' : buffer.slice(end + pasteEnd.length)
        continue
      }
      const found = sequence.exec(buffer)
      if (found !== null) {
        buffer = buffer.slice(found[0].length)
        const input = meaning(found[1] ?? '', found[2] ?? found[3]!)
        if (input !== undefined) inputs.push(input)
        continue
      }
      if (!final && unfinished.test(buffer)) break
      const character = String.fromCodePoint(buffer.codePointAt(0)!)
      buffer = buffer.slice(character.length)
      inputs.push({ kind: 'key', name: nameOf(character) })
    }
    return inputs
  }
  return {
    feed(bytes) {
      buffer += decoder.write(bytes)
      return take(false)
    },
    flush: () => take(true),
    get pending() {
      return buffer !== ''
    },
  }
}

function nameOf(character: string): string {
  const code = character.codePointAt(0)!
  return controls[code] ?? (code < 27 ? `ctrl-${String.fromCharCode(code + 96)}` : character)
}

function meaning(parameters: string, final: string): Input | undefined {
  if (parameters.startsWith('<')) return mouse(parameters.slice(1), final)
  const [first = '', modifier = '1'] = parameters.split(';')
  const name = final === '~' ? numbers[first] : finals[final]
  if (name === undefined) return undefined
  const control = (Number(modifier) - 1) & 4
  return { kind: 'key', name: control ? `ctrl-${name}` : name }
}

function mouse(parameters: string, final: string): Input | undefined {
  const [button = -1, x = 1, y = 1] = parameters.split(';').map(Number)
  const meanings: Readonly<Record<number, 'left' | 'up' | 'down'>> = { 0: 'left', 64: 'up', 65: 'down' }
  const what = meanings[button]
  return what === undefined || final === 'm' ? undefined : { kind: 'mouse', button: what, x: x - 1, y: y - 1 }
}
