// The top of the page: what image it is, and the switch between light and dark.
import type { StudyReport } from '../../engine/index.ts'
import { html, type Markup } from '../markup.ts'

/** An onion, cut. */
export const mark: Markup = html`<svg xmlns="http://www.w3.org/2000/svg" class="mark" viewBox="0 0 32 32" aria-hidden="true"><path fill="#4d9a54" d="M15 7C14.500 4 12.500 2 10.500 1.500c2.500.2 4 1.300 5 2.700C16 2.500 17.500 1 19.500.8 18 2.300 17.400 4.500 17.200 7z"/><path fill="#8d2f6d" d="M16 6c2 3.500 13 5.500 13 14.500C29 27 23 31 16 31S3 27 3 20.500C3 11.500 14 9.500 16 6z"/><path fill="#c2589b" d="M16 11c1.600 2.600 9.600 4 9.600 10 0 4.600-4.400 7.400-9.600 7.400S6.400 25.600 6.400 21c0-6 8-7.400 9.600-10z"/><path fill="#eab2d4" d="M16 15.500c1.200 1.800 6 2.600 6 6 0 2.900-2.700 4.500-6 4.500s-6-1.600-6-4.500c0-3.400 4.800-4.200 6-6z"/><path fill="#fdf3e4" d="M16 19.500c.6 1 2.800 1.300 2.800 2.900 0 1.300-1.300 2-2.800 2s-2.800-.7-2.800-2c0-1.600 2.200-1.900 2.800-2.900z"/></svg>`

export function masthead(image: StudyReport['image'], home: string | undefined): Markup {
  const facts = [
    image.platform,
    html`<code>${image.id.replace(/^sha256:/, '').slice(0, 12)}</code>`,
    image.created !== undefined &&
      html`<time datetime="${image.created}">${image.created.replace('T', ' ').slice(0, 16)} UTC</time>`,
  ].filter((fact) => fact !== false)
  return html`<header class="masthead">
${home === undefined ? mark : html`<a href="${home}" aria-label="All images">${mark}</a>`}
<div><h1><bdi>${nameOf(image)}</bdi></h1><p>${facts.map((fact, i) => html`${i > 0 && html`<span aria-hidden="true"> · </span>`}<span>${fact}</span>`)}</p></div>
${themeButton()}
</header>`
}

/** What the image is called: as it was asked for, but rather by a name than by its id. */
export function nameOf({ name, names, id }: StudyReport['image']): string {
  return id.replace(/^sha256:/, '').startsWith(name.replace(/^sha256:/, '')) ? (names[0] ?? name) : name
}

export function themeButton(): Markup {
  return html`<button type="button" id="theme" class="theme" aria-pressed="false" aria-label="Dark colours"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 3a9 9 0 1 0 9 9 7 7 0 0 1-9-9z"/></svg></button>`
}
