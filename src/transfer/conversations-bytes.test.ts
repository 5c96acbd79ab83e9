// What the client does when the bytes of a registry are cut, wrong, slow or too many, as a table: what goes wrong, and how the pull ends.
import assert from 'node:assert/strict'
import { converse, isBlob, times } from '../testing/conversation.ts'

converse([
  { name: 'nothing is wrong', set: () => undefined, ends: 'pulled' },
  {
    name: 'the connection drops at byte N, twice',
    set: ({ image }) =>
      times(
        2,
        (url) => isBlob(url, image),
        (request, response, seen) => {
          const from = Number(/=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
          const blob = image.blobs[0]!
          response.writeHead(from > 0 ? 206 : 200, {
            'content-length': blob.length - from,
            'content-range': `bytes ${from}-${blob.length - 1}/${blob.length}`,
          })
          response.write(blob.subarray(from, from + 70_000))
          seen.sent = 70_000
          setTimeout(() => response.destroy(), 100)
          return true
        },
      ),
    ends: 'pulled',
    check: ({ registry, image }) => {
      const sent = registry.seen
        .filter(({ url }) => isBlob(url, image))
        .reduce((sum, one) => sum + one.sent, 0)
      assert.equal(sent, image.blobs[0]!.length, 'each byte was sent once')
    },
  },
  {
    name: 'the connection drops each time',
    set:
      ({ image }) =>
      (request, response) => {
        if (!isBlob(request.url ?? '', image)) return false
        response.destroy()
        return true
      },
    ends: ['registry.dropped', /broke off|socket hang up|ECONNRESET/],
  },
  {
    name: 'a blob has the wrong digest',
    set: ({ registry, image }) => {
      const { digest } = image.manifest.layers[1]!
      const wrong = Buffer.from(image.blobs[1]!)
      wrong[wrong.length - 9]! ^= 1
      registry.blobs.set(digest, wrong)
      return undefined
    },
    ends: ['blob.corrupt', /layer 2 of 2.*sha256/],
  },
  {
    name: 'a blob is shorter than the manifest says',
    set: ({ registry, image }) => {
      registry.blobs.set(image.manifest.layers[0]!.digest, image.blobs[0]!.subarray(0, 1000))
      return undefined
    },
    ends: ['blob.corrupt', /ended after 1000 of \d+ bytes/],
  },
  {
    name: 'a blob is longer than the manifest says',
    set: ({ registry, image }) => {
      registry.blobs.set(
        image.manifest.layers[0]!.digest,
        Buffer.concat([image.blobs[0]!, Buffer.from('more')]),
      )
      return undefined
    },
    ends: ['blob.corrupt', /longer than/],
  },
  {
    name: 'Content-Length promises more than comes',
    set:
      ({ image }) =>
      (request, response) => {
        if (!isBlob(request.url ?? '', image) || request.headers.range !== undefined) return false
        response.writeHead(200, { 'content-length': image.blobs[0]!.length })
        response.write(image.blobs[0]!.subarray(0, 5000))
        setTimeout(() => response.destroy(), 20)
        return true
      },
    ends: 'pulled',
  },
  {
    name: 'Content-Length lies: it says 10 bytes',
    set:
      ({ image }) =>
      (request, response) => {
        if (!isBlob(request.url ?? '', image)) return false
        response.writeHead(200, { 'content-length': 10 })
        response.end(image.blobs[0]!.subarray(0, 10))
        return true
      },
    ends: ['blob.corrupt', /ended after 10 of/],
  },
  {
    name: 'the body has no end',
    set:
      ({ image }) =>
      (request, response) => {
        if (!isBlob(request.url ?? '', image)) return false
        response.writeHead(200)
        const timer = setInterval(() => response.write(Buffer.alloc(256 << 10)), 1)
        response.on('close', () => clearInterval(timer))
        return true
      },
    ends: ['blob.corrupt', /longer than|cannot be used/],
  },
  {
    name: 'the body is slow, and comes',
    set:
      ({ image }) =>
      (request, response) => {
        if (!isBlob(request.url ?? '', image)) return false
        response.writeHead(200, { 'content-length': image.blobs[0]!.length })
        let at = 0
        const timer = setInterval(() => {
          response.write(image.blobs[0]!.subarray(at, at + 30_000))
          at += 30_000
          if (at < image.blobs[0]!.length) return
          clearInterval(timer)
          response.end()
        }, 30)
        return true
      },
    ends: 'pulled',
  },
  {
    name: 'the body stops, and the connection stays',
    options: { idle: 300 },
    set:
      ({ image }) =>
      (request, response) => {
        if (!isBlob(request.url ?? '', image)) return false
        response.writeHead(200, { 'content-length': image.blobs[0]!.length })
        response.write(image.blobs[0]!.subarray(0, 100))
        return true
      },
    ends: ['registry.dropped', /nothing came for 0.3 seconds/],
  },
  {
    name: 'a server that heeds no Range',
    set: ({ image }) => {
      let drops = 1
      return (request, response) => {
        if (!isBlob(request.url ?? '', image)) return false
        response.writeHead(200, { 'content-length': image.blobs[0]!.length })
        if (drops-- <= 0) response.end(image.blobs[0])
        else {
          response.write(image.blobs[0]!.subarray(0, 50_000))
          setTimeout(() => response.destroy(), 30)
        }
        return true
      }
    },
    ends: 'pulled',
  },
])
