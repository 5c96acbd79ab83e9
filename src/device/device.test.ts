import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isFault, parseYaml } from '../core/index.ts'
import {
  allowDevices,
  catalogueDevices,
  type DeviceSpec,
  editsOf,
  parseDeviceGrants,
  parseDeviceSpec,
} from './index.ts'

const parse = async (text: string, file = 'v.yaml'): Promise<DeviceSpec> =>
  parseDeviceSpec(await parseYaml(text, file, { scalars: 'text' }), file)

const small = (
  version: string,
  { kind = 'v.com/d', device = 'name: a', edits = 'env: [A=1]', more = '' } = {},
) =>
  `cdiVersion: ${version}\nkind: ${kind}\n${more}\ndevices: [{ ${device}, containerEdits: { ${edits} } }]\n`

describe('a CDI spec', () => {
  test('is read as YAML and as JSON, each scalar as its field has it', async () => {
    const yaml = await parse(`
cdiVersion: v0.7.0
kind: vendor.com/some.class
annotations: { org.mobyproject.buildkit.device.autoallow: true }
containerEdits:
  additionalGIDs: [0, 44]
devices:
  - name: 0:1
    containerEdits:
      env:
      deviceNodes: [{ path: /dev/x, fileMode: 0660, major: 0x10, permissions: r, uid: 0 }]
      mounts: [{ hostPath: /a, containerPath: /b, options: [ro, bind] }]
      hooks: [{ hookName: poststop, path: /bin/true, timeout: 3 }]
`)
    const json = await parse(
      `{\n\t"cdiVersion": "0.7.0", "kind": "vendor.com/some.class",
\t"annotations": {"org.mobyproject.buildkit.device.autoallow": "true"},
\t"containerEdits": {"additionalGids": [0, 44]},
\t"devices": [{"name": "0:1", "containerEdits": {"env": null,
\t\t"deviceNodes": [{"path": "/dev/x", "fileMode": 432, "major": 16, "permissions": "r", "uid": 0}],
\t\t"mounts": [{"hostPath": "/a", "containerPath": "/b", "options": ["ro", "bind"]}],
\t\t"hooks": [{"hookName": "poststop", "path": "/bin/true", "timeout": 3}]}}]}`,
      'v.json',
    )
    assert.deepEqual(yaml, json)
    const [device] = yaml.devices
    assert.equal(device?.name, '0:1')
    assert.deepEqual(yaml.edits.additionalGids, [0, 44])
    assert.deepEqual(device?.edits.deviceNodes, [
      {
        path: '/dev/x',
        hostPath: '/dev/x',
        type: undefined,
        major: 16,
        minor: undefined,
        fileMode: 0o660,
        permissions: 'r',
        uid: 0,
        gid: undefined,
      },
    ])
  })

  const accepted: Readonly<Record<string, string>> = {
    'the earliest version': small('0.3.0'),
    'the latest version': small('1.1.0', { edits: 'netDevices: [{ hostInterfaceName: eth0, name: eth0 }]' }),
    'what came with its version': small('0.4.0', {
      edits: 'mounts: [{ hostPath: /a, containerPath: /b, type: tmpfs }]',
    }),
  }
  for (const [name, text] of Object.entries(accepted))
    test(`may have ${name}`, async () => assert.equal((await parse(text)).devices.length, 1))

  const refused: readonly (readonly [what: string, text: string, message: RegExp])[] = [
    ['an unknown version', small('0.9.0'), /the cdiVersion "0.9.0" is none from 0.3.0 to 1.1.0/],
    ['a version before the first', small('0.2.0'), /the cdiVersion "0.2.0"/],
    ['no version', 'kind: v.com/d\ndevices: [{ name: a, containerEdits: { env: [A=1] } }]', /cdiVersion ""/],
    [
      'a field that came later',
      small('0.6.0', { edits: 'additionalGids: [1]' }),
      /came with cdiVersion 0.7.0/,
    ],
    [
      'a type of mount before 0.4',
      small('0.3.0', { edits: 'mounts: [{ hostPath: /a, containerPath: /b, type: x }]' }),
      /0.4.0/,
    ],
    [
      'a host path before 0.5',
      small('0.4.0', { edits: 'deviceNodes: [{ path: /a, hostPath: /b }]' }),
      /0.5.0/,
    ],
    ['a digit in front before 0.5', small('0.4.0', { device: 'name: 0a' }), /0.5.0/],
    ['annotations before 0.6', small('0.5.0', { more: 'annotations: { a: b }' }), /0.6.0/],
    ['a dot in its class before 0.6', small('0.5.0', { kind: 'v.com/a.b' }), /0.6.0/],
    [
      'an unknown field',
      small('0.6.0', { edits: 'envs: [A=1]' }),
      /devices\[0\].containerEdits: there is no field "envs"/,
    ],
    ['a kind without a class', small('0.6.0', { kind: 'v.com' }), /the kind "v.com" is not VENDOR\/CLASS/],
    ['a kind with two slashes', small('0.6.0', { kind: 'v.com/a/b' }), /is not VENDOR\/CLASS/],
    ['a device without edits', small('0.6.0', { edits: '' }), /the device "a" has no containerEdits/],
    ['a device without a name', small('0.6.0', { device: 'annotations: {}' }), /"" is no name of a device/],
    [
      'two devices of one name',
      'cdiVersion: 0.6.0\nkind: v.com/d\ndevices: [{ name: a, containerEdits: { env: [A=1] } }, { name: a, containerEdits: { env: [A=1] } }]',
      /two devices "a"/,
    ],
    ['no devices', 'cdiVersion: 0.6.0\nkind: v.com/d\n', /has no devices/],
    ['a variable without a name', small('0.6.0', { edits: 'env: ["=1"]' }), /env: "=1" is not NAME=value/],
    [
      'a type of device that is none',
      small('0.6.0', { edits: 'deviceNodes: [{ path: /a, type: x }]' }),
      /the type "x"/,
    ],
    [
      'permissions that are none',
      small('0.6.0', { edits: 'deviceNodes: [{ path: /a, permissions: rx }]' }),
      /permissions "rx"/,
    ],
    [
      'a number that is none',
      small('0.6.0', { edits: 'deviceNodes: [{ path: /a, major: -1 }]' }),
      /major: "-1" is no whole number/,
    ],
    [
      'a mount without a source',
      small('0.6.0', { edits: 'mounts: [{ containerPath: /a }]' }),
      /it has no hostPath/,
    ],
    [
      'a hook of no known moment',
      small('0.6.0', { edits: 'hooks: [{ hookName: later, path: /a }]' }),
      /hookName "later"/,
    ],
    ['a list of another kind', small('0.6.0', { edits: 'env: { A: 1 }' }), /env: it is no list/],
  ]
  for (const [what, text, message] of refused)
    test(`may not have ${what}`, async () => {
      await assert.rejects(
        parse(text),
        (thrown) => isFault(thrown) && thrown.code === 'device.invalid' && message.test(thrown.message),
      )
    })
})

