export { runCli } from './cli.ts'
export type { Output, Shell } from './shell.ts'
