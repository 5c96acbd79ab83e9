import type { RootPath } from '../core/index.ts'
import type { FileView } from '../layer/view.ts'
import type { RunSpec } from './spec.ts'

export interface MountPoint {
  readonly path: RootPath
  readonly kind: 'directory' | 'file'
}
export function mountPoints(_view: FileView, _spec: RunSpec): readonly MountPoint[] {
  return []
}
