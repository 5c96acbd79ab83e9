// Which machine an image is for (OCI image-spec, image-index.md, `platform`), written `os[(version+feature…)]/arch[/variant]` and
// compared as containerd does. What surprises: `linux/arm` means arm/v7, and amd64/v1 and arm64/v8 are the same as no variant.
import os from 'node:os'
import { Fault } from './fault.ts'

/** In the field names of the OCI specification. */
export interface Platform {
  readonly os: string
  readonly architecture: string
  readonly variant?: string
  readonly 'os.version'?: string
  readonly 'os.features'?: readonly string[]
}

const knownSystems = new Set(
  'aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris windows zos'.split(
    ' ',
  ),
)
const knownArchitectures = new Set(
  (
    '386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le ' +
    'ppc ppc64 ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm'
  ).split(' '),
)

const osGrammar = /^([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.%-]*)((?:\+[A-Za-z0-9_.%-]+)*)\))?$/
const partGrammar = /^[A-Za-z0-9_.-]+$/

/** Reads `linux/arm64`, `arm64`, `linux` or `windows(10.0.17763)/amd64`; what is left out is the host's. Faults with `platform.invalid`. */
export function parsePlatform(text: string, host: Platform = hostPlatform()): Platform {
  const [system = '', architecture, variant, ...more] = text.split('/')
  const match = osGrammar.exec(system)
  const badPart = [architecture, variant].find((part) => part !== undefined && !partGrammar.test(part))
  if (match === null || badPart !== undefined || more.length > 0)
    throw invalid(text, 'the form is os, arch, os/arch or os/arch/variant')
  const [, name = '', version = '', features = ''] = match
  const extras = {
    ...(version === '' ? {} : { 'os.version': decode(version, text) }),
    ...(features === ''
      ? {}
      : {
          'os.features': features
            .slice(1)
            .split('+')
            .map((feature) => decode(feature, text)),
        }),
  }
  if (architecture !== undefined) {
    const machine = normalizeMachine(architecture, variant)
    if (variant === undefined && machine.architecture === 'arm' && machine.variant === 'v7')
      return { os: normalizeSystem(name), architecture: 'arm', ...extras }
    if (variant !== undefined && machine.architecture === 'arm64' && machine.variant === undefined)
      return { os: normalizeSystem(name), architecture: 'arm64', variant: 'v8', ...extras }
    return { os: normalizeSystem(name), ...machine, ...extras }
  }
  const asSystem = normalizeSystem(name)
  if (knownSystems.has(asSystem)) {
    const { os: _, ...machine } = host
    return { os: asSystem, ...machine, ...extras }
  }
  const machine = normalizeMachine(name, undefined)
  if (!knownArchitectures.has(machine.architecture))
    throw invalid(text, 'neither an operating system nor an architecture is called so')
  if (machine.architecture === 'arm' && machine.variant === 'v7')
    return { os: host.os, architecture: 'arm', ...extras }
  return { os: host.os, ...machine, ...extras }
}

/** The text form, features sorted; `unknown` where there is no operating system. */
export function printPlatform(platform: Platform): string {
  if (platform.os === '') return 'unknown'
  const features = [...(platform['os.features'] ?? [])].filter((feature) => feature !== '').sort()
  const options = encode(platform['os.version'] ?? '') + features.map((name) => `+${encode(name)}`).join('')
  const system = options === '' ? platform.os : `${platform.os}(${options})`
  return [system, platform.architecture, platform.variant ?? ''].filter((part) => part !== '').join('/')
}

/** The one spelling of a platform: `x86_64` is `amd64`, `arm` is `arm/v7`, `arm64/v8` is `arm64`, features sorted. */
export function normalizePlatform(platform: Platform): Platform {
  const version = platform['os.version'] ?? ''
  const features = (platform['os.features'] ?? []).filter((feature) => feature !== '')
  return {
    os: normalizeSystem(platform.os),
    ...normalizeMachine(platform.architecture, platform.variant),
    ...(version === '' ? {} : { 'os.version': version }),
    ...(features.length === 0 ? {} : { 'os.features': [...new Set(features)].sort() }),
  }
}

/** Where Peel runs. */
export function hostPlatform(): Platform {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const names: Readonly<Record<string, string>> = {
    x64: 'amd64',
    ia32: '386',
    ppc64: os.endianness() === 'LE' ? 'ppc64le' : 'ppc64',
    mipsel: 'mipsle',
  }
  const architecture = names[process.arch] ?? process.arch
  const arm = architecture === 'arm' ? armVersion(os.machine()) : undefined
  return { os: system, architecture, ...(arm === undefined || arm === '7' ? {} : { variant: `v${arm}` }) }
}

/** The ARM version that the kernel's machine name (uname -m) states, such as `7` for `armv7l`. */
export function armVersion(machine: string): string | undefined {
  const name = machine.toLowerCase()
  return name === 'aarch64' ? '8' : /^armv([3-8])/.exec(name)?.[1]
}

function normalizeSystem(name: string): string {
  const lower = name.toLowerCase()
  return lower === 'macos' ? 'darwin' : lower
}

function normalizeMachine(
  name: string,
  variantName: string | undefined,
): { readonly architecture: string; readonly variant?: string } {
  const architecture = name.toLowerCase()
  const variant = variantName?.toLowerCase() ?? ''
  const machine = (arch: string, version: string) =>
    version === '' ? { architecture: arch } : { architecture: arch, variant: version }
  switch (architecture) {
    case 'i386':
      return machine('386', '')
    case 'x86_64':
    case 'x86-64':
    case 'amd64':
      return machine('amd64', variant === 'v1' ? '' : variant)
    case 'aarch64':
    case 'arm64':
      if (['8', 'v8', 'v8.0'].includes(variant)) return machine('arm64', '')
      return machine('arm64', ['9', '9.0', 'v9.0'].includes(variant) ? 'v9' : variant)
    case 'armhf':
      return machine('arm', 'v7')
    case 'armel':
      return machine('arm', 'v6')
    case 'arm':
      if (variant === '') return machine('arm', 'v7')
      return machine('arm', /^[5-8]$/.test(variant) ? `v${variant}` : variant)
    default:
      return machine(architecture, variant)
  }
}

function decode(text: string, whole: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalid(whole, 'a % must be followed by two hex digits')
  }
}

function encode(text: string): string {
  return text.replace(/[^A-Za-z0-9_.-]/gu, (character) =>
    [...Buffer.from(character)]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  )
}

function invalid(text: string, why: string): Fault {
  return new Fault('platform.invalid', `"${text}" is not a platform: ${why}`, {
    hint: 'write it like linux/amd64 or linux/arm/v7',
  })
}
