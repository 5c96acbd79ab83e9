// Documents as bytes. The key order is the order of the value, so makers of documents decide it; maps are sorted where they are made.

/** Compact JSON in UTF-8 with fields in the order they have in `value`; absent (`undefined`) fields are left out. */
export function printCanonical(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value), 'utf8')
}

/** A map with its keys in byte order, as Go prints maps; `undefined` for none. */
export function sortedMap<Value>(
  map: Readonly<Record<string, Value>> | undefined,
): Record<string, Value> | undefined {
  if (map === undefined) return undefined
  return Object.fromEntries(
    Object.keys(map)
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      .map((key) => [key, map[key]!]),
  )
}
