// What Node reports about connections, as faults. Only those that another try may mend are of the kind that is retried.
import { Fault } from '../../core/index.ts'
import { shownUrl } from './destination.ts'

const sentences: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such host',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no network to that host',
  EPROTO: 'it does not speak TLS there',
}

/** `registry.unreachable` where nobody can be reached, `registry.dropped` where a connection broke. */
export function faultOfConnection(error: Error, url: URL): Fault {
  if (error instanceof Fault) return error
  const code = 'code' in error ? String(error.code) : ''
  const where = shownUrl(url)
  if (isCertificateError(code))
    return new Fault('registry.unreachable', `${url.host} cannot be trusted: ${error.message}`, {
      hint: `Put the certificate of its authority into /etc/docker/certs.d/${url.host}/ca.crt.`,
      cause: error,
    })
  const known = code.startsWith('ERR_SSL') ? sentences.EPROTO : sentences[code]
  if (known !== undefined)
    return new Fault('registry.unreachable', `${where} cannot be reached: ${known}`, {
      hint:
        known === sentences.EPROTO
          ? `For a registry without TLS put "insecure-registries": ["${url.host}"] into /etc/docker/daemon.json.`
          : 'Check the name, the network and HTTPS_PROXY.',
      cause: error,
    })
  const what = error.message === 'aborted' ? 'the connection broke off' : error.message
  return new Fault('registry.dropped', `${where}: ${what}`, { cause: error })
}

/** Names that OpenSSL and Node give to certificates they do not accept. */
function isCertificateError(code: string): boolean {
  return /CERT|^UNABLE_TO_|SELF_SIGNED|^ERR_TLS_CERT|^HOSTNAME_MISMATCH|^INVALID_CA/.test(code)
}
