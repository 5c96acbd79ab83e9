export { changedParts, explainChanges, type PartChange } from './explain.ts'
export { belowName, type CacheKey, field, type KeyPart, keyOf, secretField } from './key.ts'
export { parseRecipe, printRecipe } from './recipe.ts'
