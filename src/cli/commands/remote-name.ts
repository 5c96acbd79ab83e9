// Images that commands look at where they are: `registry://alpine:3`.

/** The name behind the prefix; `undefined` for an image that is meant to be here. */
export function remoteName(text: string): string | undefined {
  return text.startsWith('registry://') ? text.slice('registry://'.length) : undefined
}
