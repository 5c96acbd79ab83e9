// YAML files that people bring along. The parser is loaded by the first file that is read.
import { Fault } from './fault.ts'

/**
 * The JSON value of a YAML document; an empty one is `null`. With `scalars: 'text'` numbers, booleans and null stay the text they are
 * written as, for readers that know what each place holds. Faults with `yaml.invalid`, which names the file and the line.
 */
export async function parseYaml(
  text: string,
  file: string,
  { scalars = 'typed' }: { readonly scalars?: 'typed' | 'text' } = {},
): Promise<unknown> {
  const { parseDocument } = await import('yaml')
  const document = parseDocument(text, {
    prettyErrors: false,
    ...(scalars === 'text' && { schema: 'failsafe' }),
  })
  const [error] = document.errors
  if (error !== undefined) {
    const line = text.slice(0, error.pos[0]).split('\n').length
    throw new Fault('yaml.invalid', `${file}:${line}: ${error.message}`, { hint: 'mend the YAML there' })
  }
  return document.toJS({ maxAliasCount: 100 })
}
