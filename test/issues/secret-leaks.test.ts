// The value of a mounted secret ends in no layer, no variable and no history, whatever a step does with it.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { type Event, isFault, silent } from '../../src/core/index.ts'
import { type BuildOptions, openEngine } from '../../src/engine/index.ts'
import { pick, secretMakers, seeded } from '../../src/testing/secrets.ts'

const busybox = '/usr/bin/busybox'
const impossible =
  process.getuid?.() !== 0 ? 'needs root' : fs.existsSync(busybox) ? undefined : 'needs busybox-static'

describe('a secret that a step writes down', { skip: impossible }, () => {
  const place = fs.mkdtempSync(path.join(os.tmpdir(), 'peel-leaks-'))
  const secret = `${pick(seeded(4), 'base62', 21)}/+ ${pick(seeded(5), 'base62', 9)}`
  const engine = openEngine({ root: path.join(place, 'root'), env: { TOKEN: `${secret}\n` } })
  after(() => {
    engine[Symbol.dispose]()
    fs.rmSync(place, { recursive: true, force: true })
  })
  const context = path.join(place, 'context')
  fs.mkdirSync(path.join(context, 'bin'), { recursive: true })
  fs.copyFileSync(busybox, path.join(context, 'bin/busybox'))
  for (const name of 'sh cat base64 od tr sed gzip printf rm tar tee wc'.split(' '))
    fs.symlinkSync('busybox', path.join(context, 'bin', name))
  fs.writeFileSync(path.join(context, 'id_key'), secretMakers['private-key']!(seeded(1)).text)

  const build = (lines: string, more: Partial<BuildOptions> = {}, emit = silent.emit) =>
    engine.build(
      {
        context: { kind: 'directory', path: context },
        dockerfile: { kind: 'text', text: `FROM scratch\nCOPY bin /bin\n${lines}\n`, name: 'Dockerfile' },
        secrets: [{ id: 'token', from: 'env', variable: 'TOKEN' }],
        tags: ['leak'],
        ...more,
      },
      { ...silent, emit },
    )
  const mount = 'RUN --mount=type=secret,id=token'
  const value = '/run/secrets/token'

  const leaks: Readonly<Record<string, readonly [string, RegExp]>> = {
    'as it is': [`${mount} cat ${value} > /copy`, /as it is in \/copy at byte 0 by RUN/],
    'inside a program': [
      `${mount} (cat /bin/busybox ${value}) > /both`,
      /as it is in \/both at byte \d{6,} /,
    ],
    'in base64': [`${mount} base64 < ${value} > /b64`, /in base64 in \/b64 at byte 0 /],
    'in base64, after two bytes': [
      `${mount} (printf ab; cat ${value}) | base64 > /b64`,
      /in base64 in \/b64/,
    ],
    'in base64, broken into lines': [
      `${mount} (printf %s 'what stands before it in the same text, so that a line ends'; cat ${value}) | base64 -w 64 > /b64`,
      /in base64 in \/b64/,
    ],
    'in hex': [`${mount} od -An -v -tx1 ${value} | tr -d ' \\n' > /hex`, /in hex in \/hex/],
    'URL-encoded': [
      `${mount} sed -e 's,/,%2F,g' -e 's,+,%2B,g' -e 's, ,%20,g' ${value} > /url`,
      /URL-encoded in \/url/,
    ],
    compressed: [`${mount} gzip -c < ${value} > /log.gz`, /as it is in \/log\.gz \(compressed\)/],
    'compressed in an archive, whatever their names': [
      `${mount} gzip -c < ${value} > /inner && tar -C / -cf - inner | gzip > /outer && rm /inner`,
      /as it is in \/outer!\/inner \(compressed\)/,
    ],
    'by a later step': [
      `RUN --mount=type=secret,id=token --mount=type=cache,target=/c cat ${value} > /c/x\nRUN --mount=type=cache,target=/c cat /c/x > /late`,
      /as it is in \/late .* by RUN --mount=type=cache/,
    ],
  }
  for (const [form, [lines, message]] of Object.entries(leaks))
    test(form, async () => {
      const layers = () => fs.readdirSync(path.join(place, 'root/blobs/sha256'))
      const thrown = await build(lines).then(
        () => undefined,
        (fault: unknown) => fault,
      )
      assert.ok(isFault(thrown), 'the build went through')
      assert.equal(thrown.code, 'secret.leaked')
      assert.match(thrown.message, message)
      assert.ok(thrown.details.place !== undefined)
      assert.ok(!JSON.stringify([thrown.message, thrown.details.hint]).includes(secret))
      for (const name of layers())
        assert.ok(!fs.readFileSync(path.join(place, 'root/blobs/sha256', name)).includes(secret), 'stored')
    })

  test('in a variable, in a label, in the history', async () => {
    for (const line of [`ENV A="${secret}"`, `LABEL a="${secret}"`, `RUN echo "${secret}" > /dev/null`])
      await assert.rejects(build(`${line}\n${mount} wc -c ${value}`), {
        code: 'secret.leaked',
        message: /as it is in the image's (?:history|configuration)/,
      })
  })

  test('in a label that is given beside the Dockerfile, whatever characters the secret has', async () => {
    const quoted = `${secret}"\\\n${secret}`
    const file = path.join(place, 'quoted')
    fs.writeFileSync(file, quoted)
    await assert.rejects(
      build(`${mount} wc -c ${value}`, {
        secrets: [{ id: 'token', from: 'file', path: file }],
        labels: { a: quoted },
      }),
      { code: 'secret.leaked', message: /as it is in the image's configuration/ },
    )
  })

  test('using it and leaving nothing is fine, and so is insisting; what was insisted on serves no other build', async () => {
    await build(`${mount} wc -c < ${value} > /size`)
    const careless = `${mount} cat ${value} > /copy`
    await build(careless, { allowSecretLeak: true })
    await assert.rejects(build(careless), { code: 'secret.leaked' })
  })

  test('what a failed step left is not kept where the secret is in it', async () => {
    const failing = (what: string) => `${mount} ${what} > /copy; exit 3`
    const hintOf = async (...given: Parameters<typeof build>): Promise<string> => {
      const thrown: unknown = await build(...given).catch((fault) => fault)
      assert.ok(isFault(thrown) && thrown.code === 'step.failed', String(thrown))
      return thrown.details.hint ?? ''
    }
    const refused = await hintOf(failing(`cat ${value}`))
    assert.match(refused, /not kept, since the secret "token" would stand as it is in \/copy/)
    assert.match(await hintOf(failing(`wc -c ${value}`)), /peel run --rm -it step:/)
    assert.match(await hintOf(failing(`cat ${value}`), { allowSecretLeak: true }), /peel run --rm -it step:/)
  })

  test('what is kept of a failed step does not have the values of secret arguments', async () => {
    const [marked, named] = [pick(seeded(6), 'base62', 24), pick(seeded(7), 'base62', 24)]
    const options = {
      buildArgs: { ADDRESS: `https://user:${marked}@host`, API_TOKEN: named, MARKED: marked, PLAIN: 'plain' },
      secretBuildArgs: ['MARKED', 'ADDRESS'],
    }
    const lines = 'ARG ADDRESS\nARG API_TOKEN\nARG MARKED\nARG PLAIN\nRUN exit 3'
    await assert.rejects(build(lines, options), { code: 'step.failed' })
    const holding = (text: string): string[] =>
      fs
        .readdirSync(path.join(place, 'root'), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath, entry.name))
        .filter((file) => fs.readFileSync(file).includes(text))
    assert.deepEqual([...holding(marked), ...holding(named)], [])
    assert.notDeepEqual(holding('PLAIN=plain'), [])
  })

  test('a private key that is copied is warned of', async () => {
    const warnings: Event[] = []
    await build('COPY id_key bin/busybox /root/', {}, (event) => {
      if (event.type === 'warning') warnings.push(event)
    })
    assert.deepEqual(
      warnings.map((event) => event.type === 'warning' && [event.code, event.place?.line]),
      [['PrivateKeyCopied', 3]],
    )
  })
})
