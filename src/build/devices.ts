// The devices that this machine's files describe (CDI), for `RUN --device`.
import * as fs from 'node:fs'
import * as path from 'node:path'
import { asFault, Fault, parseYaml } from '../core/index.ts'
import {
  catalogueDevices,
  type DeviceCatalogue,
  type DeviceSpec,
  parseDeviceSpec,
  type SpecFile,
} from '../device/index.ts'

/** BuildKit's directories. */
const usualDirectories = ['/etc/cdi', '/var/run/cdi', '/etc/buildkit/cdi']

/**
 * Reads all spec files: the `.json` and `.yaml` files of the directories given, else of those that PEEL_CDI_SPEC_DIRS names (with colons
 * between them), else of the usual ones. A file that cannot be read is one of the catalogue's problems, and keeps no other device away.
 */
export async function readDevices(
  given: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<DeviceCatalogue> {
  const named = env.PEEL_CDI_SPEC_DIRS?.split(':').filter((directory) => directory !== '') ?? []
  const directories = given.length > 0 ? given : named.length > 0 ? named : usualDirectories
  const files: SpecFile[] = []
  const problems: string[] = []
  const attempt = async (work: () => void | Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (thrown) {
      const { kind, message } = asFault(thrown)
      if (kind !== 'input') throw thrown
      problems.push(message)
    }
  }
  for (const [rank, directory] of directories.entries())
    await attempt(async () => {
      for (const file of specFiles(directory))
        await attempt(async () => void files.push({ file, rank, spec: await readSpec(file) }))
    })
  return catalogueDevices(files, { directories, problems })
}

async function readSpec(file: string): Promise<DeviceSpec> {
  const text = readable(file, () => fs.readFileSync(file, 'utf8'))
  // JSON is read as the YAML that it is
  return parseDeviceSpec(await parseYaml(text, file, { scalars: 'text' }), file)
}

function specFiles(directory: string): readonly string[] {
  if (!fs.existsSync(directory)) return []
  return readable(directory, () => fs.readdirSync(directory, { withFileTypes: true }))
    .filter((entry) => !entry.isDirectory() && /\.(?:json|yaml)$/.test(entry.name))
    .map(({ name }) => path.join(directory, name))
    .sort()
}

function readable<Content>(place: string, read: () => Content): Content {
  try {
    return read()
  } catch (cause) {
    throw new Fault('device.invalid', `${place}: it cannot be read (${(cause as Error).message})`, { cause })
  }
}
