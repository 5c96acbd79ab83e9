// Unpacking safety, implied directories and change detection, from moby's archive package.
import assert from 'node:assert/strict'
import { openPlacement } from '../../../src/build/place.ts'
import { selectFiles } from '../../../src/build/select.ts'
import { isWithin, toRootPath } from '../../../src/core/index.ts'
import { createStack } from '../../../src/layer/index.ts'
import { fileView } from '../../../src/testing/file-view.ts'
import { openTestStore } from '../../../src/testing/layer-store.ts'
import { type RawEntry, rawTar } from '../../../src/testing/raw-tar.ts'
import { checkApply, checkChanges, type LayerCase, plainEntry, tarName } from '../layer-cases.ts'
import { type Result, skip, verdict } from '../suite.ts'

export async function* run(cases: readonly LayerCase[]): AsyncGenerator<Result> {
  for (const one of cases) yield await verdict(one.id, () => check(one))
}

function check(one: LayerCase): unknown {
  switch (one.op) {
    case 'applyLayers':
    case 'breakout':
      return checkApply(one)
    case 'changes':
      return checkChanges(one)
    case 'canonicalTarName': {
      const kind = one.isDir === true ? 'directory' : 'file'
      return assert.equal(tarName(plainEntry(kind, toRootPath(one.path ?? ''))), one.expect)
    }
    case 'rebase':
      return checkRebase(one)
    default:
      return skip(`operation ${one.op} is not known here`)
  }
}

interface RebaseCase extends LayerCase {
  readonly headerName?: string
  readonly linkName?: string
  readonly oldBase?: string
  readonly newBase?: string
  readonly wantName?: string
  readonly wantLinkName?: string
}

/** The source renames entries of a tar for `docker cp`; here a COPY of the old base to the new one gives entries their names. */
function checkRebase(one: RebaseCase): void {
  const { headerName = '', linkName, oldBase = '', newBase = '/', wantName = '', wantLinkName } = one
  const [from, name] = [toRootPath(oldBase), toRootPath(headerName)]
  if (!isWithin(name, from)) return assert.equal(toRootPath(wantName), name)
  using store = openTestStore()
  const file: RawEntry = { name: linkName ?? headerName, type: 'file', content: 'content' }
  const second: RawEntry[] =
    linkName === undefined ? [] : [{ name: headerName, type: 'hardlink', target: linkName }]
  const view = createStack([store.index(store.addTar(rawTar([file, ...second])))], () =>
    skip('nothing is read'),
  )
  const placement = openPlacement(fileView(), { destination: toRootPath(newBase), now: 0n, time: (at) => at })
  for (const selected of selectFiles(oldBase, view, { exclude: [], parents: false }))
    placement.place(selected)
  const entries = placement.entries()
  const found = entries.find(({ path }) => path === toRootPath(wantName))
  assert.ok(found !== undefined, `${wantName} is not among ${entries.map(({ path }) => path)}`)
  if (wantLinkName === undefined) return
  const other = entries.find(({ path }) => path === toRootPath(wantLinkName))
  const link = [found, other].find((entry) => entry?.kind === 'hardlink')
  assert.ok(link?.kind === 'hardlink')
  assert.deepEqual([link.path, link.target].sort(), [wantName, wantLinkName].map(toRootPath).sort())
}
