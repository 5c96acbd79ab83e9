// What a step's result is a function of, as a key and as parts that can be compared.
export { changedParts, noteOf, type PartChange } from './changes.ts'
export {
  type CacheDocument,
  cacheTypes,
  type DocumentLayer,
  type DocumentStep,
  documentLimit,
  parseCache,
  parseInline,
  printCache,
  printInline,
  recipesLimit,
  type StepToPrint,
} from './document.ts'
export { explainChange, explainMiss, type Miss, missOf } from './explain.ts'
export { belowName, type CacheKey, concealed, field, type KeyPart, keyOf, note } from './key.ts'
export { parseRecipe, printRecipe, splitRecipes } from './recipe.ts'
