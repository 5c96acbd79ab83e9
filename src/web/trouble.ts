// The page that says what went wrong.
import type { Fault } from '../core/index.ts'
import { html } from './markup.ts'
import { printDocument } from './page.ts'
import { mark, themeButton } from './sections/masthead.ts'

export function printTrouble({ message, details }: Fault): string {
  return printDocument({
    title: 'Peel: not to be had',
    layers: 0,
    body: html`<header class="masthead"><a href="/" aria-label="All images">${mark}</a><div><h1>Not to be had</h1><p>${message}</p></div>${themeButton()}</header>
<main><p class="lead">${details.hint}</p></main>`,
  })
}
