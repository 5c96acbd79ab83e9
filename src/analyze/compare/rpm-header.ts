// What rpm writes of an installed package: a header of tagged values (rpm's docs/manual/format_header.md).

interface RpmPackage {
  readonly name: string
  /** With the epoch before it if it has one, as `rpm -q` compares versions. */
  readonly version: string
}

const [nameTag, versionTag, releaseTag, epochTag] = [1000, 1001, 1002, 1003]
const [integerType, textType] = [4, 6]
const entrySize = 16
/** rpm itself takes no more. */
const mostEntries = 0xffff
const longestText = 4096

/** `undefined` for what is no header, or one of a key (`gpg-pubkey`), which rpm keeps among the packages. */
export function parseRpmHeader(bytes: Uint8Array): RpmPackage | undefined {
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (header.length < 8) return undefined
  const entries = header.readUInt32BE(0)
  const data = 8 + entries * entrySize
  if (entries > mostEntries || data > header.length) return undefined
  const values = new Map<number, string>()
  for (let at = 8; at < data; at += entrySize) {
    const tag = header.readUInt32BE(at)
    const type = header.readUInt32BE(at + 4)
    const from = data + header.readUInt32BE(at + 8)
    if (values.has(tag) || from >= header.length) continue
    if (tag === epochTag && type === integerType && from + 4 <= header.length)
      values.set(tag, String(header.readUInt32BE(from)))
    else if (tag >= nameTag && tag <= releaseTag && type === textType) values.set(tag, textAt(header, from))
  }
  const [name, version, release] = [nameTag, versionTag, releaseTag].map((tag) => values.get(tag))
  if (name === undefined || version === undefined || release === undefined || name === 'gpg-pubkey')
    return undefined
  const epoch = values.get(epochTag)
  return { name, version: `${epoch === undefined || epoch === '0' ? '' : `${epoch}:`}${version}-${release}` }
}

function textAt(bytes: Buffer, from: number): string {
  const text = bytes.subarray(from, from + longestText)
  const end = text.indexOf(0)
  return text.toString('utf8', 0, end < 0 ? text.length : end)
}
