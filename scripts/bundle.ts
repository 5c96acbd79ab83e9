// Makes `dist/`, which is what `npm pack` ships: Node strips no types below node_modules, so an installed Peel is plain JavaScript.
// peel.js starts the program or says that Node is too old; cli.js is the program, index.js the library, registry.js its client of registries; commands load as chunks.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'
import { makePage } from './page.ts'

const repository = path.join(import.meta.dirname, '..')
const dist = path.join(repository, 'dist')
fs.rmSync(dist, { recursive: true, force: true })

const entries: Record<string, string> = {
  cli: 'src/main.ts',
  index: 'src/engine/index.ts',
  registry: 'src/registry/index.ts',
}
const missing = Object.values(entries).filter((file) => !fs.existsSync(path.join(repository, file)))
if (missing.length > 0) throw new Error(`cannot bundle without ${missing.join(' and ')}`)

await build({
  absWorkingDir: repository,
  entryPoints: entries,
  outdir: dist,
  bundle: true,
  splitting: true,
  chunkNames: 'chunk-[hash]',
  platform: 'node',
  target: 'node26',
  format: 'esm',
  // its package for Node is CommonJS, whose require(), kept in a module of the bundle, fails when it is loaded
  alias: { yaml: './node_modules/yaml/browser/index.js' },
  legalComments: 'none',
  logLevel: 'warning',
})

await makePage(dist)

const { engines, version } = JSON.parse(fs.readFileSync(path.join(repository, 'package.json'), 'utf8'))
const major = Number(/\d+/.exec(engines.node)?.[0])
fs.writeFileSync(
  path.join(dist, 'peel.js'),
  `// Peel ${version}, bundled. Loads the program only where Node can run it.
if (Number(process.versions.node.split('.')[0]) < ${major}) {
  console.error('peel: needs Node ${major} or newer, and this is ' + process.version + ' (' + process.execPath + ')')
  process.exitCode = 125
} else await import('./cli.js')
`,
)

const types = spawnSync(path.join(repository, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.types.json'], {
  cwd: repository,
  stdio: 'inherit',
})
if (types.status !== 0) throw new Error('the type declarations could not be made')
