export { packingHead, packingOf } from './packing.ts'
export {
  type BeginSearch,
  type FoundInside,
  type Search,
  type SearchedContent,
  searchInside,
} from './search.ts'
