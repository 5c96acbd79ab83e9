// The rules about a file as a whole and about its FROM lines.
import { parsePlatform, printPlatform } from '../../core/index.ts'
import { suggest } from '../../dockerfile/index.ts'
import { caseMajority, expandDefault, isReference, meant, withoutFault } from './judge.ts'
import { eachFrom, eachStage, type Finding, type Rule, said } from './rule.ts'

/** In the order in which BuildKit comes to them. */
export const stageRules: readonly Rule[] = [
  {
    name: 'NoEmptyContinuation',
    description: 'Empty continuation lines will become errors in a future release',
    check: ({ file }) => file.warnings.map(({ place }) => ({ place, message: 'Empty continuation line' })),
  },
  {
    name: 'StageNameCasing',
    description: 'Stage names should be lowercase',
    check: eachStage(({ from }) => {
      const name = from.nameText ?? ''
      return said(name !== name.toLowerCase(), `Stage name '${name}' should be lowercase`)
    }),
  },
  {
    name: 'FromAsCasing',
    description: "The 'as' keyword should match the case of the 'from' keyword",
    check: eachStage(({ from }) => {
      const { keyword, asText } = from
      if (asText === undefined) return []
      const lower = keyword === keyword.toLowerCase()
      // A FROM of mixed case is what ConsistentInstructionCasing speaks about.
      if (!lower && keyword !== keyword.toUpperCase()) return []
      const wanted = lower ? asText.toLowerCase() : asText.toUpperCase()
      return said(asText !== wanted, `'${asText}' and '${keyword}' keywords' casing do not match`)
    }),
  },
  {
    name: 'MaintainerDeprecated',
    description: 'The MAINTAINER instruction is deprecated, use a label instead to define an image author',
    check: ({ file }) =>
      file.stages
        .flatMap(({ instructions }) => instructions)
        .filter(({ kind }) => kind === 'MAINTAINER')
        .map((under) => ({
          under,
          place: under.place,
          message: 'Maintainer instruction is deprecated in favor of using label',
        })),
  },
  {
    name: 'InvalidDefinitionDescription',
    description:
      'Comment for build stage or argument should follow the format: `# <arg/stage name> <description>`. If this is not intended to be a description comment, add an empty line or comment between the instruction and the comment.',
    experimental: true,
    check: ({ file }) =>
      [
        ...file.globalArgs,
        ...file.stages.flatMap(({ from, instructions }) => [from, ...instructions]),
      ].flatMap((under): Finding[] => {
        const names =
          under.kind === 'ARG'
            ? under.args.map(({ key }) => key)
            : under.kind === 'FROM' && under.name !== undefined
              ? [under.name]
              : []
        const comment = under.comments.at(-1)
        if (names.length === 0 || comment === undefined || names.includes(comment.split(' ')[0] ?? ''))
          return []
        const example = names.length > 1 ? '<arg_key>' : names[0]
        const message = `Comment for ${under.kind} should follow the format: \`# ${example} <description>\``
        return [{ under, place: under.place, message }]
      }),
  },
  {
    name: 'ReservedStageName',
    description: 'Reserved words should not be used as stage names',
    check: eachStage(
      ({ name }) =>
        said(
          name === 'scratch' || name === 'context',
          `Stage name should not use the same name as reserved stage "${name}"`,
        ),
      'file',
    ),
  },
  {
    name: 'DuplicateStageName',
    description: 'Stage names should be unique',
    check: eachStage(
      ({ name, index }, { file }) =>
        said(
          name !== undefined && file.stages.some((other) => other.index < index && other.name === name),
          `Duplicate stage name "${name}", stage names should be unique`,
        ),
      'file',
    ),
  },
  {
    name: 'ConsistentInstructionCasing',
    description: 'All commands within the Dockerfile should use the same casing (either upper or lower)',
    check: ({ file }) => {
      const all = file.stages.flatMap(({ from, instructions }) => [from, ...instructions])
      const majority = caseMajority(all.map(({ keyword }) => keyword))
      return all
        .filter(({ keyword }) => keyword !== majority.apply(keyword))
        .map(({ keyword, place }) => ({
          place,
          message: `Command '${keyword}' should match the case of the command majority (${majority.name})`,
        }))
    },
  },
  {
    name: 'InvalidDefaultArgInFrom',
    description: 'Default value for global ARG results in an empty or invalid base image name',
    check: eachStage(({ from }, { defaults, file }) => {
      if (defaults === undefined) return []
      const name = expandDefault(from.image, defaults, file)
      return said(
        name !== undefined && !isReference(name),
        `Default value for ARG ${from.image} results in empty or invalid base image name`,
      )
    }, 'file'),
  },
  {
    name: 'UndefinedArgInFrom',
    description: 'FROM command must use declared ARGs',
    check: eachFrom(({ image, platform }, { globalNames }) =>
      [...image.missing, ...(platform?.missing ?? [])]
        .filter((name) => !globalNames.includes(name))
        .map((name) => `FROM argument '${name}' is not declared${meant(suggest(name, globalNames))}`),
    ),
  },
  {
    name: 'RedundantTargetPlatform',
    description:
      'Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior',
    check: eachFrom(({ stage: { from }, platform }, { global }) =>
      said(
        platform !== undefined &&
          platform.missing.size === 0 &&
          platform.used.size === 1 &&
          platform.used.has('TARGETPLATFORM') &&
          platform.text === global.get('TARGETPLATFORM'),
        `Setting platform to predefined ${from.platform} in FROM is redundant as this is the default behavior`,
      ),
    ),
  },
  {
    name: 'FromPlatformFlagConstDisallowed',
    description: 'FROM --platform flag should not use a constant value',
    check: eachFrom(({ stage, platform }) => {
      if (platform === undefined || platform.used.size + platform.missing.size > 0) return []
      const parsed = withoutFault(() => parsePlatform(platform.text))
      const name = stage.name ?? ''
      return said(
        parsed !== undefined && !name.includes(parsed.os) && !name.includes(parsed.architecture),
        `FROM --platform flag should not use constant value "${platform.text}"`,
      )
    }),
  },
  {
    name: 'InvalidBaseImagePlatform',
    description: 'Base image platform does not match expected target platform',
    page: false,
    check: eachFrom(({ image, base }) => {
      if (base === undefined) return []
      const { config, expected } = base
      const { os, architecture, variant } = config
      const actual = { os, architecture, ...(variant !== undefined && { variant }) }
      return said(
        os !== expected.os || architecture !== expected.architecture,
        `Base image ${image.text} was pulled with platform "${printPlatform(actual)}", expected "${printPlatform(expected)}" for current build`,
      )
    }, 'file'),
  },
]
