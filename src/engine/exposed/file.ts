// One file searched for secrets: its bytes as they are, and what is packed in it.
import { kindOf, type SecretMatch, startScan } from '../../analyze/index.ts'
import { type FileEntry, searchInside } from '../../layer/index.ts'
import { type OpenedImage, ownChunks } from '../study/opened.ts'

export interface FoundInFile extends SecretMatch {
  /** The member of a zip file or tar that it stands in, as `/a.zip!/b`; offset and line are the member's. */
  readonly member?: string | undefined
}

/** Lets others have their turn, where one has been long enough; faults where the search is to stop. */
export type GiveTurn = () => Promise<void> | undefined

export async function scanFile(
  image: OpenedImage,
  file: FileEntry,
  giveTurn: GiveTurn,
): Promise<readonly FoundInFile[]> {
  const found = await searchInside(
    { size: file.size, open: () => ownChunks(image, file) },
    (members, { head, size }) => startScan(kindOf(members.at(-1) ?? file.path, head), size),
    giveTurn,
  )
  return found.map(({ members, ...match }) =>
    members.length === 0 ? match : { ...match, member: members.join('!') },
  )
}
