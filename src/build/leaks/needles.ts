// The forms in which the value of a secret can turn up: as it is, in base64, in hex, URL-encoded.

export interface Needle {
  readonly secret: string
  /** `as it is`, `in base64`, … */
  readonly form: string
  readonly bytes: Buffer
}

/** Shorter values stand in too many files by chance. */
const shortest = 6
/** Tools wrap lines of base64 and hex at 76 digits, some at 64: of two pieces that far apart no break is in both. */
const pieceLength = 32
const secondPiece = 34
/** A text that short is searched for whole; halves of it would be found by chance. */
const shortestInPieces = 24

/** The end of the file that holds a secret is mostly a line's end, which no use of it copies. None for a value under six bytes. */
export function needlesOf(secret: string, value: Uint8Array): readonly Needle[] {
  const text = Buffer.from(value).toString('latin1').replace(/\s+$/, '')
  const bytes = Buffer.from(text, 'latin1')
  if (bytes.length < shortest) return []
  const escaped = encodeURIComponent(bytes.toString())
  const forms: readonly (readonly [string, readonly string[]])[] = [
    ['as it is', [text]],
    ['in base64', base64Forms(bytes)],
    ['in hex', [bytes.toString('hex'), bytes.toString('hex').toUpperCase()].flatMap(piecesOf)],
    ['URL-encoded', [escaped, escaped.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())]],
  ]
  const seen = new Set<string>()
  return forms.flatMap(([form, texts]) =>
    texts.flatMap((one) => {
      if (seen.has(one)) return []
      seen.add(one)
      return [{ secret, form, bytes: Buffer.from(one, 'latin1') }]
    }),
  )
}

/** The value may begin at any byte of what is encoded: its digits differ with the place in a group of three. */
function base64Forms(bytes: Buffer): readonly string[] {
  return [0, 1, 2].flatMap((before) => {
    const digits = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    const whole = digits.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6))
    return piecesOf(whole).flatMap((piece) => [piece, piece.replaceAll('+', '-').replaceAll('/', '_')])
  })
}

function piecesOf(text: string): readonly string[] {
  if (text.length < shortestInPieces) return [text]
  const half = Math.min(pieceLength, text.length >> 1)
  const second = Math.min(secondPiece, text.length - half)
  return [text.slice(0, half), text.slice(second, second + half)]
}
