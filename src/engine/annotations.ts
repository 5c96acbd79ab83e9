// `--annotation [LEVEL[PLATFORM][,LEVEL…]:]KEY=VALUE`: what is written on the manifests and the index of a build.
import { Fault, type Platform, parsePlatform, printPlatform } from '../core/index.ts'

export interface Annotations {
  /** For the manifest of one platform; `undefined` stands for the only one there is. */
  forManifest(platform: Platform | undefined): Readonly<Record<string, string>>
  readonly index: Readonly<Record<string, string>>
}

/** Faults with `usage.invalid`. */
export function parseAnnotations(texts: readonly string[]): Annotations {
  const index: Record<string, string> = {}
  const manifests: { readonly platform: string | undefined; readonly key: string; readonly value: string }[] =
    []
  for (const text of texts) {
    const [, levels = 'manifest', key = '', value] =
      /^(?:((?:manifest|index)(?:-descriptor)?(?:\[[^\]]*\])?(?:,[^:=]*)?):)?([^=]+)=(.*)$/s.exec(text) ?? []
    if (value === undefined) throw wrong(text, 'it is not KEY=VALUE')
    for (const level of levels.split(',')) {
      const [, kind = '', platform] = /^([a-z-]+)(?:\[(.+)\])?$/.exec(level) ?? []
      if (kind === 'index' && platform === undefined) index[key] = value
      else if (kind === 'manifest')
        manifests.push({
          platform: platform === undefined ? undefined : printPlatform(parsePlatform(platform)),
          key,
          value,
        })
      else throw wrong(text, `"${level}" is neither manifest, manifest[PLATFORM] nor index`)
    }
  }
  return {
    index,
    forManifest: (platform) =>
      Object.fromEntries(
        manifests
          .filter(
            (one) =>
              one.platform === undefined ||
              platform === undefined ||
              one.platform === printPlatform(platform),
          )
          .map(({ key, value }) => [key, value]),
      ),
  }
}

function wrong(text: string, why: string): Fault {
  return new Fault('usage.invalid', `invalid annotation "${text}": ${why}`, {
    hint: 'for example --annotation org.opencontainers.image.url=https://example.com, or index:KEY=VALUE',
  })
}
