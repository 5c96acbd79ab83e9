// The container's /etc/resolv.conf and /etc/hosts, as files in the work directory.
import fs from 'node:fs'
import path from 'node:path'
import { sha256 } from '../core/index.ts'
import { defaultHostname, type RunSpec } from './spec.ts'

const loopback = [
  '127.0.0.1\tlocalhost',
  '::1\tlocalhost ip6-localhost ip6-loopback',
  'fe00::0\tip6-localnet',
  'ff00::0\tip6-mcastprefix',
  'ff02::1\tip6-allnodes',
  'ff02::2\tip6-allrouters',
]

/** Puts both files under `directory` (one per content, so that runs share them) and gives their paths. */
export function writeEtc(directory: string, spec: RunSpec): { resolvConf: string; hosts: string } {
  return {
    resolvConf: writeOnce(directory, spec.network === 'host' ? readHost('/etc/resolv.conf') : ''),
    hosts: writeOnce(directory, printHosts(spec, spec.network === 'host' ? readHost('/etc/hosts') : '')),
  }
}

/** The text of /etc/hosts: loopback names, the container's own name, the extra hosts, then what this machine's file (`own`) says. */
export function printHosts(spec: RunSpec, own: string): string {
  const name = spec.hostname ?? defaultHostname
  const extra = (spec.extraHosts ?? []).map((host) => `${host.address}\t${host.name}`)
  const text = [...loopback, `127.0.1.1\t${name}`, ...extra].join('\n')
  return own === '' ? `${text}\n` : `${text}\n${own.endsWith('\n') ? own : `${own}\n`}`
}

function readHost(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function writeOnce(directory: string, text: string): string {
  const file = path.join(directory, `etc-${sha256(text).slice(7, 23)}`)
  if (!fs.existsSync(file)) fs.writeFileSync(file, text, { mode: 0o644 })
  return file
}
