// What the classes of waste are called, and what each means in a sentence.
import type { WasteClass } from '../../engine/index.ts'

/** Those that are shipped and not to be seen: they add up to what can be reclaimed. */
export const hiddenClasses = ['deleted', 'overwritten', 'metadataOnly'] as const

export const classWords: Readonly<Record<WasteClass, { readonly title: string; readonly meaning: string }>> =
  {
    deleted: { title: 'Deleted later', meaning: 'brought by one layer, removed by a later one' },
    overwritten: { title: 'Overwritten', meaning: 'replaced by other content in a later layer' },
    metadataOnly: {
      title: 'Metadata only',
      meaning: 'shipped again with the same content, because mode, owner or time changed',
    },
    duplicate: { title: 'Duplicates', meaning: 'the same content at several paths' },
    caches: { title: 'Caches', meaning: 'what package managers and compilers left behind' },
  }
