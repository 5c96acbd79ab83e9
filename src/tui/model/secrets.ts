// The screen of secrets: it searches when it is first opened, while everything else can be used; and what keys do on it.
import { back, goToLine, goToPath, goToRow } from './actions.ts'
import { costLines } from './costs.ts'
import { findingsOf, type SecretSearch } from './secret-search.ts'
import type { State, Update } from './state.ts'

export function toggleSecrets(state: State): State | Update {
  if (state.screen === 'secrets') return { ...state, screen: 'panes' }
  const opened: State = { ...state, screen: 'secrets' }
  const { kind } = state.secrets.search
  return kind === 'none' || kind === 'stopped' ? begun(opened) : opened
}

function begun(state: State): Update {
  const secrets = { ...state.secrets, search: { kind: 'running', done: 0, total: 0 } as const }
  return { state: { ...state, secrets }, effect: { kind: 'search-secrets' } }
}

/** Ends the search where one runs, else goes back. */
export function stopSearch(state: State): State | Update {
  if (state.secrets.search.kind !== 'running') return back(state)
  const search: SecretSearch = { kind: 'stopped', why: 'The search was stopped.' }
  return { state: withSearch(state, search), effect: { kind: 'stop-search' } }
}

/** How far the search is, or what came of it. */
export function withSearch(state: State, search: SecretSearch): State {
  const next = { ...state, secrets: { ...state.secrets, search } }
  if (search.kind !== 'done' || state.screen === 'secrets') return next
  const { length } = search.report.findings
  const count = length === 0 ? 'no secrets' : length === 1 ? '1 secret' : `${length} secrets`
  return { ...next, notice: `${count} found (S shows them)` }
}

/** To the file of the secret under the cursor, in the layer that brought it or the one that hides it; without one, searches again. */
export function secretToTree(state: State, end: 'brought' | 'hidden'): State | Update {
  if (state.secrets.search.kind === 'stopped') return begun(state)
  const finding = findingsOf(state.secrets.search)[state.secrets.at.cursor]
  if (finding === undefined) return state
  const { spot } = finding
  if (spot.in !== 'file') return { ...state, notice: `${finding.where} is in no file: f shows its line` }
  const layer = end === 'brought' ? spot.layer : spot.hiddenBy
  return layer === undefined ? { ...state, notice: notHidden } : goToPath(state, spot.path, layer)
}

const notHidden = 'nothing hides it: it is seen in the image'

export function secretToLine(state: State, end: 'brought' | 'hidden'): State {
  const finding = findingsOf(state.secrets.search)[state.secrets.at.cursor]
  if (finding === undefined) return state
  const { spot } = finding
  if (spot.in === 'file') {
    const layer = end === 'brought' ? spot.layer : spot.hiddenBy
    return layer === undefined ? { ...state, notice: notHidden } : goToLine(state, layer)
  }
  if (end === 'hidden') return { ...state, notice: `nothing hides ${finding.where}` }
  const { place } = finding
  const row = costLines(state.study.report).findIndex(({ number }) => number === place?.line)
  return place === undefined || row < 0
    ? { ...state, notice: `the line that brought ${finding.where} is not known` }
    : goToRow(state, row)
}
