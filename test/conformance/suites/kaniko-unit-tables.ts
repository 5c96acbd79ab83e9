// Unit tables of GoogleContainerTools/kaniko. What they ask of its functions is asked here of what a Dockerfile plans, or of a build.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { parseMode } from '../../../src/build/mode.ts'
import { selectFiles } from '../../../src/build/select.ts'
import { isFault, isWithin, parentPath, rootPath, toRootPath } from '../../../src/core/index.ts'
import {
  expandInstruction,
  expandWord,
  matchPath,
  parseDockerfile,
  parseTrigger,
} from '../../../src/dockerfile/index.ts'
import { imageState, setImageVariable } from '../../../src/plan/state.ts'
import { environment } from '../../../src/run/config.ts'
import { findOwner, findUser } from '../../../src/run/index.ts'
import { fileView } from '../../../src/testing/file-view.ts'
import { openTestStore } from '../../../src/testing/layer-store.ts'
import { rawTar } from '../../../src/testing/raw-tar.ts'
import { dir, file } from '../../../src/testing/tree.ts'
import { type Bench, look, openBench } from '../build-harness.ts'
import {
  checkDependencies,
  checkStages,
  checkTarget,
  checkTriggers,
  type Fields,
  type KanikoCase,
} from '../kaniko-stages.ts'
import { planText } from '../plan-text.ts'
import { type Result, skip, verdict } from '../suite.ts'

export async function* run(cases: readonly KanikoCase[]): AsyncGenerator<Result> {
  let bench: Bench | undefined
  const opened = async (): Promise<Bench> => {
    bench ??= await openBench()
    return bench
  }
  try {
    for (const one of cases)
      yield await verdict(one.id, () => {
        const check = Object.hasOwn(checks, one.op ?? '') ? checks[one.op ?? ''] : undefined
        return check === undefined
          ? skip(`${one.op}: a part of the source that has no counterpart here`)
          : check(one, opened)
      })
  } finally {
    bench?.[Symbol.dispose]()
  }
}

type Check = (one: KanikoCase, bench: () => Promise<Bench>) => unknown

