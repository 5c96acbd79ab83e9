// Finding out what the machine can do by doing it once: mounts are made detached and closed again, files in a directory that is removed.
// The answer to each question is kept; nothing is asked before somebody wants to know.
import fs from 'node:fs'
import path from 'node:path'
import { isFault } from '../core/index.ts'
import { emptyErofs } from '../layer/index.ts'
import { findCalls, getCalls } from './calls.ts'
import type { Abilities, Ability } from './kernel.ts'
import { createMount, erofsParameters, overlayParameters } from './mounts.ts'
import { writeXattr } from './xattrs.ts'

type Probe = (directory: string) => void

interface Question {
  readonly probe: Probe
  /** What to say when the probe fails; `problem` is what the kernel said. */
  readonly explain: (problem: string) => string
}

const needsRoot = 'run as root (or with CAP_SYS_ADMIN)'

const questions: Readonly<Record<Ability, Question>> = {
  'mount-erofs-file': {
    probe: (directory) => {
      const image = path.join(directory, 'erofs')
      fs.writeFileSync(image, emptyErofs())
      fs.closeSync(createMount('mount a small index', erofsParameters(image, [])))
    },
    explain: (problem) =>
      `layer indexes can't be mounted here (${problem}); ${needsRoot} on Linux 6.12 or later with EROFS, or layers are unpacked instead`,
  },
  'mount-overlay': {
    probe: (directory) => {
      const [lower, upper, work] = ['lower', 'upper', 'work'].map((name) => path.join(directory, name))
      for (const each of [lower, upper, work]) fs.mkdirSync(each!)
      const layers = { lowers: [lower!], upper: { directory: upper!, work: work! } }
      fs.closeSync(createMount('mount an overlay', overlayParameters(layers)))
    },
    explain: (problem) =>
      `overlays can't be mounted here (${problem}); ${needsRoot} on Linux 6.7 or later, with the store on ext4, xfs or btrfs`,
  },
  'private-mounts': {
    probe: () => {
      // Having the capability is the whole question, and asking costs less than a namespace.
      const status = fs.readFileSync('/proc/self/status', 'utf8')
      const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`)
      getCalls()
      const CAP_SYS_ADMIN = 21n
      if (((effective >> CAP_SYS_ADMIN) & 1n) === 0n) throw new Error('CAP_SYS_ADMIN is missing')
    },
    explain: (problem) => `a private mount namespace can't be made here (${problem}); ${needsRoot}`,
  },
  'device-nodes': {
    probe: (directory) => {
      const calls = getCalls()
      const S_IFCHR = 0o020000
      const name = Buffer.from(`${path.join(directory, 'null')}\0`)
      if (calls.mknod(name, S_IFCHR | 0o600, 0x103n) < 0) throw new Error('mknod is not permitted')
    },
    explain: (problem) => `device nodes can't be made here (${problem}); run as root with CAP_MKNOD`,
  },
  xattrs: {
    probe: (directory) => {
      const file = path.join(directory, 'xattrs')
      fs.writeFileSync(file, '')
      writeXattr(file, 'trusted.peel', Buffer.from('y'))
    },
    explain: (problem) =>
      `trusted xattrs can't be set here (${problem}); ${needsRoot} on a file system that has xattrs`,
  },
  reflink: {
    probe: (directory) => {
      const file = path.join(directory, 'reflink')
      fs.writeFileSync(file, 'x')
      fs.copyFileSync(file, `${file}.copy`, fs.constants.COPYFILE_FICLONE_FORCE)
    },
    explain: () => 'this file system cannot share blocks between files; btrfs and xfs can, others copy',
  },
}

/** Abilities that are probed at first look, in a directory made inside `scratch` for the moment. */
export function lazyAbilities(scratch: () => string): Abilities {
  const known = new Map<Ability, true | string>()
  const abilities = {} as { [ability in Ability]: true | string }
  for (const ability of Object.keys(questions) as Ability[]) {
    const get = (): true | string => {
      const answer = known.get(ability) ?? ask(questions[ability], scratch())
      known.set(ability, answer)
      return answer
    }
    Object.defineProperty(abilities, ability, { enumerable: true, get })
  }
  return abilities
}

function ask(question: Question, scratch: string): true | string {
  const calls = findCalls()
  if (typeof calls === 'string') return calls
  let directory: string | undefined
  try {
    fs.mkdirSync(scratch, { recursive: true })
    directory = fs.mkdtempSync(path.join(scratch, 'probe-'))
    question.probe(directory)
    return true
  } catch (error) {
    const problem = isFault(error) || error instanceof Error ? error.message : String(error)
    return question.explain(problem)
  } finally {
    if (directory !== undefined) fs.rmSync(directory, { recursive: true, force: true })
  }
}
