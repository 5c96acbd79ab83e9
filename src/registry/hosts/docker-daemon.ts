// What docker keeps about registries: daemon.json with registries without TLS and mirrors of Docker Hub, and the certificates in
// certs.d/<host>/: *.crt are authorities, X.cert with X.key is who we are.
import fs from 'node:fs'
import { BlockList, isIP } from 'node:net'
import path from 'node:path'
import { Fault } from '../../core/index.ts'

export interface DaemonSettings {
  /** Hosts, hosts with ports, and networks such as 10.0.0.0/8. */
  readonly insecure: readonly string[]
  /** Addresses of mirrors of Docker Hub. */
  readonly mirrors: readonly string[]
}

/** Empty settings where there is no such file; faults with `registry.config`. */
export function readDaemonJson(file: string): DaemonSettings {
  const text = readIfThere(file)
  if (text === undefined) return { insecure: [], mirrors: [] }
  const wrong = (why: string): never => {
    throw new Fault('registry.config', `${file}: ${why}`)
  }
  let value: Record<string, unknown>
  try {
    value = JSON.parse(text) as Record<string, unknown>
  } catch {
    return wrong('it is not JSON')
  }
  const list = (name: string): readonly string[] => {
    const found = value[name] ?? []
    if (!Array.isArray(found) || found.some((one) => typeof one !== 'string'))
      wrong(`"${name}" is not a list of texts`)
    return found as readonly string[]
  }
  const mirrors = list('registry-mirrors')
  const bad = mirrors.find((address) => !URL.canParse(address))
  if (bad !== undefined)
    wrong(`"registry-mirrors" holds "${bad}", which is no address such as https://mirror.example`)
  return { insecure: list('insecure-registries'), mirrors }
}

/** Whether `host` (with its port) is in a list of insecure registries. */
export function isInsecure(host: string, insecure: readonly string[]): boolean {
  const { hostname } = new URL(`http://${host}`)
  const address = hostname.replace(/^\[(.*)\]$/, '$1')
  return insecure.some((entry) => {
    const [network = '', bits] = entry.split('/')
    const family = isIP(network)
    if (bits === undefined || family === 0) return entry === host || entry === hostname
    if (isIP(address) !== family) return false
    const block = new BlockList()
    const type = family === 4 ? 'ipv4' : 'ipv6'
    block.addSubnet(network, Number(bits), type)
    return block.check(address, type)
  })
}

export interface Certificates {
  readonly ca: readonly string[]
  readonly cert: string | undefined
  readonly key: string | undefined
}

/** The certificates in one directory; none where it is not there. Faults with `registry.config`. */
export function readCertificates(directory: string): Certificates {
  const names = fs.existsSync(directory) ? fs.readdirSync(directory).sort() : []
  const read = (name: string): string => fs.readFileSync(path.join(directory, name), 'utf8')
  const ca = names.filter((name) => name.endsWith('.crt')).map(read)
  const own = names.find((name) => name.endsWith('.cert'))
  if (own === undefined) return { ca, cert: undefined, key: undefined }
  const key = own.replace(/\.cert$/, '.key')
  if (!names.includes(key)) throw new Fault('registry.config', `${directory}/${own} has no ${key} beside it`)
  return { ca, cert: read(own), key: read(key) }
}

/** A file's text; `undefined` where there is none or it may not be read. */
export function readIfThere(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
