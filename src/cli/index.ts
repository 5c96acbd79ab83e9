export { runCli } from './cli.ts'
export { type Browsed, type Output, openOutput, type Shell } from './shell.ts'
export { readInputText } from './standard-input.ts'
