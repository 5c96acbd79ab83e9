// An archive's image flattened: one layer without a mark of removal, which shows what all layers together show.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { joinPath, type RootPath, rootPath, silent } from '../../src/core/index.ts'
import { openEngine } from '../../src/engine/index.ts'
import type { Stack } from '../../src/layer/index.ts'
import { loadArchive, openStore } from '../../src/store/index.ts'
import { look, textOf } from './build-harness.ts'

/** `words` is what the source expects, of which a file's content and a file's absence are held as well. */
export async function checkFlattened(archive: string, words: string): Promise<void> {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-flat-'))
  const engine = openEngine({ root, env: {} })
  const store = openStore(root)
  try {
    const [loaded] = await loadArchive(store, archive, silent)
    assert.ok(loaded !== undefined)
    const { manifest } = await engine.squash({ image: loaded.image.digest, keep: { by: 'nothing' } }, silent)
    const { layers } = store.images.get(manifest)
    assert.equal(layers.length, 1)
    for (const id of layers) {
      const index = store.layers.index(id)
      for (let row = 0; row < index.length; row++)
        assert.ok(!['whiteout', 'opaque'].includes(index.at(row).kind), `${index.at(row).path} is a mark`)
    }
    const flat = store.layers.stack(layers)
    assert.deepEqual(shown(flat, rootPath), shown(store.layers.stack(loaded.image.layers), rootPath))
    const [, name, content] = /file (\S+) has the content .*\("(.*)"\)/.exec(words) ?? []
    if (name !== undefined) assert.equal(textOf(flat, fullName(flat, name)).trim(), content)
    const removed = /removed file (\S+) is absent/.exec(words)?.[1]
    if (removed !== undefined) assert.equal(look(flat, removed), undefined)
  } finally {
    store.close()
    engine[Symbol.dispose]()
    fs.rmSync(root, { recursive: true, force: true })
  }
}

/** The words leave the ending of a name out. */
function fullName(files: Stack, name: string): string {
  return files.list(rootPath).find((one) => one === name || one.startsWith(`${name}.`)) ?? name
}

/** Everything below a directory: kinds and contents by path. */
function shown(files: Stack, directory: RootPath): readonly string[] {
  return files.list(directory).flatMap((name) => {
    const at = joinPath(directory, name)
    const node = files.lookup(at)?.node
    const content = node?.kind === 'file' ? files.digest(node) : ''
    return [`${at} ${node?.kind} ${content}`, ...(node?.kind === 'directory' ? shown(files, at) : [])]
  })
}
