// The rules that no peer has: what costs bytes, time or a secret, as far as the text alone tells. Only stages that end up in the image
// are judged, since nobody ships the others. `docs/rules/` has a page for each.
import { covers, leftLists, packageUse, removedPaths } from '../shell/idioms.ts'
import { attributesLater } from './attributes-later.ts'
import { copyBeforeInstall } from './copy-before-install.ts'
import type { InstructionFacts } from './facts.ts'
import { commandsOf, copiedPaths, type Made, madeBy } from './made-paths.ts'
import type { Finding, Rule } from './rule.ts'
import { isSecretFile, secretsIn } from './secret-words.ts'
import { shippedInstructions, workdirs } from './shipped.ts'

/** So many RUN instructions without anything between them are worth a word. */
const manyRuns = 5

export const ownRules: readonly Rule[] = [
  {
    name: 'RemovedTooLate',
    description: 'Files should be removed by the instruction that makes them; a later one only hides them',
    certain: true,
    check: (facts) => {
      const made: Made[] = []
      return shippedInstructions(facts).flatMap(({ instruction, workdir }) => {
        const words = commandsOf(instruction.expanded).flatMap((command) => removedPaths(command) ?? [])
        const [hit] = words.flatMap((word) => {
          const one = made.find(({ path }) => covers(word, path))
          return one === undefined ? [] : [{ word, one }]
        })
        made.push(...madeBy(instruction, workdir))
        if (hit === undefined) return []
        const { keyword, place } = hit.one.by
        const message = `"rm" of ${hit.word} only hides what line ${place.line} (${keyword}) put into the image: its bytes are still shipped`
        return [at(instruction, message)]
      })
    },
  },
  {
    name: 'AttributesChangedLater',
    description:
      'Owners and modes should be set by COPY and ADD; a later chmod or chown ships the files again',
    certain: true,
    check: (facts) => attributesLater(shippedInstructions(facts)),
  },
  {
    name: 'PackageListsLeft',
    description: 'Lists and caches of package managers should not stay in the image',
    check: perRun(({ expanded }) => {
      const use = leftLists(commandsOf(expanded))
      if (use === undefined || expanded.kind !== 'RUN' || coveredByMount(expanded, use.manager.directories))
        return []
      return [`The lists of ${use.name} stay in the image: end this RUN with "${use.manager.remedy}"`]
    }),
  },
  {
    name: 'PackageListsAlone',
    description:
      'Package lists should be fetched by the RUN that installs; else they come out of an old cache',
    certain: true,
    check: perRun(({ expanded }) => {
      const uses = commandsOf(expanded).flatMap((command) => packageUse(command) ?? [])
      if (uses.length === 0 || uses.some(({ does }) => does === 'install')) return []
      return [
        `This RUN only fetches the lists of ${uses[0]!.name}: it stays cached when a later RUN asks for newer packages`,
      ]
    }),
  },
  {
    name: 'CopyBeforeInstall',
    description:
      'Dependencies should be installed before the sources are copied; else each change installs them anew',
    check: ({ stages }) => stages.flatMap(copyBeforeInstall),
  },
  {
    name: 'ManyRunInstructions',
    description: 'RUN instructions that belong together should be one; each makes a layer',
    check: (facts) => {
      const findings: Finding[] = []
      let run: InstructionFacts[] = []
      const end = (): void => {
        if (run.length >= manyRuns)
          findings.push(at(run[0]!, `${run.length} RUN instructions in a row make ${run.length} layers`))
        run = []
      }
      for (const { instruction } of shippedInstructions(facts))
        if (instruction.written.kind === 'RUN') run.push(instruction)
        else end()
      end()
      return findings
    },
  },
  {
    name: 'SecretFileCopied',
    description: 'Files that hold secrets should not be copied into an image',
    certain: true,
    check: ({ stages }) =>
      stages.flatMap((stage) => {
        const places = workdirs(stage)
        return stage.instructions.flatMap((instruction, i) => {
          const { expanded } = instruction
          if (expanded.kind !== 'COPY' && expanded.kind !== 'ADD') return []
          const names = [
            ...expanded.sources.filter((source) => typeof source === 'string'),
            ...copiedPaths(expanded, places[i]),
          ]
          const name = names.find(isSecretFile)
          if (name === undefined) return []
          return [
            at(
              instruction,
              `${name} is a secret by its name: whoever has the image can read it; use RUN --mount=type=secret`,
            ),
          ]
        })
      }),
  },
  {
    name: 'SecretWritten',
    description: 'Credentials should not stand in a Dockerfile',
    certain: true,
    check: ({ stages, file }) => {
      const all = [
        ...file.globalArgs,
        ...stages.flatMap(({ instructions }) => instructions.map(({ written }) => written)),
      ]
      return all.flatMap((under) =>
        secretsIn(under).map((what) => ({
          under,
          place: under.place,
          message: `There is ${what} in this ${under.keyword}: it stays readable in the history of the image`,
        })),
      )
    },
  },
]

function perRun(judge: (instruction: InstructionFacts) => readonly string[]): Rule['check'] {
  return (facts) =>
    shippedInstructions(facts).flatMap(({ instruction }) =>
      instruction.expanded.kind === 'RUN'
        ? judge(instruction).map((message) => at(instruction, message))
        : [],
    )
}

function at({ written }: InstructionFacts, message: string): Finding {
  return { under: written, place: written.place, message }
}

/** Whether a mount of the RUN takes what would be written to one of the directories. */
function coveredByMount(
  { mounts }: Extract<InstructionFacts['expanded'], { kind: 'RUN' }>,
  directories: readonly string[],
): boolean {
  const targets = mounts.flatMap(({ fields }) =>
    fields.flatMap(({ key, value = '' }) => (/^(?:target|dst|destination)$/.test(key) ? [value] : [])),
  )
  return directories.every((directory) =>
    targets.some((target) => directory === target || directory.startsWith(`${target.replace(/\/$/, '')}/`)),
  )
}