const checks: Readonly<Record<string, Check>> = {
  EnvReplacement({ path: word = '', envs, isFilepath, expectedPath }) {
    const found = expandWord(word, lookupIn(envs), { escape: '\\' }).text
    // The source also cleans file paths, which is for whoever uses the word here.
    const clean = (text = '') => (isFilepath === true ? text.replace(/\/+/g, '/') : text)
    assert.equal(clean(found), clean(expectedPath))
  },
  StopsignalExecuteCmd({ signal, expectedSignal }) {
    const [instruction] =
      parseDockerfile(`FROM scratch\nSTOPSIGNAL ${signal}`, { file: 'Dockerfile' }).stages[0]?.instructions ??
      []
    assert.ok(instruction?.kind === 'STOPSIGNAL')
    const lookup = (name: string) => (name === 'STOPSIG' ? 'SIGKILL' : undefined)
    assert.equal(expandInstruction(instruction, lookup, { escape: '\\' }).instruction.signal, expectedSignal)
  },
  ExecuteOnbuild: ({ expression = '' }) => assert.equal(parseTrigger(expression).text, expression),
  CopyExecuteCmd: checkCopy,
  EntrypointExecuteCmd: (one) => checkCommand('Entrypoint', one),
  CmdExecuteCmd: (one) => checkCommand('Cmd', one),
  async ShellExecuteCmd({ cmdLine, expectedShell }) {
    const { config } = await planText(`FROM scratch\nSHELL ${JSON.stringify(cmdLine)}\n`)
    assert.deepEqual(config.Shell, expectedShell)
  },
  async UpdateUser({ user = '', expectedUID, expectedGID }) {
    if (user === '') skip('USER without a name is refused as it is read')
    const { config } = await planText(`FROM scratch\nUSER ${user}\n`)
    const [uid, gid] = (config.User ?? '').split(':')
    assert.equal(uid, expectedUID)
    if (gid !== undefined) assert.equal(gid, expectedGID)
  },
  async WorkdirCommand({ path: word = '', expectedPath = '' }) {
    // the source's cases go on from one another; where this one starts follows from its result
    const variables: Fields = { path: 'usr', home: '/root' }
    const lookup = (name: string) => variables[name] as string | undefined
    const expanded = expandWord(word, lookup, { escape: '\\' }).text
    const from = expanded.startsWith('/') ? '/' : expectedPath.slice(0, -`/${expanded}`.length) || '/'
    const { config } = await planText(`FROM base\nWORKDIR ${from}\nWORKDIR ${word}\n`, {
      base: { Env: ['path=usr', 'home=root'] },
    })
    assert.equal(config.WorkingDir, expectedPath)
  },
  addDefaultHOME: checkHome,
  GetOnBuildInstructions: checkTriggers,
  targetStage: checkTarget,
  SkipingUnusedStages: checkStages,
  async reviewConfig({ dockerfile = '', originalCmd, originalEntrypoint, expectedCmd }) {
    const { config } = await planText(dockerfile.replace('FROM scratch', 'FROM base'), {
      base: { Cmd: originalCmd, Entrypoint: originalEntrypoint },
    })
    assert.deepEqual(config.Cmd ?? null, expectedCmd ?? null)
  },
  CalculateDependencies: checkDependencies,
  filesToSave({ args, files, want }) {
    const paths = new Set((files as readonly string[]).flatMap(withParents))
    const patterns = args as readonly string[]
    const found = [...paths].filter((name) => patterns.some((pattern) => matchPath(pattern, name)))
    assert.deepEqual(found.sort(), [...(want as readonly string[])].sort())
  },
  async InitializeConfig({ cfg, expected }) {
    const { config } = await planText('FROM base\n', { base: cfg?.Config ?? {} })
    assert.deepEqual(config.Env, (expected as { readonly Env?: readonly string[] }).Env)
  },
  async DestinationFilepath({ cwd = '/', dest = '', expectedFilepath = '' }) {
    const { steps } = await planText(`FROM scratch\nWORKDIR ${cwd}\nCOPY foo ${dest}\n`)
    const last = steps.at(-1)
    assert.ok(last?.kind === 'copy')
    // a directory is copied to the destination itself, and its path is then written with a slash
    const wanted = [`${last.destination.replace(/\/$/, '')}/foo`, last.destination, `${last.destination}/`]
    assert.ok(wanted.includes(expectedFilepath), `${last.destination} is not ${expectedFilepath}`)
  },
  async UrlDestFilepath({ cwd = '/', dest = '', url = '', envs = [], expectedDest }) {
    const { steps } = await planText(`FROM base\nWORKDIR ${cwd}\nADD ${url} ${dest}\n`, {
      base: { Env: envs },
    })
    const last = steps.at(-1)
    const item = last?.kind === 'copy' ? last.items[0] : undefined
    assert.ok(last?.kind === 'copy' && item?.kind === 'url')
    assert.equal(
      last.destination.endsWith('/') ? last.destination + item.fileName : last.destination,
      expectedDest,
    )
  },
  UpdateConfigEnvs({ config = {}, envVars = [], replacementEnvs = [], expectedEnv = [] }) {
    const state = imageState({
      ...{ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] } },
      config: { Env: config.Env ?? [] },
    })
    for (const { Key, Value } of envVars)
      setImageVariable(state, Key, expandWord(Value, lookupIn(replacementEnvs), { escape: '\\' }).text)
    assert.deepEqual(
      state.config.Env?.filter((text) => !text.startsWith('PATH=')),
      expectedEnv,
    )
  },
  IsSrcsValid: checkSources,
  async ResolveSources({ srcsAndDest = [], expectedList = [] }) {
    const { steps } = await planText(`FROM scratch\nADD ${srcsAndDest.join(' ')} /dest/\n`)
    const [add] = steps
    assert.ok(add?.kind === 'copy')
    const urls = add.items.flatMap((item) => (item.kind === 'url' ? [item.url] : []))
    const patterns = add.items.flatMap((item) => (item.kind === 'path' ? [item.path] : []))
    for (const name of expectedList)
      assert.ok(urls.includes(name) || patterns.some((pattern) => matchPath(pattern, name)), name)
  },
  GetChmod({ chmod = '', env = [], expected, wantErr }) {
    const read = () => parseMode(expandWord(chmod, lookupIn(env), { escape: '\\' }).text).change(0, false)
    if (wantErr === true || (chmod !== '' && expected === undefined)) return assert.throws(read, isFault)
    if (chmod === '') skip('without --chmod nothing is read')
    assert.equal(read(), expected)
  },
  GetUIDAndGIDFromString({ args, expected, wantErr }) {
    const text = String((args as Fields).userGroupStr)
    if (/<|user\.|group\./.test(text)) skip('a user of the machine that ran the source')
    const owner = findOwner(fileView(dir('/etc'), file('/etc/passwd', ''), file('/etc/group', '')), text)
    if (wantErr === true) return assert.notDeepEqual(owner.unknown, [])
    const { userID = 0, groupID = 0 } = expected as { readonly userID?: number; readonly groupID?: number }
    assert.deepEqual(owner, { uid: userID, gid: groupID, unknown: [] })
  },
  async IsSrcRemoteFileURL({ args, want }) {
    const { steps } = await planText(`FROM scratch\nADD ${(args as Fields).rawurl} /dest/\n`)
    assert.equal(steps[0]?.kind === 'copy' && steps[0].items[0]?.kind === 'url', want)
  },
  ParentDirectories: ({ path: name = '', expected, rootDir = '/' }) => checkParents(name, rootDir, expected),
  ParentDirectoriesWithoutLeadingSlash({ path: name = '', expected }) {
    const parents = parentsOf(name).map((parent) => (parent === '/' ? parent : parent.slice(1)))
    assert.deepEqual(parents, expected)
  },
  HasFilepathPrefix({ args, want }) {
    const {
      path: name,
      prefix,
      prefixMatchOnly = false,
    } = args as { path: string; prefix: string; prefixMatchOnly?: boolean }
    const [inner, outer] = [toRootPath(name), toRootPath(prefix)]
    assert.equal(isWithin(inner, outer) && !(prefixMatchOnly && inner === outer), want)
  },
  UnTar: checkArchive,
  RelativeFiles: checkWalk,
}

