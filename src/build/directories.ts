// The directories that a build may take files from: its own context, under the empty name, and those given by name. Each is opened when
// something first asks for it, and what was learned of its files is remembered when the build ends.
import { Fault, sha256 } from '../core/index.ts'
import { compileIgnore } from '../dockerfile/index.ts'
import type { Store } from '../store/index.ts'
import { type ContextView, openContext } from './context-view.ts'
import type { ReadXattrs } from './context-xattrs.ts'
import { type DigestMemory, openDigestMemory } from './digest-memory.ts'
import { emptyIgnore, type IgnoreFile } from './ignore-file.ts'

export interface GivenDirectory {
  /** Absolute. */
  readonly path: string
  /** The ignore file that holds for it. */
  readonly ignore: IgnoreFile | undefined
}

export interface Directories {
  /** Faults with `context.missing` where nothing was given under the name. */
  view(name: string): ContextView
  /** Writes down the digests that were learned. */
  save(): void
}

export function openDirectories(
  given: ReadonlyMap<string, GivenDirectory>,
  store: Pick<Store, 'contextDigests'>,
  readXattrs?: ReadXattrs,
): Directories {
  const opened = new Map<string, { readonly view: ContextView; readonly memory: DigestMemory }>()
  const keyOf = (directory: string): string => sha256(directory)
  return {
    view(name) {
      const known = opened.get(name)
      if (known !== undefined) return known.view
      const directory = given.get(name)
      if (directory === undefined)
        throw new Fault('context.missing', 'this build has no context to copy files from', {
          hint: 'give a directory: peel build DIR (with -f - to read the Dockerfile from standard input)',
        })
      const memory = openDigestMemory(store.contextDigests.load(keyOf(directory.path)))
      const ignore = directory.ignore === undefined ? emptyIgnore : compileIgnore(directory.ignore.text)
      const view = openContext(directory.path, { ignore, memory, readXattrs })
      opened.set(name, { view, memory })
      return view
    },
    save() {
      for (const [name, { memory }] of opened) {
        const learned = memory.save()
        const directory = given.get(name)
        if (learned !== undefined && directory !== undefined)
          store.contextDigests.save(keyOf(directory.path), learned)
      }
    },
  }
}
