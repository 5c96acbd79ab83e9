// What the client does when a registry refuses, asks who is there or sends elsewhere, as a table: what happens, and how the pull ends.
import assert from 'node:assert/strict'
import { answer, converse, credentials, isBlob, times } from '../testing/conversation.ts'

converse([
  {
    name: '429 with Retry-After',
    set: ({ image }) => times(1, (url) => isBlob(url, image), answer(429, { 'retry-after': 1 })),
    ends: 'pulled',
    check: ({ registry, image }) =>
      assert.equal(registry.seen.filter(({ url }) => isBlob(url, image)).length, 2),
  },
  {
    name: '429 with a Retry-After of an hour',
    set: ({ image }) => times(1, (url) => isBlob(url, image), answer(429, { 'retry-after': 3600 })),
    ends: ['registry.failed', /429 Too Many Requests/],
  },
  {
    name: '500 twice',
    set: ({ image }) => times(2, (url) => isBlob(url, image), answer(500, {}, 'oh')),
    ends: 'pulled',
  },
  {
    name: '500 each time',
    set: () => times(99, (url) => url.includes('/manifests/'), answer(503, {}, 'oh')),
    ends: ['registry.failed', /503 Service Unavailable/],
  },
  {
    name: 'a 4xx is not tried again',
    set: ({ image }) => times(9, (url) => isBlob(url, image), answer(418)),
    ends: ['registry.refused', /418/],
    check: ({ registry, image }) =>
      assert.equal(registry.seen.filter(({ url }) => isBlob(url, image)).length, 1),
  },
  {
    name: '401 with Basic, then 200',
    options: { credentials },
    set: () => (request, response) => {
      if (request.headers.authorization === `Basic ${Buffer.from('me:hush-hush').toString('base64')}`)
        return false
      response.writeHead(401, { 'www-authenticate': 'Basic realm="here"' }).end()
      return true
    },
    ends: 'pulled',
  },
  {
    name: '401 with Basic, and no credentials',
    options: { credentials: { find: async () => undefined } },
    set: () => answer(401, { 'www-authenticate': 'Basic realm="here"' }),
    ends: ['registry.denied', /wants a user and a password/],
  },
  {
    name: '401 with Basic, and wrong credentials',
    options: { credentials },
    set: () => answer(401, { 'www-authenticate': 'Basic realm="here"' }),
    ends: ['registry.denied', /401 Unauthorized/],
  },
  {
    name: 'a token that the registry takes once: expired, it is fetched anew',
    options: { credentials },
    set: ({ registry }) => {
      let issued = 0
      let good = ''
      return (request, response) => {
        const url = request.url ?? ''
        if (url.startsWith('/token')) {
          assert.match(url, /scope=repository%3Aapp%3Apull/)
          good = `token-${issued++}`
          response.end(JSON.stringify({ token: good, expires_in: 300 }))
          return true
        }
        if (url.includes('/blobs/') && good === 'token-0') good = 'another'
        if (request.headers.authorization === `Bearer ${good}`) return false
        const realm = `http://${registry.host}/token`
        response
          .writeHead(401, {
            'www-authenticate': `Bearer realm="${realm}",service="s",scope="repository:app:pull"`,
          })
          .end()
        return true
      }
    },
    ends: 'pulled',
  },
  {
    name: 'a token server elsewhere on this network is not asked',
    options: { credentials },
    set: () => answer(401, { 'www-authenticate': 'Bearer realm="http://169.254.169.254/token"' }),
    ends: ['registry.redirect', /169\.254\.169\.254/],
  },
  {
    name: 'a redirect to another host, which learns no credentials',
    options: { credentials },
    set: ({ image, other, registry }) => {
      for (const [digest, bytes] of registry.blobs) other.blobs.set(digest, bytes)
      return (request, response) => {
        if (request.headers.authorization === undefined) {
          response.writeHead(401, { 'www-authenticate': 'Basic realm="here"' }).end()
          return true
        }
        if (!isBlob(request.url ?? '', image)) return false
        response.writeHead(307, { location: `http://${other.host}${request.url}` }).end()
        return true
      }
    },
    ends: 'pulled',
    check: ({ other }) => {
      assert.ok(other.seen.length > 0)
      for (const { headers } of other.seen) assert.equal(headers.authorization, undefined)
    },
  },
  {
    name: 'a redirect in a circle',
    set:
      ({ image }) =>
      (request, response) => {
        if (!isBlob(request.url ?? '', image)) return false
        response.writeHead(302, { location: request.url }).end()
        return true
      },
    ends: ['registry.redirect', /more than 10 times/],
  },
  {
    name: 'a redirect into the network of this machine',
    set: ({ image }) => times(1, (url) => isBlob(url, image), answer(302, { location: 'http://10.0.0.1/x' })),
    ends: ['registry.redirect', /10\.0\.0\.1/],
  },
  {
    name: 'a redirect to a file',
    set: ({ image }) =>
      times(1, (url) => isBlob(url, image), answer(302, { location: 'file:///etc/passwd' })),
    ends: ['registry.redirect', /no address of the web/],
  },
])
