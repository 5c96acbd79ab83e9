// The rules about instructions inside the stages that are looked into, with the variables they see.
import { goQuote } from '../../dockerfile/index.ts'
import { isSecretName } from '../../plan/index.ts'
import { cleanSource, ignoredRoot, lastOnly, meant, portProblems } from './judge.ts'
import { each, type Rule, said } from './rule.ts'

export const stepRules: readonly Rule[] = [
  {
    name: 'UndefinedVar',
    description: 'Variables should be defined before their use',
    check: each((_, { undefinedNames }) =>
      undefinedNames.map(({ name, near }) => `Usage of undefined variable '$${name}'${meant(near, '$')}`),
    ),
  },
  {
    name: 'WorkdirRelativePath',
    description:
      'Relative workdir without an absolute workdir declared within the build can have unexpected results if the base image changes',
    check: each((instruction, { workdirSet }) =>
      instruction.kind !== 'WORKDIR' || workdirSet || instruction.path.startsWith('/')
        ? []
        : [
            `Relative workdir ${goQuote(instruction.path)} can have unexpected results if the base image changes`,
          ],
    ),
  },
  {
    name: 'LegacyKeyValueFormat',
    description: 'Legacy key/value format with whitespace separator should not be used',
    check: each((instruction) => {
      if (instruction.kind !== 'ENV' && instruction.kind !== 'LABEL') return []
      const { keyword, pairs } = instruction
      return said(
        pairs.some(({ form }) => form === 'space'),
        `"${keyword} key=value" should be used instead of legacy "${keyword} key value" format`,
      )
    }),
  },
  {
    name: 'SecretsUsedInArgOrEnv',
    description: 'Sensitive data should not be used in the ARG or ENV commands',
    check: each((instruction) => {
      if (instruction.kind !== 'ENV' && instruction.kind !== 'ARG') return []
      const keys = instruction.kind === 'ENV' ? instruction.pairs : instruction.args
      return keys
        .filter(({ key }) => isSecretName(key))
        .map(
          ({ key }) =>
            `Do not use ARG or ENV instructions for sensitive data (${instruction.kind} ${goQuote(key)})`,
        )
    }),
  },
  {
    name: 'MultipleInstructionsDisallowed',
    description: 'Multiple instructions of the same type should not be used in the same stage',
    check: ({ stages }) =>
      stages.flatMap(({ instructions }) =>
        lastOnly(instructions.map(({ written }) => written)).map(({ earlier, later }) => ({
          // The earlier one is the one without effect; the later one is where BuildKit looks for a comment.
          place: earlier.place,
          under: later,
          message: `Multiple ${later.keyword} instructions should not be used in the same stage because only the last one will be used`,
        })),
      ),
  },
  {
    name: 'JSONArgsRecommended',
    description:
      'JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to OS signals',
    check: each((instruction, { shellSet }) =>
      (instruction.kind === 'CMD' || instruction.kind === 'ENTRYPOINT') &&
      instruction.command.form === 'shell' &&
      !shellSet
        ? [
            `JSON arguments recommended for ${instruction.keyword} to prevent unintended behavior related to OS signals`,
          ]
        : [],
    ),
  },
  {
    name: 'CopyIgnoredFile',
    description: 'Attempting to Copy file that is excluded by .dockerignore',
    check: each((instruction, _, { ignore }) => {
      if (instruction.kind !== 'COPY' && instruction.kind !== 'ADD') return []
      if (ignore === undefined || (instruction.kind === 'COPY' && instruction.flags.from !== undefined))
        return []
      // What a later `!` takes back cannot be told without looking at the files.
      if (ignore.patterns.some((pattern) => pattern.startsWith('!'))) return []
      const command = instruction.kind === 'COPY' ? 'Copy' : 'Add'
      return instruction.sources.flatMap((source) => {
        if (typeof source !== 'string' || /^(?:[a-z+]+:\/\/|git@)/i.test(source)) return []
        const path = cleanSource(source)
        const isIgnored = path === '.' || path === '/' ? ignoredRoot(ignore) : ignore.match(path).ignored
        return said(
          isIgnored,
          `Attempting to ${command} file ${goQuote(path)} that is excluded by .dockerignore`,
        )
      })
    }),
  },
  {
    name: 'ExposeProtoCasing',
    description: 'Protocol in EXPOSE instruction should be lowercase',
    check: each((instruction) =>
      instruction.kind !== 'EXPOSE'
        ? []
        : instruction.ports
            .filter((port) => portProblems(port).upperCase)
            .map((port) => `Defined protocol '${port}' in EXPOSE instruction should be lowercase`),
    ),
  },
  {
    name: 'ExposeInvalidFormat',
    description:
      'IP address and host-port mapping should not be used in EXPOSE instruction. This will become an error in a future release',
    check: each((instruction) =>
      instruction.kind !== 'EXPOSE'
        ? []
        : instruction.ports
            .filter((port) => portProblems(port).mapped)
            .map(
              (port) =>
                `EXPOSE instruction should not define an IP address or host-port mapping, found '${port}'`,
            ),
    ),
  },
]