/** All below a directory by its path from the root, the directory itself too. */
function checkWalk({ files = {}, directory = '', expectedFiles }: KanikoCase & Fields): void {
  const names = Object.keys(files as object).map((name) => toRootPath(name))
  const directories = new Set(names.flatMap((name) => parentsOf(name)))
  const view = fileView(
    ...[...directories].filter((name) => name !== rootPath).map((name) => dir(name)),
    ...names.map((name) => file(name, '')),
  )
  const from = toRootPath(String(directory))
  const [selected] = selectFiles(from, view, { exclude: [], parents: false })
  const found = (selected?.files ?? []).map(({ relative }) => joined(from, relative).slice(1) || '.')
  // the source's machine has its own program in the root, which it leaves out
  const own = found.filter((name) => !/^kaniko(?:\/|$)/.test(name))
  assert.deepEqual(own.sort(), [...(expectedFiles as readonly string[])].sort())
}

function joined(from: string, relative: string): string {
  return relative === '' ? from : `${from === '/' ? '' : from}/${relative}`
}

/** The environment of a RUN, where /etc/passwd has what the source's machine is said to know of the user. */
function checkHome({ user = '', mockUser, initial = [], expected }: KanikoCase & Fields): void {
  const known = mockUser as { readonly Username?: string; readonly HomeDir?: string } | undefined
  const { Username: name = 'root', HomeDir: home = name === 'root' ? '/root' : '' } = known ?? {}
  const passwd = `root:x:0:0::/root:/bin/sh\n${name}:x:1000:1000::${home}:/bin/sh\n`
  const found = findUser(fileView(dir('/etc'), file('/etc/passwd', passwd)), String(user))
  const env = environment({ env: initial as readonly string[], user: found })
  assert.deepEqual([...env].sort(), [...(expected as readonly string[])].sort())
}

