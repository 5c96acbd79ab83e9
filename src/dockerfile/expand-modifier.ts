// What can stand in `${…}`: a default, an alternative, a demand, a cut prefix or suffix, a replacement.
import { getVariable, type Lexer, lexError, readName, readUntil } from './expand.ts'
import { cutPrefix, cutSuffix, parseShellPattern, replacePattern } from './shell-pattern.ts'

/** Nesting deeper than any person writes; keeps the recursion from exhausting the stack. */
const deepest = 200

/** Reads from just after `${` to just after its `}` and gives the value. */
export function expandBraces(lexer: Lexer): string {
  if (++lexer.depth > deepest) throw lexError('substitutions are nested too deeply')
  const value = expandInner(lexer)
  lexer.depth--
  return value
}

function expandInner(lexer: Lexer): string {
  const { source } = lexer
  const first = source[lexer.at]
  if (first === undefined) throw lexError("syntax error: missing '}'")
  if (first === '{' || first === '}' || first === ':')
    throw lexError('syntax error: bad substitution', 'a variable is written $NAME, or in braces')
  const name = readName(lexer)
  const sign = source[lexer.at++]
  if (sign === undefined) throw lexError("syntax error: missing '}'")
  if (sign === '}') {
    const value = getVariable(lexer, name)
    return value ?? (lexer.options.keepUnset === true ? `\${${name}}` : '')
  }
  if (sign === '/') return expandReplacement(lexer, name)
  if (sign === ':') {
    const second = source[lexer.at++]
    if (second === undefined) throw lexError("syntax error: missing '}'")
    return expandModifier(lexer, name, second, true)
  }
  return expandModifier(lexer, name, sign, false)
}

function expandModifier(lexer: Lexer, name: string, sign: string, emptyIsUnset: boolean): string {
  const written = emptyIsUnset ? `:${sign}` : sign
  const isCut = sign === '#' || sign === '%'
  const unsupported = () =>
    lexError(
      `unsupported modifier (${written}) in substitution`,
      'write one of :- - :+ + :? ? # ## % %% / // after the name',
    )
  if (isCut ? emptyIsUnset : !emptyIsUnset && !'+-?'.includes(sign)) throw unsupported()
  const word = readUntil(lexer, '}', isCut).text
  const value = getVariable(lexer, name)
  if (value === undefined && lexer.options.keepUnset === true) return `\${${name}${written}${word}}`
  const isUnset = value === undefined || (emptyIsUnset && value === '')
  switch (sign) {
    case '-':
      return isUnset ? word : value
    case '+':
      return isUnset ? '' : word
    case '?':
      if (!isUnset) return value
      throw lexError(
        `${name}: ${word || `is not allowed to be ${value === undefined ? 'unset' : 'empty'}`}`,
        `give ${name} a value`,
      )
    case '#':
    case '%': {
      const longest = word.startsWith(sign)
      const pattern = parseShellPattern(longest ? word.slice(1) : word)
      return (sign === '#' ? cutPrefix : cutSuffix)(value ?? '', pattern, longest ? 'longest' : 'shortest')
    }
    default:
      throw unsupported()
  }
}

function expandReplacement(lexer: Lexer, name: string): string {
  const all = lexer.source[lexer.at] === '/'
  if (all) lexer.at++
  const pattern = readUntil(lexer, '/', true).text
  const replacement = readUntil(lexer, '}', true).text
  const value = getVariable(lexer, name)
  if (value === undefined && lexer.options.keepUnset === true) return `\${${name}/${pattern}/${replacement}}`
  return replacePattern(value ?? '', parseShellPattern(pattern), { with: replacement, all })
}
