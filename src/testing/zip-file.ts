// Zip files for tests, as far as tests need them: members deflated or as they are, with the central directory and its end.
import { crc32, deflateRawSync } from 'node:zlib'

export interface ZippedMember {
  readonly name: string
  readonly content: string | Uint8Array
  readonly method?: 'stored' | 'deflated'
  readonly encrypted?: boolean
}

export function zipFile(members: readonly ZippedMember[], comment = ''): Buffer {
  const locals: Buffer[] = []
  const entries: Buffer[] = []
  let offset = 0
  for (const { name, content, method = 'deflated', encrypted = false } of members) {
    const plain = Buffer.from(content)
    const packed = method === 'stored' ? plain : deflateRawSync(plain)
    const about = Buffer.alloc(26)
    about.writeUInt16LE(20, 0)
    // sizes stand after the data, as programs write that cannot go back
    about.writeUInt16LE(encrypted ? 1 : 8, 2)
    about.writeUInt16LE(method === 'stored' ? 0 : 8, 4)
    about.writeUInt16LE(Buffer.byteLength(name), 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), about, Buffer.from(name), packed])
    about.writeUInt32LE(crc32(plain), 10)
    about.writeUInt32LE(packed.length, 14)
    about.writeUInt32LE(plain.length, 18)
    const where = Buffer.alloc(14)
    where.writeUInt32LE(offset, 10)
    entries.push(
      Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), about, where, Buffer.from(name)]),
    )
    locals.push(local)
    offset += local.length
  }
  const directory = Buffer.concat(entries)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(members.length, 4)
  end.writeUInt16LE(members.length, 6)
  end.writeUInt32LE(directory.length, 8)
  end.writeUInt32LE(offset, 12)
  end.writeUInt16LE(Buffer.byteLength(comment), 16)
  return Buffer.concat([...locals, directory, Buffer.from('PK\x05\x06', 'latin1'), end, Buffer.from(comment)])
}
