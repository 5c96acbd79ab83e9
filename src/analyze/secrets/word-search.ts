// Finds where any of many words stand in bytes, in one pass that looks at each byte once (Aho and Corasick, 1975); while there is little
// to search, each word by itself. Letters match in either case. The table is over classes of bytes, few enough to stay in the processor's
// cache.

export interface WordSearch {
  /** Calls `found` for each word that ends at byte `end` (exclusive) of `bytes`, in the order of the ends. */
  search(bytes: Uint8Array, found: (word: number, end: number) => void): void
}

/** Making the table takes as long as looking for each word by itself in so many bytes. */
const worthTable = 1 << 13

/** `words` are lower case ASCII and not empty. The automaton is made when there is enough to search. */
export function createWordSearch(words: readonly string[]): WordSearch {
  let automaton: WordSearch | undefined
  let searched = 0
  return {
    search(bytes, found) {
      searched += bytes.length
      if (searched > worthTable) automaton ??= createAutomaton(words)
      if (automaton === undefined) searchEach(words, bytes, found)
      else automaton.search(bytes, found)
    },
  }
}

function searchEach(
  words: readonly string[],
  bytes: Uint8Array,
  found: (word: number, end: number) => void,
): void {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1').toLowerCase()
  const ends: [word: number, end: number][] = []
  words.forEach((word, number) => {
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1))
      ends.push([number, at + word.length])
  })
  for (const [word, end] of ends.sort((a, b) => a[1] - b[1])) found(word, end)
}

function createAutomaton(words: readonly string[]): WordSearch {
  const classOf = new Uint8Array(256)
  let classes = 1
  for (const word of words)
    for (const letter of word) {
      const byte = letter.charCodeAt(0)
      if (classOf[byte] === 0) classOf[byte] = classes++
    }
  for (let byte = 0x41; byte <= 0x5a; byte++) classOf[byte] = classOf[byte + 0x20]!

  const states = 1 + words.reduce((sum, word) => sum + word.length, 0)
  const next = new Uint16Array(states * classes)
  const ends: number[][] = [[]]
  words.forEach((word, number) => {
    let state = 0
    for (const letter of word) {
      const slot = state * classes + classOf[letter.charCodeAt(0)]!
      if (next[slot] === 0) {
        next[slot] = ends.length
        ends.push([])
      }
      state = next[slot]!
    }
    ends[state]!.push(number)
  })
  link(next, { classes, ends })
  const final = Uint8Array.from(ends, (list) => (list.length > 0 ? 1 : 0))

  return {
    search(bytes, found) {
      let state = 0
      for (let i = 0; i < bytes.length; i++) {
        state = next[state * classes + classOf[bytes[i]!]!]!
        if (final[state] === 0) continue
        for (const word of ends[state]!) found(word, i + 1)
      }
    },
  }
}

/** Fills in where each state goes on a byte that no word continues with, breadth first. */
function link(
  next: Uint16Array,
  { classes, ends }: { readonly classes: number; readonly ends: number[][] },
): void {
  const fallback = new Uint16Array(ends.length)
  const queue: number[] = []
  for (let c = 0; c < classes; c++) if (next[c] !== 0) queue.push(next[c]!)
  for (let at = 0; at < queue.length; at++) {
    const state = queue[at]!
    const back = fallback[state]!
    ends[state]!.push(...ends[back]!)
    for (let c = 0; c < classes; c++) {
      const slot = state * classes + c
      const onward = next[back * classes + c]!
      if (next[slot] === 0) next[slot] = onward
      else {
        fallback[next[slot]!] = onward
        queue.push(next[slot]!)
      }
    }
  }
}
