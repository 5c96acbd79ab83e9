// The door to the operating system.
import type { Kernel } from './kernel.ts'
import { openLinux } from './linux.ts'
import { openNone } from './none.ts'

export type { Abilities, Ability, DeviceNode, HostPath, Kernel, Lock, OverlayLayers } from './kernel.ts'

/** `scratch`: a directory probes may write in; file-system abilities hold for its file system. The temporary directory by default. */
export interface KernelOptions {
  readonly scratch?: string | undefined
}

/** Opens what this machine offers. Costs nothing until something is asked of it. */
export function openKernel(options: KernelOptions = {}): Kernel {
  if (process.platform !== 'linux')
    return openNone(`this system is ${process.platform}, and only Linux has what this needs`)
  return openLinux(options.scratch)
}
