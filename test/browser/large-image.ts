// An image of 300,000 files in 40 layers, with waste of every kind, made of entries without a build.
import type { Entry } from '../../src/layer/index.ts'
import { type SaidImage, storeImage } from '../../src/testing/stored-image.ts'
import { dir, file, gone, tree } from '../../src/testing/tree.ts'

export const largeFiles = 300_000
const layerCount = 40
const perDirectory = 50

/** Stores it as `large` below `root`. */
export async function storeLargeImage(root: string): Promise<void> {
  const image: SaidImage = { name: 'large', layers: Array.from({ length: layerCount }, (_, i) => layer(i)) }
  await storeImage(root, image)
}

function layer(index: number): SaidImage['layers'][number] {
  const entries: Entry[] = []
  const directories = largeFiles / layerCount / perDirectory
  for (let i = 0; i < directories; i++) {
    const home = `/srv/part-${String(index).padStart(2, '0')}/group-${i % 12}/module-${i}`
    for (let j = 0; j < perDirectory; j++) {
      const size = j % 8 === 0 ? 200 + ((i * 37 + j * 101 + index * 13) % 1800) : 0
      entries.push(file(`${home}/file-${j}.${j % 3 === 0 ? 'js' : 'json'}`, contentOf(size, index)))
    }
  }
  // every fourth layer removes a directory of the one before it, every fifth writes one anew
  if (index % 4 === 3) entries.push(gone(`/srv/part-${String(index - 1).padStart(2, '0')}/group-1`))
  if (index % 5 === 4)
    entries.push(file(`/srv/part-${String(index - 2).padStart(2, '0')}/group-0/module-0/file-0.js`, 'anew'))
  return {
    createdBy: `RUN /bin/sh -c ./install part-${index} # buildkit`,
    entries: tree(dir('/srv'), ...entries),
  }
}

const contents = new Map<number, Buffer>()

function contentOf(size: number, seed: number): Buffer {
  const key = size * 100 + seed
  const known = contents.get(key) ?? Buffer.alloc(size, `${seed}:${size} `)
  contents.set(key, known)
  return known
}
