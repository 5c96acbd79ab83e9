// What package managers and compilers left behind in the final file system, and nothing that runs needs.
import { cellNumber, nodePath, type Strata, standing } from '../../layer/index.ts'
import type { WasteItem } from './types.ts'

/** `within`: everything below a directory whose path ends so. `~` is a home directory: /root, /home/NAME, /nonexistent. */
interface CacheRule {
  readonly cache: string
  readonly within: RegExp
}

const home = '(?:/root|/home/[^/]+|/nonexistent)'
const rule = (cache: string, ...directories: readonly string[]): CacheRule => ({
  cache,
  within: new RegExp(`^(?:${directories.join('|')})$`),
})

const rules: readonly CacheRule[] = [
  rule('apt', '/var/lib/apt/lists', '/var/cache/apt', '/var/cache/debconf'),
  rule('apk', '/var/cache/apk', '/etc/apk/cache'),
  rule('dnf', '/var/cache/dnf', '/var/cache/yum', '/var/cache/libdnf5', '/var/lib/dnf/repos'),
  rule('pacman', '/var/cache/pacman', '/var/lib/pacman/sync'),
  rule('zypper', '/var/cache/zypp'),
  rule('pip', `${home}/\\.cache/pip`, '/tmp/pip-[^/]+'),
  rule('uv', `${home}/\\.cache/uv`),
  rule('poetry', `${home}/\\.cache/pypoetry`),
  rule('conda', '/opt/(?:[^/]*conda[^/]*)/pkgs', `${home}/[^/]*conda[^/]*/pkgs`),
  rule('npm', `${home}/\\.npm`, '/\\.npm', '/tmp/npm-[^/]+'),
  rule('yarn', `${home}/\\.cache/yarn`, '/usr/local/share/\\.cache/yarn', `${home}/\\.yarn/berry/cache`),
  rule('pnpm', `${home}/\\.local/share/pnpm/store`, `${home}/\\.cache/pnpm`, '(?:/[^/]+)*/\\.pnpm-store'),
  rule('bun', `${home}/\\.bun/install/cache`),
  rule('go', `${home}/\\.cache/go-build`, '/go/pkg/mod', `${home}/go/pkg/mod`),
  rule(
    'cargo',
    `(?:/usr/local/cargo|${home}/\\.cargo)/(?:registry|git)`,
    '(?:/[^/]+)+/target/(?:debug|release)/(?:deps|build|incremental)',
  ),
  rule('maven', `${home}/\\.m2/repository`),
  rule('gradle', `${home}/\\.gradle/(?:caches|wrapper)`, '/home/gradle/\\.gradle/caches'),
  rule('composer', `${home}/\\.composer/cache`, `${home}/\\.cache/composer`),
  rule(
    'gem',
    '(?:/usr/local/bundle|/var/lib/gems/[^/]+|/usr/local/lib/ruby/gems/[^/]+)/cache',
    `${home}/\\.bundle/cache`,
  ),
  rule('nuget', `${home}/\\.nuget/packages`, `${home}/\\.local/share/NuGet`),
  rule('ccache', `${home}/\\.ccache`, `${home}/\\.cache/ccache`),
  rule('python', '(?:/[^/]+)*/__pycache__'),
]

/** The directories of caches that hold files, one item for each layer that put files there. */
export function findCaches(strata: Strata): WasteItem[] {
  const { length, layers, layer, kind, inode, end } = strata
  const seen = new Uint8Array(kind.length)
  const items: WasteItem[] = []
  for (let node = 1; node < length; node++) {
    if (end[node] === node + 1) continue
    const path = nodePath(strata, node)
    const found = rules.find(({ within }) => within.test(path))
    if (found === undefined) continue
    const byLayer = new Map<number, { files: number; bytes: number }>()
    for (let below = node + 1; below < end[node]!; below++) {
      const cell = standing(strata, below, layers.length)
      const file = cell < 0 ? cell : inode[cell]!
      if (file < 0 || kind[file] !== cellNumber.file || seen[file] === 1) continue
      seen[file] = 1
      const sums = byLayer.get(layer[file]!) ?? { files: 0, bytes: 0 }
      sums.files++
      sums.bytes += strata.size[file]!
      byLayer.set(layer[file]!, sums)
    }
    for (const [broughtBy, { files, bytes }] of byLayer)
      if (bytes > 0)
        items.push({ class: 'caches', path, directory: true, files, bytes, broughtBy, cache: found.cache })
    node = end[node]! - 1
  }
  return items
}
