// What single commands of a RUN are for, as far as words tell: removing, changing modes and owners, installing packages.
import { compileGlob } from '../../core/index.ts'
import type { ShellCommand } from './commands.ts'

/** What an `rm` removes; `undefined` for all other commands, and where a path is a variable or not absolute. */
export function removedPaths({ words, outputs }: ShellCommand): readonly string[] | undefined {
  if (words[0]?.text !== 'rm' || outputs.length > 0) return undefined
  const paths = words.slice(1).filter(({ text }) => !/^-[a-zA-Z-]/.test(text))
  const known = paths.length > 0 && paths.every(({ text, dynamic }) => !dynamic && text.startsWith('/'))
  return known ? paths.map(({ text }) => text) : undefined
}

/** Whether a word of `rm` names a path or something above it. */
export function covers(word: string, path: string): boolean {
  const pattern = word.replace(/(?<=.)\/+$/, '')
  // `dir/*` takes all that people put there, so it covers the directory as a place
  if (pattern.endsWith('/*') && path === pattern.slice(0, -2)) return true
  const matches = compiled(pattern)
  for (let at = path; at.length > 1; at = at.slice(0, at.lastIndexOf('/'))) if (matches(at)) return true
  return false
}

function compiled(pattern: string): (text: string) => boolean {
  if (!/[*?[\\]/.test(pattern)) return (text) => text === pattern
  try {
    return compileGlob(pattern)
  } catch {
    return () => false
  }
}

/** A `chmod` or `chown` of one set of paths. */
export interface AttributeChange {
  readonly flag: 'chmod' | 'chown'
  readonly value: string
  readonly recursive: boolean
  readonly paths: readonly string[]
}

/** Reads `chmod [-R] MODE PATH…` and `chown [-R] OWNER PATH…` on absolute paths; other options make it something else. */
export function attributeChange({ words, outputs }: ShellCommand): AttributeChange | undefined {
  const flag = words[0]?.text
  if ((flag !== 'chmod' && flag !== 'chown') || outputs.length > 0 || words.some(({ dynamic }) => dynamic))
    return undefined
  const rest = words.slice(1).map(({ text }) => text)
  // `-x` is a mode to chmod
  const options = rest.filter(
    (text) => text.startsWith('-') && !(flag === 'chmod' && /^-[rwxXst]+$/.test(text)),
  )
  if (options.some((text) => text !== '-R' && text !== '--recursive')) return undefined
  const [value, ...paths] = rest.filter((text) => !options.includes(text))
  if (value === undefined || paths.length === 0) return undefined
  // an operator before a number (`=2775`) is chmod(1)'s alone
  if (flag === 'chmod' && !/^(?:[0-7]+|\D+)$/.test(value)) return undefined
  return { flag, value, recursive: options.length > 0, paths }
}

interface Manager {
  readonly name: string
  readonly programs: RegExp
  /** Words that fetch the lists of packages, and those that install. */
  readonly update?: RegExp
  readonly install: RegExp
  /** Where its lists and downloads stay. */
  readonly directories: readonly string[]
  /** A command that clears them. */
  readonly clears?: RegExp
  /** An option that keeps them from being written. */
  readonly without?: RegExp
  /** What to put at the end of the RUN. */
  readonly remedy: string
}

const managers: readonly Manager[] = [
  {
    name: 'apt',
    programs: /^apt(?:-get)?$/,
    update: /^update$/,
    install: /^install$/,
    directories: ['/var/lib/apt/lists'],
    clears: /^apt(?:-get)? (?:-\S+ )*dist-?clean\b/,
    remedy: 'rm -rf /var/lib/apt/lists/*',
  },
  {
    name: 'apk',
    programs: /^apk$/,
    update: /^update$/,
    install: /^add$/,
    directories: ['/var/cache/apk'],
    without: /^--no-cache$/,
    remedy: 'rm -rf /var/cache/apk/*',
  },
  {
    name: 'dnf',
    programs: /^(?:micro)?dnf$|^yum$/,
    update: /^makecache$/,
    install: /^install$/,
    directories: ['/var/cache/dnf', '/var/cache/yum', '/var/cache/libdnf5'],
    clears: /\bclean (?:-\S+ )*all\b/,
    remedy: 'dnf clean all',
  },
]

export interface PackageUse {
  readonly name: string
  readonly does: 'update' | 'install'
  readonly manager: Manager
}

/** Programs that run the one named behind them, and what may stand between. */
const startsOthers = /^(?:sudo|env|exec|command|eatmydata|xargs|-\S*|[A-Za-z_]\w*=.*)$/

/** What a command does with a package manager of the system. */
export function packageUse({ words }: ShellCommand): PackageUse | undefined {
  const texts = words.map(({ text }) => text)
  const at = texts.findIndex((text) => !startsOthers.test(text))
  const manager = managers.find(({ programs }) => programs.test(texts[at] ?? ''))
  if (manager === undefined) return undefined
  const word = texts.slice(at + 1).find((text) => !text.startsWith('-'))
  if (word === undefined) return undefined
  if (manager.update?.test(word)) return { name: manager.name, does: 'update', manager }
  return manager.install.test(word) ? { name: manager.name, does: 'install', manager } : undefined
}

/** Whether a RUN of these commands leaves the lists or downloads of a package manager in its layer, and which. */
export function leftLists(commands: readonly ShellCommand[]): PackageUse | undefined {
  const uses = commands.flatMap((command) => {
    const use = packageUse(command)
    return use === undefined ? [] : [{ use, command }]
  })
  return uses.find(({ use: { manager, does }, command }) => {
    const { without, clears, directories, name } = manager
    // Debian's images remove downloaded packages themselves; what stays is what `update` fetched. apk keeps nothing without lists.
    if (name !== 'dnf' && does !== 'update') return false
    if (without !== undefined && command.words.some(({ text }) => without.test(text))) return false
    return !commands.some(
      (other) =>
        clears?.test(other.words.map(({ text }) => text).join(' ')) ||
        (other.words[0]?.text === 'rm' &&
          other.words.some(({ text }) => directories.some((directory) => covers(text, directory)))),
    )
  })?.use
}

interface Installer {
  readonly command: RegExp
  /** File names that say what to install; the first group that is there counts. */
  readonly manifests: readonly (readonly string[])[]
}

const installers: readonly Installer[] = [
  {
    command: /^(?:npm (?:ci|install|i)|yarn(?: install)?|pnpm (?:install|i)|bun install)(?: -\S+)*$/,
    manifests: [
      ['package.json'],
      ['package-lock.json'],
      ['npm-shrinkwrap.json'],
      ['yarn.lock'],
      ['pnpm-lock.yaml'],
      ['bun.lock'],
      ['.npmrc'],
    ],
  },
  { command: /^go mod download(?: -x)?$/, manifests: [['go.mod'], ['go.sum']] },
  { command: /^bundle install(?: -\S+)*$/, manifests: [['Gemfile'], ['Gemfile.lock']] },
  { command: /^composer install(?: -\S+)*$/, manifests: [['composer.json'], ['composer.lock']] },
  { command: /^cargo fetch(?: -\S+)*$/, manifests: [['Cargo.toml'], ['Cargo.lock']] },
  { command: /^poetry install(?: -\S+)*$/, manifests: [['pyproject.toml'], ['poetry.lock']] },
]

/**
 * The files that an installer of a language reads, as `npm ci` reads package.json: those that may be there. `undefined` where a
 * command is no such installer, or installs something else besides.
 */
export function installManifests({ words }: ShellCommand): readonly string[] | undefined {
  if (words.some(({ dynamic }) => dynamic)) return undefined
  const texts = words.map(({ text }) => text)
  const requirements = requirementsOf(texts)
  if (requirements !== undefined) return requirements
  const line = texts.join(' ')
  return installers.find(({ command }) => command.test(line))?.manifests.flat()
}

/** `pip install -r FILE` and nothing but options besides. */
function requirementsOf(words: readonly string[]): readonly string[] | undefined {
  const at = words.indexOf('install')
  const isPip = /^pip3?$/.test(words[0] ?? '') || /^python3? -m pip$/.test(words.slice(0, 3).join(' '))
  if (!isPip || at < 0) return undefined
  const files: string[] = []
  for (let i = at + 1; i < words.length; i++)
    if (words[i] === '-r' || words[i] === '--requirement') files.push(words[++i] ?? '')
    else if (!words[i]!.startsWith('-')) return undefined
  return files.length > 0 && files.every((file) => /^[\w.-]+$/.test(file)) ? files : undefined
}
