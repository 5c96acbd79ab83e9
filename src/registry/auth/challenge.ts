// The WWW-Authenticate header (RFC 9110, 11.6.1): which ways to log in a registry offers. Read leniently, as registries write it.

export interface Challenge {
  /** Lower case: `bearer`, `basic`. */
  readonly scheme: string
  /** Names in lower case. */
  readonly params: Readonly<Record<string, string>>
}

const schemeGrammar = /[ \t,]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?=[ \t,]|$)(?!\s*=)/y
const paramGrammar =
  /[ \t,]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))[ \t]*/y

/** All challenges of one header; what cannot be read ends the list. */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: Challenge[] = []
  let at = 0
  const take = (grammar: RegExp): RegExpExecArray | undefined => {
    grammar.lastIndex = at
    const match = grammar.exec(header)
    if (match === null) return undefined
    at = grammar.lastIndex
    return match
  }
  for (let scheme = take(schemeGrammar); scheme !== undefined; scheme = take(schemeGrammar)) {
    const params: Record<string, string> = {}
    for (let param = take(paramGrammar); param !== undefined; param = take(paramGrammar)) {
      const [, name = '', quoted, plain = ''] = param
      params[name.toLowerCase()] = quoted === undefined ? plain : quoted.replace(/\\(.)/g, '$1')
    }
    challenges.push({ scheme: scheme[1]!.toLowerCase(), params })
  }
  return challenges
}
