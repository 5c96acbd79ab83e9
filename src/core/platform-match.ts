// Which of the platforms on offer suits a wanted one, as containerd decides it. Newer processors run what was built for older
// ones (amd64/v3 runs amd64/v2 and 386, arm64 runs arm/v8 down to v5); an image's os.features must all be wanted.
import { normalizePlatform, type Platform } from './platform.ts'

/** `compatible`: what the wanted machine can run · `exact`: only its own variant · `os`: any machine with that system. */
export type PlatformAcceptance = 'compatible' | 'exact' | 'os'

/** Whether an image for `offered` is acceptable where `wanted` is asked for. */
export function matchesPlatform(
  wanted: Platform,
  offered: Platform,
  accept: PlatformAcceptance = 'exact',
): boolean {
  return rank(wanted, offered, accept) < unsupported
}

/** Best first; what does not match comes last, and equals keep their order. */
export function sortPlatforms<Offer extends Platform>(
  wanted: Platform,
  offers: readonly Offer[],
  accept: PlatformAcceptance = 'compatible',
): readonly Offer[] {
  const rows = offers.map((offer) => ({ offer, rank: rank(wanted, offer, accept) }))
  return rows
    .sort((a, b) => a.rank - b.rank || featureCount(b.offer) - featureCount(a.offer))
    .map((row) => row.offer)
}

/** The best match, or undefined where nothing on offer matches. */
export function findPlatform<Offer extends Platform>(
  wanted: Platform,
  offers: readonly Offer[],
  accept: PlatformAcceptance = 'compatible',
): Offer | undefined {
  const best = sortPlatforms(wanted, offers, accept)[0]
  return best !== undefined && matchesPlatform(wanted, best, accept) ? best : undefined
}

const unsupported = 1000
const foreign = 2000

function rank(wanted: Platform, offered: Platform, accept: PlatformAcceptance): number {
  const want = normalizePlatform(wanted)
  const offer = normalizePlatform(offered)
  if (want.os !== offer.os || !versionFits(want, offer)) return foreign
  const place = machines(want, accept).indexOf(machineOf(offer))
  if (place < 0 && accept !== 'os') return foreign
  const features = want['os.features'] ?? []
  const fits = (offer['os.features'] ?? []).every((feature) => features.includes(feature))
  return (fits ? 0 : unsupported) + (place < 0 ? unsupported - 1 : place)
}

function featureCount(platform: Platform): number {
  return platform['os.features']?.length ?? 0
}

function machineOf({ architecture, variant }: Platform): string {
  return variant === undefined ? architecture : `${architecture}/${variant}`
}

/** The machines whose programs run on `want`, best first, in normalised spelling. */
function machines(want: Platform, accept: PlatformAcceptance): readonly string[] {
  const own = machineOf(want)
  if (accept !== 'compatible') return [own]
  const version = Number.parseInt(want.variant?.replace(/^v/, '') ?? '', 10)
  switch (want.architecture) {
    case 'amd64': {
      const below = Array.from({ length: Math.max(0, (version || 1) - 1) }, (_, i) => version - 1 - i)
      return [own, ...below.map((v) => (v === 1 ? 'amd64' : `amd64/v${v}`)), '386']
    }
    case 'arm':
      return arm32(own, version)
    case 'arm64':
      return arm64(own, want.variant ?? 'v8')
    default:
      return [own]
  }
}

function arm32(own: string, version: number): readonly string[] {
  const list = [own]
  for (let v = version - 1; v >= 5; v--) list.push(`arm/v${v}`)
  return list
}

/** The last Armv8 there is. */
const lastArm8 = 9

/** Armv9.N contains Armv8.(N+5), as far as there is one (Arm Architecture Reference Manual, A2.1). */
function arm64(own: string, variant: string): readonly string[] {
  const [, major, minor = '0'] = /^v([89])(?:\.(\d{1,2}))?$/.exec(variant) ?? []
  if (major === undefined) return [own]
  const list = [own]
  const name = (generation: number, n: number) =>
    generation === 8 && n === 0 ? 'arm64' : n === 0 ? 'arm64/v9' : `arm64/v${generation}.${n}`
  if (major === '9') for (let n = Number(minor) - 1; n >= 0; n--) list.push(name(9, n))
  const contained = major === '9' ? Math.min(Number(minor) + 5, lastArm8) : Number(minor) - 1
  for (let n = contained; n >= 0; n--) list.push(name(8, n))
  return [...list, ...arm32('arm/v8', 8)]
}

/** Only Windows has versions that bind: builds before 20348 run only their own, later ones run from 20348 up to theirs. */
function versionFits(want: Platform, offer: Platform): boolean {
  if (want.os !== 'windows') return true
  const host = buildOf(want['os.version'])
  const image = buildOf(offer['os.version'])
  if (host === undefined || image === undefined) return true
  if (host.release !== image.release) return false
  return host.build < 20348 ? host.build === image.build : image.build >= 20348 && image.build <= host.build
}

function buildOf(version = ''): { readonly release: string; readonly build: number } | undefined {
  const [major, minor, build] = version.split('.')
  return build === undefined ? undefined : { release: `${major}.${minor}`, build: Number(build) }
}
