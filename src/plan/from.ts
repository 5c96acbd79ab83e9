// What FROM says once its variables are replaced. BuildKit reads every FROM of a file before it builds any stage, so a mistake in one
// that the target does not need ends the build as well.
import { asFault, Fault, type Platform, parseAnyReference, parsePlatform, placed } from '../core/index.ts'
import {
  type Dockerfile,
  didYouMean,
  type Escape,
  type Expansion,
  expandWord,
  type FromInstruction,
  type Stage,
} from '../dockerfile/index.ts'

export interface ExpandedFrom {
  readonly image: Expansion
  readonly platform: Expansion | undefined
}

/** Only the arguments before the first FROM and the platform's count. Faults with `dockerfile.invalid`. */
export function expandFrom(
  { image, platform }: FromInstruction,
  global: ReadonlyMap<string, string>,
  words: { readonly escape: Escape },
): ExpandedFrom {
  const expand = (text: string): Expansion => expandWord(text, (name) => global.get(name), words)
  return { image: expand(image), platform: platform === undefined ? undefined : expand(platform) }
}

/**
 * The platform that FROM asks for, if any. Faults where image or platform is blank, with `platform.invalid` for one nobody knows, with
 * `reference.invalid` where the name is no stage above and nothing an image can be called.
 */
export function checkFrom(
  { from, index }: Stage,
  { image, platform }: ExpandedFrom,
  { file, global }: { readonly file: Dockerfile; readonly global: ReadonlyMap<string, string> },
): Platform | undefined {
  if (image.text === '')
    throw new Fault('dockerfile.invalid', `base name (${from.image}) should not be blank`, {
      hint: valueHint(from.image),
    })
  if (platform?.text === '') {
    const near = [...platform.missing].map((name) => didYouMean(name, [...global.keys()])).find(Boolean)
    const message = `empty platform value from expression ${from.platform}${near ?? ''}`
    throw new Fault('platform.invalid', message, { hint: valueHint(from.platform ?? '') })
  }
  const parsed = platform === undefined ? undefined : parsePlatform(platform.text)
  if (image.text !== 'scratch' && findStage(file, image.text, index) === undefined)
    parseAnyReference(image.text)
  return parsed
}

/** What each stage is built on, and for which platform where its FROM says one. Faults carry the place of the FROM. */
export function readFroms(
  file: Dockerfile,
  global: ReadonlyMap<string, string>,
): readonly { readonly name: string; readonly platform: Platform | undefined }[] {
  return file.stages.map((stage) => {
    try {
      const expanded = expandFrom(stage.from, global, file)
      return { name: expanded.image.text, platform: checkFrom(stage, expanded, { file, global }) }
    } catch (thrown) {
      throw placed(asFault(thrown), stage.from.place, file.source)
    }
  })
}

/** The stage of that name above another; the nearest, as FROM and --from see it. */
export function findStage(file: Dockerfile, name: string, before: number): number | undefined {
  const wanted = name.toLowerCase()
  return file.stages.slice(0, before).findLast((stage) => stage.name === wanted)?.index
}

function valueHint(expression: string): string {
  return `give its variable a value: an ARG with a default before the first FROM, or --build-arg (${expression})`
}
