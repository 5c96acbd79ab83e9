// What a machine says of its devices in the files of the Container Device Interface (CDI), and who may have them. The room reads no file.
export { type AllowedDevices, allowDevices } from './allow.ts'
export {
  catalogueDevices,
  type DeviceCatalogue,
  editsOf,
  type KnownDevice,
  type SpecFile,
} from './catalogue.ts'
export type { DeviceHook, DeviceMount, DeviceNode, NamedEdits } from './edits.ts'
export { type DeviceGrants, parseDeviceGrants } from './grants.ts'
export { type DeviceSpec, parseDeviceSpec } from './spec.ts'
