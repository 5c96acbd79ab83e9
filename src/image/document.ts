// The JSON of documents that come from elsewhere. What is nested without end would overflow whoever walks through it.

/** So deep are values nested in each other; real documents have six levels. */
const deepest = 64

/** Faults as `JSON.parse` does, also on what is nested deeper than anybody can mean. */
export function parseJson(bytes: Uint8Array): unknown {
  const value: unknown = JSON.parse(
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'),
  )
  let level: readonly unknown[] = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepest) throw new SyntaxError(`nested more than ${deepest} deep`)
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []))
  }
  return value
}
