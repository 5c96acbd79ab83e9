// What the reducer asks to be done outside: reading a file, extracting, opening another image.
import { type Context, type Fault, isFault, printSize } from '../core/index.ts'
import type { Comparison, NodeId, StudyTree } from '../engine/index.ts'
import { type Content, readLimit } from './model/file-screen.ts'
import type { Effect } from './model/state.ts'
import type { Action } from './model/update.ts'

export interface Outside {
  /** The tree on the screen. */
  readonly tree: StudyTree
  /** Compares the image with another one that was named. */
  readonly compare: (other: string) => Promise<Comparison>
  readonly ctx: Context
}

export type OutsideEffect = Extract<Effect, { readonly kind: 'read' | 'extract' | 'compare' }>

/** What came of an effect; a fault is said and ends nothing. */
export async function perform(effect: OutsideEffect, outside: Outside): Promise<Action> {
  try {
    return await carryOut(effect, outside)
  } catch (thrown) {
    if (!isFault(thrown) || thrown.kind === 'cancelled') throw thrown
    return { kind: 'said', text: sayFault(thrown) }
  }
}

export function sayFault({ message, details: { hint } }: Fault): string {
  return hint === undefined ? message : `${message}. ${hint}`
}

async function carryOut(effect: OutsideEffect, { tree, compare, ctx }: Outside): Promise<Action> {
  switch (effect.kind) {
    case 'read': {
      const { id, layer, below } = effect
      const content = await readVersion(tree, id, layer)
      return {
        kind: 'content',
        content,
        below: below === undefined ? undefined : await readVersion(tree, id, below),
      }
    }
    case 'extract': {
      const { id, height, directory } = effect
      const { files, bytes, skipped } = await tree.extract([id], { height, directory }, ctx)
      const left =
        skipped.length === 0 ? '' : `; left out, since only root may make them: ${skipped.join(', ')}`
      return {
        kind: 'said',
        text: `${files} file${files === 1 ? '' : 's'}, ${printSize(bytes)}, written to ${directory}${left}`,
      }
    }
    case 'compare':
      return { kind: 'compared', comparison: await compare(effect.other) }
  }
}

async function readVersion(tree: StudyTree, id: NodeId, layer: number): Promise<Content> {
  const version = tree.versions(id).find((one) => one.layer === layer)!
  return { version, bytes: await tree.read(id, { layer, limit: readLimit }) }
}
