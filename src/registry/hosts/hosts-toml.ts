// hosts.toml, containerd's configuration of one registry (docs/hosts.md there): mirrors in their order, then the registry itself.
import fs from 'node:fs'
import path from 'node:path'
import { Fault } from '../../core/index.ts'
import { allCapabilities, type Capability, type Endpoint, endpointAt, type TlsSettings } from './endpoint.ts'
import { parseToml, type TomlTable, type TomlValue } from './toml.ts'

/** Reads `text` from `file`; `server` is where the registry is if the file does not say. Faults with `registry.config`. */
export function parseHostsToml(text: string, file: string, server: URL): readonly Endpoint[] {
  const { root } = parseToml(text, file)
  const hosts = root.host === undefined ? {} : table(root.host, file, 'host')
  const mirrors = Object.entries(hosts).map(([address, settings]) =>
    readHost({ address, settings: table(settings, file, address), file, mirror: true }),
  )
  const own = typeof root.server === 'string' ? root.server : server.href
  return [...mirrors, readHost({ address: own, settings: root, file, mirror: false })]
}

interface HostEntry {
  readonly address: string
  readonly settings: TomlTable
  readonly file: string
  readonly mirror: boolean
}

function readHost({ address, settings, file, mirror }: HostEntry): Endpoint {
  const text = address.includes('://') ? address : `https://${address}`
  if (!URL.canParse(text)) throw wrong(file, `"${address}" is no address`)
  const listed = settings.capabilities === undefined ? undefined : strings(settings.capabilities, file)
  return endpointAt(new URL(text), {
    mirror,
    exactPath: settings.override_path === true,
    capabilities: listed === undefined ? allCapabilities : new Set(listed.filter(isCapability)),
    headers: headersOf(settings.header, file),
    tls: tlsOf(settings, file),
  })
}

function isCapability(text: string): text is Capability {
  return allCapabilities.has(text as Capability)
}

function headersOf(value: TomlValue | undefined, file: string): Readonly<Record<string, string>> {
  if (value === undefined) return {}
  const pairs = Object.entries(table(value, file, 'header'))
  return Object.fromEntries(
    pairs.map(([name, given]) => [name.toLowerCase(), strings(given, file).join(', ')]),
  )
}

/** `client` is a file with certificate and key, a list of such, or a list of pairs. */
function tlsOf(settings: TomlTable, file: string): TlsSettings {
  const read = (name: string): string => {
    try {
      return fs.readFileSync(path.resolve(path.dirname(file), name), 'utf8')
    } catch (cause) {
      throw wrong(file, `${name} cannot be read: ${(cause as Error).message}`)
    }
  }
  const ca = settings.ca === undefined ? [] : strings(settings.ca, file).map(read)
  const client = Array.isArray(settings.client) ? settings.client[0] : settings.client
  const pair = client === undefined ? [] : strings(client, file)
  const certificate = pair[0] === undefined ? undefined : read(pair[0])
  return {
    ca,
    cert: certificate,
    key: pair[1] === undefined ? certificate : read(pair[1]),
    verify: settings.skip_verify !== true,
  }
}

function strings(value: TomlValue, file: string): readonly string[] {
  const items: readonly TomlValue[] = Array.isArray(value) ? value : [value]
  return items.map((one) => {
    if (typeof one === 'object') throw wrong(file, 'a list or a table stands where a text is wanted')
    return String(one)
  })
}

function table(value: TomlValue, file: string, name: string): TomlTable {
  if (typeof value !== 'object' || Array.isArray(value)) throw wrong(file, `"${name}" is no table`)
  return value as TomlTable
}

function wrong(file: string, why: string): Fault {
  return new Fault('registry.config', `${file}: ${why}`)
}
