// `org.opencontainers.image.ref.name`: how an image is called in a layout. OCI image-spec, annotations.md, gives the grammar: components
// between slashes, each of letters and digits with single separators between them.

const component = '[A-Za-z0-9]+(?:(?:[-._:@+]|--)[A-Za-z0-9]+)*'
const whole = new RegExp(`^${component}(?:/${component})*$`)

export function isRefName(text: string): boolean {
  return whole.test(text)
}
