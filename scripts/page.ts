// Makes the script and the style sheet of the web page: `node scripts/page.ts DIRECTORY` puts page.js and page.css there. What is tested
// from the sources and what ships come from here alike.
import fs from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'

const repository = path.join(import.meta.dirname, '..')

/** Bundles `src/web/page/` into `directory`; whoever reads meanwhile sees the old files or the new ones, whole. */
export async function makePage(directory: string): Promise<void> {
  const { outputFiles } = await build({
    absWorkingDir: repository,
    entryPoints: { page: 'src/web/page/main.ts', style: 'src/web/page/style/page.css' },
    outdir: directory,
    bundle: true,
    write: false,
    minify: true,
    platform: 'browser',
    target: ['chrome123', 'firefox120', 'safari17.5'],
    format: 'esm',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
  })
  fs.mkdirSync(directory, { recursive: true })
  for (const { path: file, contents } of outputFiles) {
    const name = path.join(directory, path.basename(file).replace('style.css', 'page.css'))
    fs.writeFileSync(`${name}.${process.pid}`, contents)
    fs.renameSync(`${name}.${process.pid}`, name)
  }
}

if (import.meta.main) {
  const [directory] = process.argv.slice(2)
  if (directory === undefined) throw new Error('usage: node scripts/page.ts DIRECTORY')
  await makePage(path.resolve(directory))
}
