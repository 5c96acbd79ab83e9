// All devices of the spec files that were found, by name, and what a name in a Dockerfile stands for (BuildKit's rules).
import { parseBoolean } from '../dockerfile/index.ts'
import type { ContainerEdits, NamedEdits } from './edits.ts'
import type { DeviceSpec } from './spec.ts'

export interface SpecFile {
  readonly file: string
  /** Which of the directories it is in, in their order: a later one's devices stand for an earlier one's of the same name. */
  readonly rank: number
  readonly spec: DeviceSpec
}

export interface KnownDevice {
  /** `vendor/class=name`. */
  readonly name: string
  readonly kind: string
  /** Given to whoever asks for it, by the file's own word. */
  readonly autoAllow: boolean
  /** A word by which several devices can be asked for. */
  readonly group: string | undefined
  readonly edits: ContainerEdits
  readonly spec: DeviceSpec
}

export interface DeviceCatalogue {
  /** By name, sorted. */
  readonly devices: readonly KnownDevice[]
  /** What kept a file or a device out, a sentence each. */
  readonly problems: readonly string[]
  /** Where the files were looked for. */
  readonly directories: readonly string[]
  /**
   * The devices of a name: `vendor/class=name` is one, `vendor/class=*` all of a kind, `vendor/class` the first of them; any other name, or
   * one that nothing has, all that are annotated with it as their class.
   */
  find(name: string): readonly KnownDevice[]
}

/** What BuildKit looks at. */
const classAnnotation = 'org.mobyproject.buildkit.device.class'
const autoAllowAnnotation = 'org.mobyproject.buildkit.device.autoallow'

/** Of two devices with one name in directories of the same rank neither counts. */
export function catalogueDevices(
  files: readonly SpecFile[],
  found: { readonly directories: readonly string[]; readonly problems: readonly string[] },
): DeviceCatalogue {
  const byName = new Map<string, Candidate[]>()
  for (const one of files)
    for (const device of one.spec.devices) {
      const name = `${one.spec.kind}=${device.name}`
      const candidates = [...(byName.get(name) ?? []), { ...one, device }]
      const highest = Math.max(...candidates.map(({ rank }) => rank))
      byName.set(
        name,
        candidates.filter(({ rank }) => rank === highest),
      )
    }
  const devices: KnownDevice[] = []
  const problems = [...found.problems]
  for (const [name, candidates] of byName)
    if (candidates.length > 1)
      problems.push(`${candidates.map(({ file }) => file).join(' and ')} have ${name}`)
    else devices.push(...candidates.map((candidate) => knownDevice(name, candidate)))
  devices.sort((a, b) => (a.name < b.name ? -1 : 1))
  return { devices, problems, directories: found.directories, find: (name) => find(devices, name) }
}

/** The edits of some devices in their order, those that a file makes for all its devices once, before its first. */
export function editsOf(devices: readonly KnownDevice[]): readonly NamedEdits[] {
  const begun = new Set<DeviceSpec>()
  return devices.flatMap(({ name, kind, edits, spec }) => {
    const common = begun.has(spec) ? [] : [{ of: kind, edits: spec.edits }]
    begun.add(spec)
    return [...common, { of: name, edits }]
  })
}

interface Candidate extends SpecFile {
  readonly device: DeviceSpec['devices'][number]
}

function knownDevice(name: string, { spec, device }: Candidate): KnownDevice {
  const notes = { ...spec.annotations, ...device.annotations }
  return {
    name,
    kind: spec.kind,
    autoAllow: parseBoolean(notes[autoAllowAnnotation] ?? '') ?? false,
    group: notes[classAnnotation],
    edits: device.edits,
    spec,
  }
}

function find(devices: readonly KnownDevice[], asked: string): readonly KnownDevice[] {
  const equals = asked.indexOf('=')
  const kind = equals < 0 ? asked : asked.slice(0, equals)
  const name = equals < 0 ? '' : asked.slice(equals + 1)
  const ofKind = /^[^/]+\/./.test(kind) ? devices.filter((device) => device.kind === kind) : []
  const found =
    name === '*'
      ? ofKind
      : name === ''
        ? ofKind.slice(0, 1)
        : ofKind.filter((device) => device.name === asked)
  return found.length > 0 ? found : devices.filter(({ group }) => group === asked)
}
