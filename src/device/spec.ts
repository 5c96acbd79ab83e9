// One file of the Container Device Interface, versions 0.3 to 1.1 of its specification.
import { type ContainerEdits, isEmpty, readEdits } from './edits.ts'
import { annotations, fields, list, refuse, text } from './fields.ts'

export interface DeviceSpec {
  /** `vendor/class`. */
  readonly kind: string
  readonly annotations: Readonly<Record<string, string>>
  /** For every container that has one of the devices. */
  readonly edits: ContainerEdits
  readonly devices: readonly {
    readonly name: string
    readonly annotations: Readonly<Record<string, string>>
    readonly edits: ContainerEdits
  }[]
}

const versions = ['0.3.0', '0.4.0', '0.5.0', '0.6.0', '0.7.0', '0.8.0', '1.0.0', '1.1.0']

/**
 * Reads a spec file's value, whose scalars are texts; `file` names it in faults. Faults with `device.invalid`: unknown fields too, and
 * fields that came later than the version that the file states, since programs of that version would refuse it.
 */
export function parseDeviceSpec(value: unknown, file: string): DeviceSpec {
  const given = fields(value, file, ['cdiVersion', 'kind', 'annotations', 'devices', 'containerEdits'])
  const kind = text(given.kind) ?? ''
  checkKind(kind, file)
  const spec: DeviceSpec = {
    kind,
    annotations: annotations(given.annotations, `${file}: annotations`),
    edits: readEdits(given.containerEdits, `${file}: containerEdits`),
    devices: list(given.devices, `${file}: devices`, readDevice),
  }
  if (spec.devices.length === 0) refuse(file, 'it has no devices')
  const names = spec.devices.map(({ name }) => name)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) refuse(file, `it has two devices "${twice}"`)
  checkVersion(spec, { version: text(given.cdiVersion) ?? '', file })
  return spec
}

function readDevice(value: unknown, at: string): DeviceSpec['devices'][number] {
  const given = fields(value, at, ['name', 'annotations', 'containerEdits'])
  const name = text(given.name) ?? ''
  if (!/^[a-z\d](?:[\w.:-]*[a-z\d])?$/i.test(name)) refuse(at, `"${name}" is no name of a device`)
  const edits = readEdits(given.containerEdits, `${at}.containerEdits`)
  if (isEmpty(edits)) refuse(at, `the device "${name}" has no containerEdits`)
  return { name, annotations: annotations(given.annotations, `${at}.annotations`), edits }
}

function checkKind(kind: string, file: string): void {
  const slash = kind.indexOf('/')
  const parts = slash < 0 ? [kind] : [kind.slice(0, slash), kind.slice(slash + 1)]
  if (parts.length !== 2 || !parts.every((part) => /^[a-z](?:[\w.-]*[a-z\d])?$/i.test(part)))
    refuse(file, `the kind "${kind}" is not VENDOR/CLASS`)
}

function checkVersion(
  { kind, annotations: notes, edits, devices }: DeviceSpec,
  { version, file }: { readonly version: string; readonly file: string },
): void {
  const stated = versions.indexOf(version.replace(/^v/, ''))
  if (stated < 0)
    refuse(file, `the cdiVersion "${version}" is none from ${versions[0]} to ${versions.at(-1)}`)
  const annotated = [notes, ...devices.map((device) => device.annotations)].some(
    (some) => Object.keys(some).length > 0,
  )
  const needed = [
    edits.needs,
    ...devices.map((device) => device.edits.needs),
    ...(devices.some(({ name }) => /^\d/.test(name)) ? ['0.5.0'] : []),
    ...(annotated || kind.slice(kind.indexOf('/')).includes('.') ? ['0.6.0'] : []),
  ]
  const least = Math.max(...needed.map((one) => versions.indexOf(one)))
  if (least > stated)
    refuse(file, `it uses what came with cdiVersion ${versions[least]}, and states ${version}`)
}
