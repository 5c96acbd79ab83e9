// Flags of other builders that Peel does not honour: some change nothing that it makes, the rest are refused, each with its reason.
import type { FlagTable, FlagValues } from '../flags.ts'

const accepted = { about: 'Accepted', hidden: true } as const
const refused = { about: 'Refused', hidden: true } as const

export const otherFlags = {
  builder: { kind: 'text', value: 'string', ...accepted },
  compress: { kind: 'switch', ...accepted },
  debug: { kind: 'switch', short: 'D', ...accepted },
  'disable-content-trust': { kind: 'switch', default: true, ...accepted },
  layers: { kind: 'switch', default: true, ...accepted },
  attest: { kind: 'list', value: 'list', ...refused },
  'cpu-period': { kind: 'text', value: 'int', ...refused },
  'cpu-quota': { kind: 'text', value: 'int', ...refused },
  'cpu-shares': { kind: 'text', short: 'c', value: 'int', ...refused },
  'cpuset-cpus': { kind: 'text', value: 'string', ...refused },
  'cpuset-mems': { kind: 'text', value: 'string', ...refused },
  isolation: { kind: 'text', value: 'string', ...refused },
  memory: { kind: 'text', short: 'm', value: 'bytes', ...refused },
  'memory-swap': { kind: 'text', value: 'bytes', ...refused },
  policy: { kind: 'list', value: 'list', ...refused },
  provenance: { kind: 'text', value: 'string', ...refused },
  sbom: { kind: 'text', value: 'string', ...refused },
  'security-opt': { kind: 'list', value: 'list', ...refused },
  squash: { kind: 'switch', ...refused },
} as const satisfies FlagTable

export type OtherFlags = FlagValues<typeof otherFlags>

/** Why the build that the flags ask for cannot be made, and what to do; `undefined` where nothing stands against it. */
export function findRefusal(
  flags: OtherFlags,
): { readonly message: string; readonly hint: string } | undefined {
  const limits = [
    'cpu-period',
    'cpu-quota',
    'cpu-shares',
    'cpuset-cpus',
    'cpuset-mems',
    'memory',
    'memory-swap',
  ] as const
  const limit = limits.find((name) => flags[name] !== undefined)
  const attested =
    [flags.provenance, flags.sbom].some((value) => value !== undefined && !/^(?:0|f|false)$/i.test(value)) ||
    flags.attest.some((value) => !/(?:^|,)disabled=true(?:,|$)/.test(value))
  const refusals: readonly (readonly [boolean, string, string])[] = [
    [
      limit !== undefined,
      `--${limit}: RUN has no limits of memory or processors`,
      'Limit the whole build: systemd-run -p MemoryMax=… peel build …',
    ],
    [attested, 'attestations (provenance, SBOM) are not made', 'Leave the flag out, or say false.'],
    [
      flags.isolation !== undefined && flags.isolation !== 'default',
      '--isolation: there is one kind only',
      'Leave it out.',
    ],
    [flags.policy.length > 0, '--policy: source policies are not evaluated', 'Leave it out.'],
    [
      flags['security-opt'].length > 0,
      '--security-opt: the sandbox of RUN is fixed',
      'RUN --security=insecure with --allow security.insecure has all capabilities.',
    ],
    [flags.squash, '--squash: a build makes a layer a step', 'Afterwards: peel squash or peel flatten.'],
  ]
  const [, message, hint] = refusals.find(([given]) => given) ?? []
  return message === undefined || hint === undefined ? undefined : { message, hint }
}
