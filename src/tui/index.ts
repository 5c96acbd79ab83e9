// The terminal browser of a study.
export { type BrowseStreams, type BrowseSubject, browse } from './browser.ts'
