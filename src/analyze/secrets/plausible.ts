// Whether a value could be a real secret: placeholders, variables, examples of documentation and monotonous texts are not.

const placeholderWords =
  /example|sample|placeholder|change[-_ ]?(?:me|this|it)|replace[-_ ]?(?:me|this|with)|your[-_ ]|my[-_](?:secret|token|password|key|api)|insert[-_ ]|dummy|redacted|removed|hidden|foobar|foo[-_]?bar|lorem|todo|fixme|x{5}|\*{3}|\.{3}|…|-{4}|_{4}|abcdefgh|12345678|01234567|deadbeef|0{8}|(?:^|[^a-z])(?:test|fake|mock|none|null|undefined|unset|empty|secret|password|passwd|token|true|false|default|string|value)(?:$|[^a-z])/i

/** A value that is taken from elsewhere when the file is used. */
const variable =
  /^\s*(?:\$|%[A-Za-z_]+%|\{\{|<[^>]*>|\[[^\]]*\]|@[A-Za-z_]+@|#\{|env[:(]|process\.env|os\.environ|ENC\[|!Ref|!Sub)/

/** Whether `value` is obviously no secret. */
export function isPlaceholder(value: string): boolean {
  return (
    variable.test(value) ||
    /\$\{[^}]*\}|\{\{[^}]*\}\}|\$\([^)]*\)/.test(value) ||
    placeholderWords.test(value)
  )
}

/** Shannon entropy in bits a character. */
export function entropyOf(value: string): number {
  const counts = new Map<string, number>()
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length)
  return bits
}

/** Whether most characters follow from the one before: runs of the same, of the alphabet, of digits. */
export function isMonotonous(value: string): boolean {
  let predictable = 0
  for (let i = 1; i < value.length; i++) {
    const step = value.charCodeAt(i) - value.charCodeAt(i - 1)
    if (step === 0 || step === 1 || step === -1) predictable++
  }
  return predictable > (value.length - 1) / 2
}

/** What a generated token looks like: no placeholder, no run, as mixed as its length and alphabet let expect. */
export function looksRandom(value: string): boolean {
  if (isPlaceholder(value) || isMonotonous(value)) return false
  const wanted = /^[0-9a-fA-F]+$/.test(value) ? 2.6 : value.length < 16 ? 2.5 : 3
  return entropyOf(value) >= wanted
}
