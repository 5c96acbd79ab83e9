// `peel context why`: the rule that includes or excludes a path.
import type { ContextVerdict } from '../../engine/index.ts'
import { defineCommand } from '../command.ts'
import { jsonFlag, writeJson } from '../listing.ts'
import { contextFlags, contextOptions } from './context-options.ts'

export default defineCommand({
  name: 'context why',
  summary: 'Say which rule includes a path in a build context or excludes it; status 1 when it is excluded',
  usage: 'FILE [PATH | URL | -]',
  flags: { ...contextFlags, json: jsonFlag },
  words: { min: 1, max: 2 },
  async run({ flags, words }, shell) {
    const [file = '', where = '.'] = words
    const options = contextOptions(where, flags.file, shell)
    const engine = await shell.engine()
    const verdict = await engine.contextRule(options, file, { signal: shell.signal, emit: () => {} })
    if (flags.json) writeJson(shell, verdict)
    else shell.out.write(`${printVerdict(verdict)}\n`)
    return verdict.included ? 0 : 1
  },
})

function printVerdict({ path, included, exists, rule }: ContextVerdict): string {
  const word = included ? 'included' : 'excluded'
  const is = exists ? `is ${word}` : `is not there; it would be ${word}`
  if (rule === undefined) return `${path} ${is}: no rule matches it`
  const negated = rule.pattern.startsWith('!')
  const still = included && !negated ? ', but a later rule brings back something in it' : ''
  return `${path} ${is}: ${rule.file}:${rule.line}: ${rule.pattern}${still}`
}
