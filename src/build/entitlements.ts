// What a build may do beyond the ordinary, as `--allow` grants it (BuildKit's words).
import { Fault } from '../core/index.ts'
import { type DeviceGrants, parseDeviceGrants } from '../device/index.ts'

export interface Entitlements {
  /** `security.insecure`: RUN --security=insecure. */
  readonly insecure: boolean
  readonly devices: DeviceGrants
}

const device = /^device(?:=|$)/
/** `network.host` grants what every RUN has. */
const plain = ['security.insecure', 'network.host']

/** Faults with `usage.invalid` on what is no entitlement, and where a name was to follow and none does (BuildKit grants all there). */
export function parseEntitlements(texts: readonly string[]): Entitlements {
  const unknown = texts.find((text) => !plain.includes(text) && !device.test(text))
  if (unknown !== undefined)
    throw new Fault('usage.invalid', `--allow ${unknown}: unknown entitlement`, {
      hint: `there are ${plain.join(', ')} and device[=NAME]`,
    })
  if (texts.includes('device='))
    throw new Fault('usage.invalid', '--allow device=: no device is named', {
      hint: 'is a variable unset? --allow device, without =, grants all devices',
    })
  return {
    insecure: texts.includes('security.insecure'),
    devices: parseDeviceGrants(
      texts.filter((text) => device.test(text)).map((text) => text.replace(device, '')),
    ),
  }
}
