// Which run of the machine this is. Bytes written in this run are in the page cache even if they never reached the disk.
import { readFileSync } from 'node:fs'
import os from 'node:os'

let known: string | undefined

/** Linux's boot id; elsewhere the minute the machine started. */
export function bootId(): string {
  if (known !== undefined) return known
  try {
    known = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    known = `since-${Math.round((Date.now() / 1000 - os.uptime()) / 60)}`
  }
  return known
}