const spec = (kind: string, devices: readonly string[]) =>
  parse(
    `cdiVersion: 0.6.0\nkind: ${kind}\ncontainerEdits: { env: [ALL=1] }\ndevices:\n${devices.map((one) => `- ${one}\n`).join('')}`,
  )
const device = (name: string, group?: string) =>
  `{ name: ${name}, containerEdits: { env: ["N=${name}"] }${group === undefined ? '' : `, annotations: { org.mobyproject.buildkit.device.class: ${group} }`} }`

async function catalogue() {
  return catalogueDevices(
    [
      { file: 'a', rank: 0, spec: await spec('v.com/d', [device('foo', 'gpu'), device('bar')]) },
      { file: 'b', rank: 0, spec: await spec('w.com/d', [device('one', 'gpu'), device('twice')]) },
      { file: 'c', rank: 0, spec: await spec('w.com/d', [device('twice')]) },
      { file: 'd', rank: 1, spec: await spec('w.com/d', [device('one', 'late')]) },
      {
        file: 'e',
        rank: 1,
        spec: await spec('x.com/d', [
          '{ name: free, containerEdits: { env: [A=1] }, annotations: { org.mobyproject.buildkit.device.autoallow: "1" } }',
        ]),
      },
    ],
    { directories: ['/cdi'], problems: [] },
  )
}

