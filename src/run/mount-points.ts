// The paths that the runtime will make in a root because something is mounted there, a device is wanted there or the command starts there,
// and that a build therefore leaves out of the layer. It looks, and makes nothing.
import fs from 'node:fs'
import { comparePaths, isWithin, parentPath, type RootPath, rootPath, toRootPath } from '../core/index.ts'
import type { FileView } from '../layer/index.ts'
import { resolvePath } from '../layer/index.ts'
import { defaultFiles, defaultMounts } from './config.ts'
import type { RunSpec } from './spec.ts'

export interface MountPoint {
  readonly path: RootPath
  readonly kind: 'directory' | 'file' | 'node'
}

/**
 * What the runtime makes in the root, parents first. Symlinks are resolved inside the root. `isDirectory` answers for the source of a bind
 * mount, a path of this machine. What lies in another mount (such as /dev/shm in /dev) is not in the root and so not listed.
 */
export function mountPoints(
  view: FileView,
  spec: RunSpec,
  isDirectory: (source: string) => boolean = isHostDirectory,
): readonly MountPoint[] {
  const mounts: MountPoint[] = [
    ...defaultMounts.map((mount) => ({ path: toRootPath(mount.destination), kind: 'directory' as const })),
    ...defaultFiles.map((path) => ({ path: toRootPath(path), kind: 'file' as const })),
    ...spec.mounts.map((mount) => ({
      path: mount.target,
      kind:
        mount.type === 'tmpfs' || (mount.type === 'bind' && isDirectory(mount.source))
          ? ('directory' as const)
          : ('file' as const),
    })),
    ...(spec.devices?.mounts ?? []).map(({ target, kind }) => ({ path: target, kind })),
    ...(spec.devices?.nodes ?? []).map(({ path }) => ({ path, kind: 'node' as const })),
  ].map((mount) => ({ ...mount, path: resolvePath(view, mount.path, 'all') }))
  const cwd: MountPoint = {
    path: resolvePath(view, toRootPath(spec.cwd), 'all'),
    kind: 'directory',
  }
  const made = new Map<RootPath, MountPoint>()
  for (const point of [...mounts, cwd]) {
    const inside = mounts.some(
      (mount) => mount !== point && mount.kind === 'directory' && isWithin(point.path, mount.path),
    )
    // The same target twice is listed once: by itself it is no mount in another.
    if (inside && !mounts.some((mount) => mount !== point && mount.path === point.path)) continue
    addMissing(view, point, made)
  }
  return [...made.values()].sort((a, b) => comparePaths(a.path, b.path))
}

function addMissing(view: FileView, point: MountPoint, made: Map<RootPath, MountPoint>): void {
  if (point.path === rootPath || made.has(point.path) || view.lookup(point.path) !== undefined) return
  addMissing(view, { path: parentPath(point.path), kind: 'directory' }, made)
  made.set(point.path, point)
}

function isHostDirectory(source: string): boolean {
  return fs.statSync(source, { throwIfNoEntry: false })?.isDirectory() ?? false
}
