// `peel doctor`: what this machine can do for Peel, what is missing, and whether the store is whole.
import { printSize } from '../../core/index.ts'
import { defineCommand } from '../command.ts'
import { jsonFlag, writeJson } from '../listing.ts'
import { autoMode, withProgress } from '../progress/index.ts'

export default defineCommand({
  name: 'doctor',
  summary: 'Show what this machine can do, and what to install for the rest',
  usage: '',
  flags: {
    verify: { kind: 'switch', about: 'Also read every blob of the store again and compare its digest' },
    json: jsonFlag,
  },
  words: { min: 0, max: 0 },
  async run({ flags }, shell) {
    const engine = await shell.engine()
    const report = await withProgress(shell, autoMode(shell, 'quiet'), (ctx) =>
      engine.doctor({ verify: flags.verify }, ctx),
    )
    const problems = report.verified?.problems ?? []
    const status = problems.length === 0 ? 0 : 1
    if (flags.json) {
      writeJson(shell, report)
      return status
    }
    let text = `peel ${report.version}, images in ${report.root}\n\n`
    const column = Math.max(0, ...report.checks.map((check) => check.name.length))
    for (const { name, ok, detail, hint } of report.checks) {
      text += ` ${ok ? 'ok' : '--'}  ${name.padEnd(column)}  ${detail}\n`
      if (hint !== undefined && !ok) text += `     ${' '.repeat(column)}  ${hint}\n`
    }
    if (report.verified !== undefined) {
      const { blobs, bytes } = report.verified
      const verdict = status === 0 ? 'all intact' : `${problems.length} with problems:`
      text += `\n${blobs} blobs (${printSize(bytes)}) verified, ${verdict}\n`
      for (const problem of problems) text += ` ${problem}\n`
    }
    shell.out.write(text)
    return status
  },
})