describe('the name of a device', () => {
  const names: readonly (readonly [asked: string, found: readonly string[]])[] = [
    ['v.com/d=foo', ['v.com/d=foo']],
    ['v.com/d', ['v.com/d=bar']],
    ['v.com/d=', ['v.com/d=bar']],
    ['v.com/d=*', ['v.com/d=bar', 'v.com/d=foo']],
    ['gpu', ['v.com/d=foo']],
    ['late', ['w.com/d=one']],
    ['v.com/d=nosuch', []],
    ['v.com', []],
    ['foo', []],
    ['', []],
    // two files of one directory have it
    ['w.com/d=twice', []],
  ]
  for (const [asked, found] of names)
    test(`${asked || '(none)'} stands for ${found.join(', ') || 'nothing'}`, async () => {
      assert.deepEqual(
        (await catalogue()).find(asked).map(({ name }) => name),
        found,
      )
    })

  test('is told as a problem where two files of one directory have it', async () => {
    assert.deepEqual((await catalogue()).problems, ['b and c have w.com/d=twice'])
  })

  test("brings what its file says for all of its devices once, before the device's own", async () => {
    const found = editsOf((await catalogue()).find('v.com/d=*'))
    assert.deepEqual(
      found.map(({ of, edits }) => [of, ...edits.env]),
      [
        ['v.com/d', 'ALL=1'],
        ['v.com/d=bar', 'N=bar'],
        ['v.com/d=foo', 'N=foo'],
      ],
    )
  })
})

describe('a device is had', () => {
  const ask = async (grants: readonly string[], ...asked: readonly string[]) => {
    const wanted = asked.map((text) => ({ name: text.replace('!', ''), required: text.endsWith('!') }))
    const { devices, missing } = allowDevices(wanted, await catalogue(), parseDeviceGrants(grants))
    return [...devices.map(({ name }) => name), ...missing.map((name) => `no ${name}`)]
  }
  const cases: readonly (readonly [
    what: string,
    grants: readonly string[],
    asked: readonly string[],
    had: readonly string[],
  ])[] = [
    ['by its name', ['v.com/d=foo'], ['v.com/d=foo!'], ['v.com/d=foo']],
    ['by its kind, which grants the first', ['v.com/d'], ['v.com/d=bar'], ['v.com/d=bar']],
    ['by the word of its class', ['gpu'], ['v.com/d=foo'], ['v.com/d=foo']],
    ['by a grant of all', [''], ['v.com/d=*', 'w.com/d'], ['v.com/d=bar', 'v.com/d=foo', 'w.com/d=one']],
    ['by an alias', ['v.com/d=foo,alias=mine'], ['mine!'], ['v.com/d=foo']],
    ['once, however often it is asked for', [''], ['v.com/d=foo', 'gpu'], ['v.com/d=foo']],
    ["by its file's own word", [], ['x.com/d!'], ['x.com/d=free']],
    ['not, if it is optional and not here', [], ['nosuch'], ['no nosuch']],
    ['not by a grant of what is not here', ['nosuch'], ['x.com/d'], ['x.com/d=free']],
  ]
  for (const [what, grants, asked, had] of cases)
    test(what, async () => assert.deepEqual(await ask(grants, ...asked), had))

  const fault = (code: string, message: string, hint: RegExp) => (thrown: unknown) =>
    isFault(thrown) &&
    thrown.code === code &&
    thrown.message === message &&
    hint.test(thrown.details.hint ?? '')

  test('or refused with the flag that grants it', async () => {
    await assert.rejects(
      ask([], 'v.com/d=foo'),
      fault(
        'step.refused',
        'device v.com/d=foo is requested by the build but not allowed',
        /--allow device=v\.com\/d=foo/,
      ),
    )
    await assert.rejects(
      ask(['v.com/d=nosuch'], 'v.com/d=*', 'x.com/d'),
      fault(
        'step.refused',
        'devices v.com/d=bar, v.com/d=foo are requested by the build but not allowed',
        /--allow device=v\.com\/d=bar --allow device=v\.com\/d=foo/,
      ),
    )
  })

  test('or missed with what is known instead', async () => {
    await assert.rejects(
      ask([''], 'v.com/d=fo!'),
      fault(
        'device.missing',
        'required device "v.com/d=fo" is not registered (did you mean v.com/d=foo?)',
        /^\/cdi describe v\.com\/d=bar, v\.com\/d=foo, w.*b and c have/,
      ),
    )
  })

  test('by grants that are written as BuildKit has them', () => {
    for (const wrong of ['v.com/d,alia=x', 'v.com/d,x', '"v'])
      assert.throws(
        () => parseDeviceGrants([wrong]),
        (thrown) => isFault(thrown) && thrown.code === 'usage.invalid',
      )
  })
})
