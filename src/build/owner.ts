// Who the files of COPY, ADD and WORKDIR belong to. A name that the image does not have is root, as in BuildKit, which says nothing
// about it; here a warning does.
import type { Context, Place } from '../core/index.ts'
import type { FileView } from '../layer/index.ts'
import { findOwner, type Owner } from '../run/index.ts'

/** The owner that `text` means in the image; warns with `UnknownOwner` of names that it lacks. */
export function ownerIn(view: FileView, text: string, place: Place, ctx: Context): Owner {
  const owner = findOwner(view, text)
  for (const name of owner.unknown)
    ctx.emit({
      type: 'warning',
      code: 'UnknownOwner',
      message: `the image has no ${name}; its files belong to root`,
      place,
    })
  return owner
}
