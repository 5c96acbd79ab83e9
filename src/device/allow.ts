// Which devices a RUN gets: those it asks for, as far as they are here and it may have them.
import { Fault } from '../core/index.ts'
import { type Device, didYouMean } from '../dockerfile/index.ts'
import type { DeviceCatalogue, KnownDevice } from './catalogue.ts'
import type { DeviceGrants } from './grants.ts'

export interface AllowedDevices {
  readonly devices: readonly KnownDevice[]
  /** What was asked for, is not here and was not required. */
  readonly missing: readonly string[]
}

/**
 * Resolves the `--device` flags of a RUN. A device may be had by a grant or by its file's own word. Faults: `device.missing` for a required
 * one that is not here, `step.refused` for one that is not allowed.
 */
export function allowDevices(
  asked: readonly Device[],
  catalogue: DeviceCatalogue,
  grants: DeviceGrants,
): AllowedDevices {
  const granted = new Set(grants.names.flatMap((name) => catalogue.find(name)))
  const allowed = new Map<string, KnownDevice>()
  const missing: string[] = []
  const forbidden = new Set<string>()
  for (const { name: written, required } of asked) {
    const alias = grants.aliases.get(written)
    const found = catalogue.find(alias ?? written)
    if (found.length === 0 && required) throw unknown(alias ?? written, catalogue)
    if (found.length === 0) missing.push(written)
    for (const device of found)
      if (grants.all || alias !== undefined || device.autoAllow || granted.has(device))
        allowed.set(device.name, device)
      else forbidden.add(device.name)
  }
  if (forbidden.size > 0) throw notAllowed([...forbidden])
  return { devices: [...allowed.values()], missing }
}

function notAllowed(names: readonly string[]): Fault {
  const [noun, verb] = names.length === 1 ? ['device', 'is'] : ['devices', 'are']
  const flags = names.map((name) => `--allow device=${name}`).join(' ')
  return new Fault(
    'step.refused',
    `${noun} ${names.join(', ')} ${verb} requested by the build but not allowed`,
    { hint: `build with ${flags}, or with --allow device for all devices` },
  )
}

const mostNamed = 10

function unknown(name: string, catalogue: DeviceCatalogue): Fault {
  const { problems } = catalogue
  const names = catalogue.devices.map((device) => device.name)
  const directories = catalogue.directories.join(', ')
  const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : ''
  const known =
    names.length === 0
      ? `no CDI spec in ${directories} describes a device`
      : `${directories} describe ${names.slice(0, mostNamed).join(', ')}${more}`
  return new Fault(
    'device.missing',
    `required device "${name}" is not registered${didYouMean(name, names)}`,
    {
      hint: [known, ...problems, 'leave "required" out if the command can do without the device'].join('; '),
    },
  )
}
