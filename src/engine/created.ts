// The time that is written into images.
import type { Rooms } from './workshop.ts'

/** RFC 3339: SOURCE_DATE_EPOCH where the environment has one, else now. */
export function createdNow(env: Rooms['env']): string {
  const epoch = env.SOURCE_DATE_EPOCH
  return new Date(
    epoch !== undefined && /^\d+$/.test(epoch) ? Number(epoch) * 1000 : Date.now(),
  ).toISOString()
}
