export { type PageOptions, printPage } from './page.ts'
export { type ServeOptions, servePages } from './serve.ts'
