// RUN --mount=type=cache: a directory of the store that outlives builds. `locked` and `private` mounts have one user at a time on this
// machine: the first waits for its turn, the second takes another directory.
import * as fs from 'node:fs'
import * as path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Context, chainId, Fault, toRootPath } from '../core/index.ts'
import { resolvePath } from '../layer/index.ts'
import type { PlannedMount } from '../plan/index.ts'
import { sourceLayers, type Tools } from './tools.ts'

export interface OpenCacheMount extends AsyncDisposable {
  readonly path: string
}

/** Opens the directory, made with the mount's owner and mode, or with the contents of `from` where it names some. */
export async function openCacheMount(
  { mount, source }: PlannedMount,
  tools: Tools,
  ctx: Context,
): Promise<OpenCacheMount> {
  if (mount.type !== 'cache') throw new Fault('internal', 'not a cache mount')
  const name = mountName(mount, source, tools)
  const open = (id: string) => {
    const { path: directory, made } = tools.store.mounts.open(id)
    if (made) {
      fs.chmodSync(directory, mount.mode)
      if (process.getuid?.() === 0) fs.chownSync(directory, mount.uid, mount.gid)
    }
    return { directory, made }
  }
  for (let copy = 0; ; copy++) {
    const { directory, made } = open(copy === 0 ? name : `${name}#${copy}`)
    const lock =
      mount.sharing === 'shared'
        ? undefined
        : tools.machine.kernel.lock(`${directory}.lock`, 'exclusive', 'try')
    if (mount.sharing !== 'shared' && lock === undefined) {
      if (mount.sharing === 'private') continue
      await delay(50, undefined, { signal: ctx.signal })
      copy--
      continue
    }
    if (made && source.from !== 'nothing') await fill(directory, { mount, source }, { tools, ctx })
    return { path: directory, [Symbol.asyncDispose]: async () => lock?.[Symbol.dispose]() }
  }
}

/** As in BuildKit, mounts of one id are one directory only where they start alike: with the same owner, mode and contents. */
function mountName(
  mount: Extract<PlannedMount['mount'], { type: 'cache' }>,
  source: PlannedMount['source'],
  tools: Tools,
): string {
  const { id, uid, gid, mode } = mount
  const owned = uid === 0 && gid === 0 && mode === 0o755 ? '' : ` ${uid}:${gid} ${mode.toString(8)}`
  const seed = source.from === 'nothing' ? undefined : chainId(sourceLayers(source, tools))
  return `${id}${owned}${seed === undefined ? '' : ` from ${seed}${mount.source}`}`
}

async function fill(
  directory: string,
  { mount, source }: Pick<PlannedMount, 'source'> & { readonly mount: { readonly source: string } },
  { tools, ctx }: { readonly tools: Tools; readonly ctx: Context },
): Promise<void> {
  const layers = sourceLayers(source, tools)
  await tools.supply.obtain(layers, ctx)
  await using view = await tools.machine.snapshots.view(layers, ctx)
  const inside = resolvePath(tools.store.layers.stack(layers), toRootPath(mount.source), 'all')
  fs.cpSync(path.join(view.root, inside), directory, {
    recursive: true,
    preserveTimestamps: true,
    verbatimSymlinks: true,
  })
}
