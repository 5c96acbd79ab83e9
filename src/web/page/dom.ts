// The few things that the page's script does with the document, always by text nodes and attributes and never by markup.

/** The element with an id; a page that lacks it is not ours. */
export function byId<E extends HTMLElement>(id: string, type: new () => E): E {
  const found = document.getElementById(id)
  if (!(found instanceof type)) throw new Error(`the page has no ${id}`)
  return found
}

type Attributes = Readonly<Record<string, string | number | undefined>>
type Child = Node | string | undefined

export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  return fill(document.createElement(name), attributes, children)
}

export function svgElement(
  name: string,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElement {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children)
}

function fill<E extends Element>(made: E, attributes: Attributes, children: readonly Child[]): E {
  for (const [key, value] of Object.entries(attributes))
    if (value !== undefined) made.setAttribute(key, String(value))
  made.append(...children.filter((child) => child !== undefined))
  return made
}

/** The radio buttons of a group as one value. */
export function choice(group: string, changed: (value: string) => void): void {
  for (const input of document.querySelectorAll<HTMLInputElement>(`input[name="${group}"]`))
    input.addEventListener('change', () => {
      if (input.checked) changed(input.value)
    })
}

export const calm = matchMedia('(prefers-reduced-motion: reduce)')
