// The Dockerfiles that public projects publish, fetched when the tests run and from nowhere but npm and Debian's archive, by those programs
// as this machine has them set up. Nothing of them is kept here but where they are and what they hash to.
import { execFile, execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'

/** A file inside a published archive that never changes: a version on npm, or a file of Debian's pool such as `pool/main/z/znc/…tar.gz`. */
export type Published = { readonly path: string; readonly sha256: string } & (
  | { readonly npm: string; readonly debian?: never }
  | { readonly debian: string; readonly npm?: never }
)

/** What came of fetching an archive: where it is, or why it is not to be had here. */
type Fetched = { readonly archive: string } | { readonly missing: string }

const run = promisify(execFile)
const aptHelper = '/usr/lib/apt/apt-helper'

/** Fetches the archives of all `files` into `folder`, those of npm and those of Debian at the same time. Never throws: what can't be had says why. */
export async function fetchArchives(
  files: readonly Published[],
  folder: string,
): Promise<ReadonlyMap<string, Fetched>> {
  const [npm, debian] = await Promise.all([
    fetchNpm(
      files.flatMap((file) => file.npm ?? []),
      folder,
    ),
    fetchDebian(
      files.flatMap((file) => file.debian ?? []),
      folder,
    ),
  ])
  return new Map([...npm, ...debian])
}

/** The bytes of a file whose archive was fetched. Throws if they are not those that were published. */
export function readPublished(file: Published, archive: string): Buffer {
  const plain = archive.endsWith('.deb')
    ? execFileSync('dpkg-deb', ['--fsys-tarfile', archive], large)
    : undefined
  const from = plain === undefined ? archive : '-'
  const bytes = execFileSync('tar', ['-xOf', from, file.path], { ...large, input: plain })
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  if (sha256 !== file.sha256) throw new Error(`${file.path} of ${path.basename(archive)} hashes to ${sha256}`)
  return bytes
}

const large = { maxBuffer: 256 * 2 ** 20 }

async function fetchNpm(versions: readonly string[], folder: string): Promise<readonly [string, Fetched][]> {
  const options = [
    '--loglevel=error',
    '--ignore-scripts',
    '--prefer-offline',
    '--fetch-retries=1',
    '--fetch-timeout=20000',
  ]
  const said = await failure('npm', ['pack', ...options, '--pack-destination', folder, ...versions])
  return versions.map((version) => {
    const archive = path.join(folder, `${version.replace(/^@/, '').replace(/[/@]/g, '-')}.tgz`)
    return [
      version,
      fs.existsSync(archive)
        ? { archive }
        : { missing: `npm has no ${version} here: ${lineAbout(version, said)}` },
    ]
  })
}

async function fetchDebian(files: readonly string[], folder: string): Promise<readonly [string, Fetched][]> {
  const options = [
    '-q',
    '-o',
    'APT::Sandbox::User=root',
    '-o',
    'Acquire::http::Timeout=20',
    '-o',
    'Acquire::Retries=0',
  ]
  const place = (file: string): string => path.join(folder, path.basename(file))
  let said = 'no Debian archive is set up'
  for (const archive of await debianArchives()) {
    const wanted = files.filter((file) => !fs.existsSync(place(file)))
    if (wanted.length === 0) break
    const pairs = wanted.flatMap((file) => [`${archive}/${file}`, place(file)])
    said = await failure(aptHelper, [...options, 'download-file', ...pairs])
  }
  return files.map((file) => {
    const archive = place(file)
    return [
      file,
      fs.existsSync(archive)
        ? { archive }
        : { missing: `Debian has no ${file} here: ${lineAbout(file, said)}` },
    ]
  })
}

/** Where apt is set up to fetch from, as it says itself: `'…/dists/bookworm/InRelease' …` for each of its sources. */
async function debianArchives(): Promise<readonly string[]> {
  if (!fs.existsSync(aptHelper)) return []
  const { stdout } = await run('apt-get', ['update', '--print-uris']).catch(() => ({ stdout: '' }))
  return [...new Set([...stdout.matchAll(/^'(\S+?)\/+dists\/\S+InRelease'/gm)].map((match) => match[1]!))]
}

/** What a program says when it fails; empty when it does not. */
async function failure(program: string, argv: readonly string[]): Promise<string> {
  try {
    await run(program, argv)
    return ''
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string }
    return (stderr || message).trim()
  }
}

/** Of all that was said the line about one of the files that were asked for, else the first. */
function lineAbout(name: string, said: string): string {
  const lines = said.split('\n')
  return lines.find((line) => line.includes(name)) ?? lines[0]!
}
