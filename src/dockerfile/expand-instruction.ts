// Which fields of which instruction take variables. What runs in the container (RUN, CMD, ENTRYPOINT, HEALTHCHECK, SHELL) is left to
// its shell, and ONBUILD to the build that it triggers in.
import { Fault } from '../core/index.ts'
import { expandWord, expandWords } from './expand.ts'
import type { Escape, Expanded, ExpandOptions, Heredoc, Instruction, Lookup, Pair, Source } from './types.ts'

/**
 * The same instruction with every field expanded that BuildKit expands. All of an ENV sees the values from before it; for an ARG that
 * declares several, expand each default by itself, since later ones see earlier ones. Faults with `dockerfile.invalid`, without a place.
 */
export function expandInstruction<I extends Instruction>(
  instruction: I,
  lookup: Lookup,
  options: { readonly escape: Escape },
): Expanded<I> {
  const used = new Set<string>()
  const missing = new Set<string>()
  const expander = createExpander(lookup, options, { used, missing })
  return { instruction: expandFields(instruction, expander) as I, used, missing }
}

interface Expander {
  word(text: string): string
  words(texts: readonly string[]): string[]
  body(heredoc: Heredoc): Heredoc
  pairs(pairs: readonly Pair[]): Pair[]
  sources(sources: readonly Source[]): Source[]
  optional<Name extends string>(
    name: Name,
    from: { readonly [N in Name]?: string },
  ): { readonly [N in Name]?: string }
}

function createExpander(
  lookup: Lookup,
  { escape: mark }: { readonly escape: Escape },
  names: { readonly used: Set<string>; readonly missing: Set<string> },
): Expander {
  const expand = (text: string, options: ExpandOptions) => {
    const result = expandWord(text, lookup, options)
    for (const name of result.used) names.used.add(name)
    for (const name of result.missing) names.missing.add(name)
    return result.text
  }
  const word = (text: string) => expand(text, { escape: mark })
  // BuildKit reads the bodies of here documents with `\` whatever the escape directive says.
  const body = (heredoc: Heredoc) =>
    heredoc.expand ? { ...heredoc, body: expand(heredoc.body, { escape: '\\', plainQuotes: true }) } : heredoc
  return {
    word,
    body,
    words: (texts) =>
      texts.flatMap((text) => {
        word(text)
        return expandWords(text, lookup, { escape: mark })
      }),
    pairs: (pairs) => pairs.map((pair) => ({ ...pair, key: word(pair.key), value: word(pair.value) })),
    sources: (sources) => sources.map((source) => (typeof source === 'string' ? word(source) : body(source))),
    optional: (name, from) => {
      const value: string | undefined = from[name]
      return value === undefined ? {} : ({ [name]: word(value) } as { [N in typeof name]: string })
    },
  }
}

function expandFields(instruction: Instruction, expander: Expander): Instruction {
  const { word, optional } = expander
  switch (instruction.kind) {
    case 'FROM':
      return { ...instruction, image: word(instruction.image), ...optional('platform', instruction) }
    case 'COPY':
      if (instruction.flags.from !== undefined) checkFrom(instruction.flags.from)
      return {
        ...instruction,
        sources: expander.sources(instruction.sources),
        destination: word(instruction.destination),
        flags: {
          ...instruction.flags,
          ...optional('chown', instruction.flags),
          ...optional('chmod', instruction.flags),
        },
      }
    case 'ADD':
      return {
        ...instruction,
        sources: expander.sources(instruction.sources),
        destination: word(instruction.destination),
        flags: {
          ...instruction.flags,
          ...optional('chown', instruction.flags),
          ...optional('chmod', instruction.flags),
          ...optional('checksum', instruction.flags),
        },
      }
    case 'ENV':
    case 'LABEL':
      return { ...instruction, pairs: expander.pairs(instruction.pairs) }
    case 'ARG':
      return {
        ...instruction,
        args: instruction.args.map((argument) => ({ ...argument, ...optional('default', argument) })),
      }
    case 'WORKDIR':
      return { ...instruction, path: word(instruction.path) }
    case 'USER':
      return { ...instruction, user: word(instruction.user) }
    case 'STOPSIGNAL':
      return { ...instruction, signal: word(instruction.signal) }
    case 'VOLUME':
      return { ...instruction, paths: instruction.paths.map(word) }
    case 'EXPOSE':
      return { ...instruction, ports: expander.words(instruction.ports) }
    case 'RUN':
      return {
        ...instruction,
        mounts: instruction.mounts.map((mount) => ({
          ...mount,
          fields: mount.fields.map((field) => ({ ...field, ...optional('value', field) })),
        })),
      }
    default:
      return instruction
  }
}

function checkFrom(from: string): void {
  if (expandWord(from, () => undefined, { escape: '\\' }).text !== from)
    throw new Fault(
      'dockerfile.invalid',
      'variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround',
      { hint: 'write ARG before the first FROM, FROM with the variable AS a name, and --from=that name' },
    )
}
