// `docker history`, from a config alone: no layer is opened. Layers that the history does not mention (flat or foreign images may
// have none at all) get rows of their own, so that no bytes go missing.
import type { HistoryRow, ImageConfig } from './types.ts'

/**
 * Top row first. `sizes` are the content bytes of the layers, bottom first. An entry without `empty_layer` takes the next layer; if
 * layers run out the rest are empty, and layers left over become rows without text at the top.
 */
export function historyRows(config: ImageConfig, sizes: readonly number[]): readonly HistoryRow[] {
  const ids = config.rootfs.diff_ids
  const rows: HistoryRow[] = []
  let layer = 0
  for (const entry of config.history ?? []) {
    const empty = entry.empty_layer === true || layer >= ids.length
    rows.push({
      created: entry.created,
      createdBy: entry.created_by ?? '',
      size: empty ? 0 : (sizes[layer] ?? 0),
      comment: entry.comment ?? '',
      empty,
      diffId: empty ? undefined : ids[layer],
    })
    if (!empty) layer++
  }
  for (; layer < ids.length; layer++)
    rows.push({
      created: config.created,
      createdBy: '',
      size: sizes[layer] ?? 0,
      comment: '',
      empty: false,
      diffId: ids[layer],
    })
  return rows.reverse()
}