function lookupIn(envs: readonly string[] = []) {
  const values = new Map(envs.map((line) => [line.split('=')[0] ?? '', line.replace(/^[^=]*=/, '')]))
  return (name: string): string | undefined => values.get(name)
}

function withParents(name: string): readonly string[] {
  const parts = name.split('/')
  return parts.map((_, count) => parts.slice(0, count + 1).join('/'))
}

async function checkCopy(
  { sourcesAndDest = [], expectedDest }: KanikoCase,
  bench: () => Promise<Bench>,
): Promise<void> {
  const { engine: _, ...at } = await bench()
  const directory = at.directory()
  fs.writeFileSync(path.join(directory, 'foo'), 'foo')
  fs.writeFileSync(path.join(directory, 'Dockerfile'), `FROM scratch\nCOPY ${sourcesAndDest.join(' ')}\n`)
  const { files } = await at.mustBuild({ context: { kind: 'directory', path: directory } })
  const dest = sourcesAndDest.at(-1) ?? ''
  const found = look(files, dest)?.node
  const names = found?.kind === 'directory' ? files.list(toRootPath(dest)) : [path.basename(dest)]
  assert.ok(found !== undefined, `${dest} is not in the image`)
  assert.deepEqual(names, expectedDest)
}

async function checkCommand(
  field: 'Entrypoint' | 'Cmd',
  { cmdLine = [], prependShell, expectedCmd }: KanikoCase,
) {
  const words = prependShell === true ? cmdLine.join(' ') : JSON.stringify(cmdLine)
  const { config } = await planText(`FROM scratch\n${field.toUpperCase()} ${words}\n`)
  assert.deepEqual(config[field], expectedCmd)
}

async function checkSources(one: KanikoCase, bench: () => Promise<Bench>): Promise<void> {
  const { srcsAndDest = [], resolvedSources = [], shouldErr = false, name = '' } = one
  if (/exclude/.test(name)) skip('the ignore file of the source is not stated')
  if (shouldErr && !/\/$/.test(srcsAndDest.at(-1) ?? ''))
    skip('BuildKit copies several sources to a file one after the other')
  const at = await bench()
  const directory = at.directory()
  for (const source of resolvedSources) {
    if (/^https?:/.test(source)) skip('needs the network')
    const full = path.join(directory, source)
    fs.mkdirSync(source.endsWith('/') ? full : path.dirname(full), { recursive: true })
    if (!source.endsWith('/') && !fs.existsSync(full)) fs.writeFileSync(full, '')
  }
  fs.writeFileSync(path.join(directory, 'Dockerfile'), `FROM scratch\nCOPY ${srcsAndDest.join(' ')}\n`)
  const outcome = await at.build({ context: { kind: 'directory', path: directory } })
  assert.equal(!outcome.ok, shouldErr, outcome.ok ? 'the build succeeded' : outcome.fault.message)
}

function parentsOf(name: string): readonly string[] {
  const parents: string[] = []
  let at = toRootPath(name)
  do {
    at = parentPath(at)
    parents.unshift(at)
  } while (at !== rootPath)
  return parents
}

function checkParents(name: string, rootDir: string, expected: unknown): void {
  const root = toRootPath(rootDir)
  assert.deepEqual(
    parentsOf(name).filter((parent) => isWithin(toRootPath(parent), root)),
    expected,
  )
}

function checkArchive({
  setupTarContents = {},
  expectedFileList = [],
  destination,
}: KanikoCase & { destination?: string }): void {
  using store = openTestStore()
  const id = store.addTar(
    rawTar(Object.entries(setupTarContents).map(([name, content]) => ({ name, type: 'file', content }))),
  )
  const index = store.index(id)
  for (const name of expectedFileList) {
    assert.ok(index.find(toRootPath(name)) !== undefined, `${name} is not below ${destination}`)
  }
}
