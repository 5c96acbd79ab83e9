// The right to devices, as `--allow device[=NAME[,alias=NAME]]` gives it (BuildKit's notation).
import { Fault } from '../core/index.ts'
import { parseCsvFields } from '../dockerfile/index.ts'

export interface DeviceGrants {
  readonly all: boolean
  /** As `--device` may be written; what `DeviceCatalogue.find` finds is granted. */
  readonly names: readonly string[]
  /** What a name in a Dockerfile stands for, and is granted with it. */
  readonly aliases: ReadonlyMap<string, string>
}

/** Reads what stands behind `device=` of each `--allow`; empty for `device` alone. Faults with `usage.invalid`. */
export function parseDeviceGrants(texts: readonly string[]): DeviceGrants {
  const names: string[] = []
  const aliases = new Map<string, string>()
  for (const text of texts.filter((one) => one !== '')) {
    const fields = parseCsvFields(text)
    if ('problem' in fields) throw invalid(text, fields.problem)
    const [name = '', ...options] = fields
    let alias = ''
    for (const option of options) {
      if (!option.startsWith('alias=')) throw invalid(text, `"${option}" is not alias=NAME`)
      alias = option.slice('alias='.length)
    }
    if (alias === '') names.push(name)
    else aliases.set(alias, name)
  }
  return { all: texts.includes(''), names, aliases }
}

function invalid(text: string, problem: string): Fault {
  return new Fault('usage.invalid', `--allow device=${text}: ${problem}`, {
    hint: 'write --allow device=VENDOR/CLASS=NAME, or with ,alias=NAME for the name that the Dockerfile has',
  })
}
