// Characters that a terminal obeys, spelled out as JSON spells them, so that no name or text of an image can move the cursor, set a
// title or turn the reading direction: `\u001b`.

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that terminals obey
const obeyed = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|\r(?!\n)/g
const whitespace: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r' }

/** Text of several lines: line ends and tabs stay. In JSON it means the same afterwards. */
export function spellControls(text: string): string {
  return text.replace(obeyed, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** A name or a value on one line: line ends and tabs are spelled out, too. */
export function spellName(text: string): string {
  return spellControls(text.replace(/[\t\r\n]/g, (character) => whitespace[character]!))
}
