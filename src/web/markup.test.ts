import assert from 'node:assert/strict'
import { test } from 'node:test'
import { html, scriptJson } from './markup.ts'

test('what is put into markup is text', () => {
  const name = `<img src=x onerror="alert('1')">&`
  assert.equal(
    html`<p title="${name}">${name}</p>`.toString(),
    '<p title="&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;">&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;</p>',
  )
})

test('markup in markup stays markup; lists are joined, what is absent is left out', () => {
  const items = ['<a>', 'b'].map((item) => html`<li>${item}</li>`)
  assert.equal(
    html`<ul>${items}${undefined}${false}${0}</ul>`.toString(),
    '<ul><li>&lt;a&gt;</li><li>b</li>0</ul>',
  )
})

test('characters that hide or turn text are shown as such', () => {
  assert.equal(
    html`${'a\u202egnp.exe\u0007\u001b[31m\udc80'}`.toString(),
    'a\ufffdgnp.exe\u2407\u241b[31m\ufffd',
  )
  assert.equal(html`${'RUN a \\\n\tb'}`.toString(), 'RUN a \\\n\tb')
})

test('JSON in a script element cannot end it', () => {
  const value = { name: '</script><!--<script>' }
  const text = scriptJson(value).toString()
  assert.doesNotMatch(text, /</)
  assert.deepEqual(JSON.parse(text), value)
})
