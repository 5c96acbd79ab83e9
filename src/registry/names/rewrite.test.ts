// Which names a prefix covers and what they become, by the rules of containers-registries.conf(5).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseReference, printReference } from '../../core/index.ts'
import { coveredBy, rewriteReference } from './rewrite.ts'

const digest = `sha256:${'d'.repeat(64)}`

test('a prefix covers whole parts of a name', () => {
  const rows: readonly [name: string, prefix: string, covered: string | undefined][] = [
    ['r.io/a', 'r.io', 'r.io'],
    ['r.io/a/b:1', 'r.io/a', 'r.io/a'],
    ['r.io/a/b:1', 'r.io/a/b', 'r.io/a/b'],
    [`r.io/a@${digest}`, 'r.io/a', 'r.io/a'],
    ['r.io:5000/a', 'r.io:5000', 'r.io:5000'],
    ['r.io:50001/a', 'r.io:5000', undefined],
    ['r.io:5000/a', 'r.io', undefined],
    ['r.io/ab', 'r.io/a', undefined],
    ['r.io.com/a', 'r.io', undefined],
    ['r.io', 'r.io/a', undefined],
    ['r.io/a', 'io', undefined],
    ['r.io', '*', undefined],
  ]
  for (const [name, prefix, covered] of rows)
    assert.equal(coveredBy(prefix, name), covered?.length, `${prefix} and ${name}`)
})

test('a star stands for one subdomain or more, at any port', () => {
  const rows: readonly [name: string, prefix: string, covered: string | undefined][] = [
    ['eu.r.io/a', '*.r.io', 'eu.r.io'],
    ['west.eu.r.io:5000/a:1', '*.r.io', 'west.eu.r.io'],
    ['r.io.r.io/a', '*.r.io', 'r.io.r.io'],
    ['r.io/a', '*.r.io', undefined],
    ['xr.io/a', '*.r.io', undefined],
    ['other.com/eu.r.io/a', '*.r.io', undefined],
    ['eu.r.io.com/a', '*.r.io', undefined],
    ['eu.r.io/a', '**.r.io', undefined],
  ]
  for (const [name, prefix, covered] of rows)
    assert.equal(coveredBy(prefix, name), covered?.length, `${prefix} and ${name}`)
})

test('the location stands in place of the prefix', () => {
  const rows: readonly [name: string, prefix: string, location: string, there: string][] = [
    ['r.io/a:1', 'r.io', 'r.io', 'r.io/a:1'],
    ['r.io/team/a:1', 'r.io/team', 'in.lan:5000/copies/team', 'in.lan:5000/copies/team/a:1'],
    ['r.io/team/a', 'r.io/team', 'in.lan', 'in.lan/a'],
    ['docker.io/library/a', 'docker.io', 'in.lan/hub', 'in.lan/hub/library/a'],
    ['docker.io/library/a', 'docker.io/library', 'in.lan/hub', 'in.lan/hub/a'],
    [`r.io/a@${digest}`, 'r.io/a', 'in.lan/b', `in.lan/b@${digest}`],
    ['eu.r.io:444/a', '*.r.io', 'in.lan', 'in.lan:444/a'],
    ['eu.r.io/a', '*.r.io', '', 'eu.r.io/a'],
    ['r.io/team/a', 'r.io/team', 'docker.io', 'docker.io/library/a'],
  ]
  for (const [name, prefix, location, there] of rows)
    assert.equal(printReference(rewriteReference(parseReference(name), { prefix, location })), there)
})

test('what comes out must be a name', () => {
  const rows: readonly [name: string, prefix: string, location: string][] = [
    ['r.io/a:1', 'r.io/a', 'in.lan'],
    [`r.io/a@${digest}`, 'r.io/a', 'in.lan'],
    ['r.io/a/b', 'r.io/a', 'in.lan/path/'],
    ['eu.r.io:444/a', '*.r.io', 'in.lan:5000'],
    ['r.io/a', 'r.io', ''],
    ['r.io/a', 'other.io', 'in.lan'],
  ]
  for (const [name, prefix, location] of rows)
    assert.throws(() => rewriteReference(parseReference(name), { prefix, location }), {
      code: 'registry.config',
    })
})
