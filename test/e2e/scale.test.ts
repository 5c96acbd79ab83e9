// What is large or many: a layer of 100,000 files, a big file, 300 layers. Memory is that of the whole process, the kernel's high-water mark.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { openStoreUnderTest, skipReason } from './store-under-test.ts'

const limit = 400 * 1024 * 1024
/** The full size takes 4 GB of disk three times over and half a minute; PEEL_SCALE=1 asks for it. */
const bigFile = process.env.PEEL_SCALE === '1' ? 4 * 1024 ** 3 : 300 * 1024 ** 2

describe('scale', { skip: skipReason() }, () => {
  const within = (what: string, peak: number, report: (text: string) => void): void => {
    report(`${what}: ${Math.round(peak / 1024 / 1024)} MB`)
    assert.ok(peak > 0 && peak < limit, `${what} took ${Math.round(peak / 1024 / 1024)} MB at its peak`)
  }

  test('100,000 files in a layer are built, saved and loaded in 400 MB', async (t) => {
    using store = await openStoreUnderTest()
    const context = path.join(store.folder, 'many')
    for (let i = 0; i < 100_000; i++) {
      const directory = path.join(context, 'files', String(Math.floor(i / 500)))
      if (i % 500 === 0) fs.mkdirSync(directory, { recursive: true })
      fs.writeFileSync(path.join(directory, `a-file-with-a-name-${i}.txt`), `content ${i}\n`)
    }
    fs.writeFileSync(path.join(context, 'Dockerfile'), 'FROM scratch\nCOPY files /files\n')
    const archive = path.join(store.folder, 'many.tar')
    const report = (text: string): void => t.diagnostic(text)
    within('build', (await store.peel('build', '-q', '-t', 'many', context)).peak, report)
    within('cached rebuild', (await store.peel('build', '-q', '-t', 'many', context)).peak, report)
    fs.appendFileSync(path.join(context, 'files/0/a-file-with-a-name-0.txt'), 'changed\n')
    within('rebuild of one change', (await store.peel('build', '-q', '-t', 'many', context)).peak, report)
    within('save', (await store.peel('save', '-o', archive, 'many')).peak, report)
    await store.peel('rmi', 'many')
    await store.peel('prune', '--all')
    within('load', (await store.peel('load', '-q', '-i', archive)).peak, report)
  })

  test(`a file of ${bigFile / 1024 ** 2} MB is built, saved and loaded in 400 MB`, async (t) => {
    using store = await openStoreUnderTest()
    const context = store.context('big', { Dockerfile: 'FROM scratch\nCOPY blob /blob\n' })
    const fd = fs.openSync(path.join(context, 'blob'), 'w')
    fs.ftruncateSync(fd, bigFile)
    fs.writeSync(fd, 'the end', bigFile - 7)
    fs.closeSync(fd)
    const archive = path.join(store.folder, 'big.tar')
    const report = (text: string): void => t.diagnostic(text)
    within('build', (await store.peel('build', '-q', '-t', 'big', context)).peak, report)
    within('save', (await store.peel('save', '-o', archive, 'big')).peak, report)
    await store.peel('rmi', 'big')
    await store.peel('prune', '--all')
    within('load', (await store.peel('load', '-q', '-i', archive)).peak, report)
    const { stdout } = await store.peel('images', '--json')
    assert.ok(stdout.includes(String(bigFile)), stdout)
  })

  test('an image of 300 layers builds and runs', async () => {
    using store = await openStoreUnderTest()
    const files: Record<string, string> = {}
    const lines = ['FROM base:1']
    for (let i = 1; i <= 297; i++) {
      files[`f${i}`] = `${i}\n`
      lines.push(`COPY f${i} /many/f${i}`)
    }
    lines.push('RUN ls /many | wc -l > /count', 'RUN rm /many/f1', 'RUN cat /many/f297 >> /count')
    const context = store.context('deep', { ...files, Dockerfile: `${lines.join('\n')}\n` })
    await store.peel('build', '-q', '-t', 'deep', context)
    const { stdout } = await store.peel('run', '--rm', 'deep', 'sh', '-c', 'cat /count; ls /many | wc -l')
    assert.equal(stdout, '297\n297\n296\n')
  })
})
