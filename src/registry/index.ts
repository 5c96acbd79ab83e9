// OCI registries: one client for all of them. It knows nothing of the store; `import 'peel/registry'` gives this file.

export type { Context, Descriptor, Digest, Platform, Reference } from '../core/index.ts'
export {
  Fault,
  parseDigest,
  parsePlatform,
  parseReference,
  printFamiliar,
  printReference,
} from '../core/index.ts'
export type { ImageConfig, ImageIndex, ImageManifest } from '../image/index.ts'
export { type Credentials, hostOfServer } from './auth/credentials.ts'
export { type CredentialSource, type Keychain, openKeychain, serverOf } from './auth/keychain.ts'
export type { BlobRequest } from './blobs.ts'
export { type EndpointSource, openConfiguration } from './hosts/configuration.ts'
export type { Capability, Endpoint, TlsSettings } from './hosts/endpoint.ts'
export type { Answer } from './http/exchange.ts'
export type { Patience } from './http/retry.ts'
export { digestLike, type RemoteManifest } from './manifests.ts'
export { type Meaning, openRegistriesConf } from './names/registries-conf.ts'
export { Registry, type RegistryOptions, type RemoteImage } from './registry.ts'
export type { BlobSource, UploadOptions } from './uploads.ts'
