// Everything a command may touch of the process around it, as one value: tests hand in another.
import type { Readable, Writable } from 'node:stream'
import { type Context, spellControls } from '../core/index.ts'
import type { Comparison, Engine, SecretsReport, Study } from '../engine/index.ts'

/** One of the standard outputs. */
export interface Output {
  /** Characters that a terminal obeys are spelled out, since what is printed may come from an image (see `spellControls`). */
  write(text: string): void
  /** As it is: for what draws on the terminal, and for the output of programs. */
  draw(text: string): void
  /** For bytes. */
  readonly stream: Writable
  readonly terminal: boolean
  /** Cells in a row and rows, as they are now; 80 by 24 where nobody knows. */
  size(): { readonly columns: number; readonly rows: number }
}

/** Makes an output of how text gets to it. */
export function openOutput(parts: Omit<Output, 'write'>): Output {
  return { ...parts, write: (text) => parts.draw(spellControls(text)) }
}

export interface Shell {
  readonly out: Output
  readonly err: Output
  readonly input: {
    readonly stream: Readable
    readonly terminal: boolean
    /** All of it as text, for a Dockerfile; blocks. */
    text(): string
  }
  readonly env: Readonly<Record<string, string | undefined>>
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal
  /** Milliseconds since the epoch. */
  now(): number
  /** Opens the engine at the first call; the same one afterwards. */
  engine(): Promise<Engine>
  /** The terminal browser, until it is left. Faces do not import each other, so the program hands it in; absent where there is none. */
  readonly browse?: ((subject: Browsed) => Promise<void>) | undefined
  /** The web pages, handed in likewise. */
  pages(): Promise<Pages>
  /** The same shell with another store. */
  at(root: string): Shell
}

/** What the terminal browser shows. */
export interface Browsed {
  readonly study: Study
  /** Another image that this one is compared with from the beginning. */
  readonly comparison?: Comparison | undefined
  /** Compares the image with another one that its user names. */
  readonly compare: (other: string) => Promise<Comparison>
  /** Looks for secrets in the image, when its user asks for them. */
  readonly secrets: (ctx: Context) => Promise<SecretsReport>
  readonly preferences?: BrowserPreferences | undefined
}

/** How its user likes the browser; absent is dive's way. */
export interface BrowserPreferences {
  /** Keys by dive's names of what they do, each such as `a`, `up`, `space`, `ctrl-a`. */
  readonly keys?: Readonly<Record<string, readonly string[]>> | undefined
  /** Changes that are not drawn at first. */
  readonly hide?: readonly ('added' | 'removed' | 'modified' | 'unmodified')[] | undefined
  readonly folded?: boolean | undefined
  readonly attributes?: boolean | undefined
  readonly aggregated?: boolean | undefined
  /** The tree's part of the width, between 0 and 1. */
  readonly treeWidth?: number | undefined
}

/** The web pages, as far as commands ask for them. */
export interface Pages {
  printPage(
    study: Study,
    options: { readonly secrets: SecretsReport | { readonly search: undefined } },
  ): string
  servePages(
    engine: Engine,
    options: {
      readonly port?: number | undefined
      readonly allow: string | undefined
      readonly ready: (url: string) => void
    },
    ctx: Context,
  ): Promise<void>
}
