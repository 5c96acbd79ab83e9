// How people set up dive: its configuration files, read for what the browser understands of them. What dive has besides (engines,
// logs) means nothing here.
import { globSync, readFileSync } from 'node:fs'
import * as path from 'node:path'
import { Fault, parseYaml } from '../core/index.ts'
import type { BrowserPreferences, Shell } from './shell.ts'

/** From `$XDG_CONFIG_HOME/dive/*.yaml`, else `~/.dive.yaml`. Faults with `yaml.invalid` or `usage.invalid`, which name the file. */
export async function readPreferences(env: Shell['env']): Promise<BrowserPreferences> {
  const file = findFile(env)
  if (file === undefined) return {}
  const settings = asRecord(await parseYaml(readFileSync(file, 'utf8'), file))
  const of = (section: string): Readonly<Record<string, unknown>> => asRecord(settings[section])
  const wrong = (what: string, wanted: string): Fault =>
    new Fault('usage.invalid', `${file}: ${what} is to be ${wanted}`, {
      hint: 'mend it there, or take it out',
    })
  const flag = (section: string, name: string): boolean | undefined => {
    const value = of(section)[name]
    if (value !== undefined && typeof value !== 'boolean') throw wrong(`${section}.${name}`, 'true or false')
    return value
  }
  const width = of('filetree')['pane-width']
  if (width !== undefined && !(typeof width === 'number' && width > 0 && width < 1))
    throw wrong('filetree.pane-width', 'a number between 0 and 1')
  const hide = of('diff').hide ?? []
  if (!Array.isArray(hide) || !hide.every(isMark))
    throw wrong('diff.hide', 'a list of added, removed, modified, unmodified')
  const keys = Object.entries(of('keybinding')).map(([name, value]) => {
    if (typeof value !== 'string') throw wrong(`keybinding.${name}`, "keys such as 'ctrl+f, ctrl+slash'")
    return [name, value.split(',').map(parseKey)] as const
  })
  return {
    keys: Object.fromEntries(keys),
    hide,
    folded: flag('filetree', 'collapse-dir'),
    attributes: flag('filetree', 'show-attributes'),
    aggregated: flag('layer', 'show-aggregated-changes'),
    treeWidth: width,
  }
}

function findFile(env: Shell['env']): string | undefined {
  const home = env.HOME ?? ''
  const config = env.XDG_CONFIG_HOME || (home === '' ? '' : path.join(home, '.config'))
  const places = [
    ...(config === ''
      ? []
      : globSync('dive/*.{yaml,yml}', { cwd: config })
          .sort()
          .map((name) => path.join(config, name))),
    ...(home === '' ? [] : globSync('.dive.{yaml,yml}', { cwd: home }).map((name) => path.join(home, name))),
  ]
  return places[0]
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

function isMark(value: unknown): value is NonNullable<BrowserPreferences['hide']>[number] {
  return value === 'added' || value === 'removed' || value === 'modified' || value === 'unmodified'
}

/** dive writes `ctrl+slash` for what the browser calls `ctrl-/`. */
function parseKey(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replaceAll('+', '-')
    .replace(/(^|-)slash$/, '$1/')
}
