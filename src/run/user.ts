import { Fault } from '../core/index.ts'
import type { FileView } from '../layer/view.ts'
import type { User } from './spec.ts'

export function findUser(_view: FileView, _user: string): User {
  throw new Fault('internal', 'not written yet')
}
export function findOwner(_view: FileView, _owner: string): { readonly uid: number; readonly gid: number } {
  throw new Fault('internal', 'not written yet')
}
