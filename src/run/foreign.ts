// Whether this machine can execute programs of another platform: its own processor can, or an interpreter is registered with the kernel
// (Documentation/admin-guide/binfmt-misc.rst), as qemu's user mode emulators are.
import fs from 'node:fs'
import { hostPlatform, matchesPlatform, type Platform, printPlatform } from '../core/index.ts'

const registry = '/proc/sys/fs/binfmt_misc'

/** `e_machine` of ELF headers (elf.h) and whether they are little-endian. */
const machines: Readonly<Record<string, readonly [machine: number, littleEndian: boolean]>> = {
  '386': [0x03, true],
  amd64: [0x3e, true],
  arm: [0x28, true],
  arm64: [0xb7, true],
  loong64: [0x102, true],
  mips64le: [0x08, true],
  ppc64: [0x15, false],
  ppc64le: [0x15, true],
  riscv64: [0xf3, true],
  s390x: [0x16, false],
}

/** Why programs for `platform` cannot be executed, as a sentence; `undefined` where they can. */
export function findObstacle(platform: Platform): string | undefined {
  const host = hostPlatform()
  if (matchesPlatform(host, platform, 'compatible')) return undefined
  const obstacle = `this machine (${printPlatform(host)}) cannot execute programs for ${printPlatform(platform)}`
  return platform.os === host.os && isEmulated(platform.architecture) ? undefined : obstacle
}

function isEmulated(architecture: string): boolean {
  const wanted = machines[architecture]
  if (wanted === undefined || !fs.existsSync(registry)) return false
  const [machine, littleEndian] = wanted
  const bytes = Buffer.alloc(2)
  if (littleEndian) bytes.writeUInt16LE(machine)
  else bytes.writeUInt16BE(machine)
  return fs.readdirSync(registry).some((name) => {
    if (name === 'register' || name === 'status') return false
    const text = fs.readFileSync(`${registry}/${name}`, 'utf8')
    const magic = /^magic ([0-9a-f]+)$/m.exec(text)?.[1] ?? ''
    // e_machine is at offset 18; EI_DATA at 5 tells the byte order
    return (
      text.startsWith('enabled') &&
      magic.slice(36, 40) === bytes.toString('hex') &&
      magic.slice(10, 12) === (littleEndian ? '01' : '02')
    )
  })
}
