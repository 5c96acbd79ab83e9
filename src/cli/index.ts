export { runCli } from './cli.ts'
export type { Browsed, Output, Shell } from './shell.ts'
