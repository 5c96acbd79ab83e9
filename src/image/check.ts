// What the OCI image-spec asks of its documents (schema/*.json, v1.1). `checkDocument` holds a document to every word of it; reading
// is kinder where images in the wild are: any text as environment, time or media type, no layers, null for nothing.
import { isFault, parseDigest } from '../core/index.ts'
import { boolean, type Check, fields, integer, list, map, oneOf, text } from './shape.ts'

export type DocumentKind = 'config' | 'descriptor' | 'index' | 'layout' | 'manifest'

/** What is wrong with a document, as a phrase, or `undefined` if nothing is. `json` is its text. */
export function checkDocument(kind: DocumentKind, json: string): string | undefined {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return 'it is not JSON'
  }
  return strict[kind](value, '')
}

/** The same for a parsed value, as kindly as reading is. */
export function problemOf(kind: DocumentKind, value: unknown): string | undefined {
  return lenient[kind](value, '')
}

const token = '[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}'
const exactMediaType = text(new RegExp(`^${token}/${token}$`), 'a media type')
const annotations = map(text())

/** Algorithms that nobody registered are allowed, but a known one must have its own form. */
const digest: Check = (value, at) => {
  const problem = text(/^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/, 'a digest')(value, at)
  if (problem !== undefined || !/^sha(?:256|384|512):/.test(value as string)) return problem
  try {
    parseDigest(value as string)
    return undefined
  } catch (thrown) {
    return isFault(thrown) ? thrown.message : String(thrown)
  }
}

/** What nobody knows is passed over in a list of manifests, however it is spelled. */
function mediaTypeCheck(exact: boolean): Check {
  return exact ? exactMediaType : text()
}

function descriptorCheck(exact: boolean): Check {
  const mediaType = mediaTypeCheck(exact)
  return fields(
    {
      mediaType,
      digest,
      size: integer(0),
      urls: list(exact ? text(/^[A-Za-z][A-Za-z0-9+.-]*:/, 'a URI') : text()),
      annotations,
      artifactType: mediaType,
      data: text(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, 'base64'),
      platform: fields(
        {
          architecture: text(),
          os: text(),
          'os.version': text(),
          'os.features': list(text()),
          variant: text(),
        },
        ['architecture', 'os'],
      ),
    },
    ['mediaType', 'digest', 'size'],
  )
}

function manifestCheck(exact: boolean): Check {
  const descriptor = descriptorCheck(exact)
  const mediaType = mediaTypeCheck(exact)
  return fields(
    {
      schemaVersion: integer(2, 2),
      mediaType,
      artifactType: mediaType,
      config: descriptor,
      layers: list(descriptor, exact ? 1 : 0),
      subject: descriptor,
      annotations,
    },
    ['schemaVersion', 'config', 'layers'],
  )
}

function indexCheck(exact: boolean): Check {
  const descriptor = descriptorCheck(exact)
  const mediaType = mediaTypeCheck(exact)
  return fields(
    {
      schemaVersion: integer(2, 2),
      mediaType,
      artifactType: mediaType,
      manifests: list(descriptor),
      subject: descriptor,
      annotations,
    },
    ['schemaVersion', 'manifests'],
  )
}

function configCheck(exact: boolean): Check {
  const time = exact
    ? text(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/, 'an RFC 3339 time')
    : text()
  const nothing = fields({})
  return fields(
    {
      created: time,
      author: text(),
      architecture: text(),
      variant: text(),
      os: text(),
      'os.version': text(),
      'os.features': list(text()),
      config: fields({
        User: text(),
        ExposedPorts: map(nothing),
        Env: list(exact ? text(/^[^=]+=/, 'NAME=value') : text()),
        Entrypoint: list(text()),
        Cmd: list(text()),
        Volumes: map(nothing),
        WorkingDir: text(),
        Labels: map(text()),
        StopSignal: text(),
        StopTimeout: integer(0),
        ArgsEscaped: boolean,
        Healthcheck: fields({
          Test: list(text()),
          Interval: integer(0),
          Timeout: integer(0),
          StartPeriod: integer(0),
          StartInterval: integer(0),
          Retries: integer(0),
        }),
        OnBuild: list(text()),
        Shell: list(text()),
      }),
      rootfs: fields({ type: oneOf('layers'), diff_ids: list(digest) }, ['type', 'diff_ids']),
      history: list(
        fields({ created: time, author: text(), created_by: text(), comment: text(), empty_layer: boolean }),
      ),
    },
    ['architecture', 'os', 'rootfs'],
  )
}

const layout = fields({ imageLayoutVersion: oneOf('1.0.0') }, ['imageLayoutVersion'])

const strict: Readonly<Record<DocumentKind, Check>> = {
  config: configCheck(true),
  descriptor: descriptorCheck(true),
  index: indexCheck(true),
  layout,
  manifest: manifestCheck(true),
}
const lenient: Readonly<Record<DocumentKind, Check>> = {
  config: configCheck(false),
  descriptor: descriptorCheck(false),
  index: indexCheck(false),
  layout,
  manifest: manifestCheck(false),
}
