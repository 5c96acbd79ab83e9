// The flags of `peel build`, which are docker's.
import type { FlagTable, FlagValues } from '../flags.ts'
import { otherFlags } from './build-refused.ts'

export const buildFlags = {
  ...otherFlags,
  'add-host': { kind: 'list', value: 'list', about: 'Add a custom host-to-IP mapping ("host:ip") for RUN' },
  allow: {
    kind: 'list',
    value: 'list',
    about: 'Allow extra privileges: security.insecure, device[=NAME[,alias=NAME]]',
  },
  annotation: {
    kind: 'list',
    value: 'list',
    about: "Annotation of the image's manifest, or of the index: [index:]KEY=VALUE",
  },
  'build-context': {
    kind: 'list',
    value: 'name=path',
    about:
      'Additional contexts: a directory, archive, URL, git repository, docker-image://, oci-layout://, target:',
  },
  'cache-from': {
    kind: 'list',
    value: 'list',
    about: 'Look steps up in a shared cache: IMAGE, type=registry,ref=IMAGE or type=local,src=DIR',
  },
  'cache-to': {
    kind: 'list',
    value: 'list',
    about:
      'Fill a shared cache: type=registry,ref=IMAGE[,mode=max], type=local,dest=DIR[,mode=max] or type=inline',
  },
  'cdi-spec-dir': {
    kind: 'list',
    value: 'dir',
    about: 'Directories of the CDI files that describe devices for RUN --device (default /etc/cdi, …)',
  },
  'build-arg': { kind: 'list', value: 'list', about: 'Set build-time variables' },
  call: {
    kind: 'text',
    value: 'string',
    about: 'What to do: build, check, outline or targets, each with ,format=json',
  },
  check: { kind: 'switch', about: 'Look for mistakes and build nothing; status 1 when there are any' },
  file: {
    kind: 'text',
    short: 'f',
    value: 'string',
    about: 'Name of the Dockerfile (default PATH/Dockerfile), or its URL; - is standard input',
  },
  format: {
    kind: 'choice',
    values: ['text', 'json', 'sarif'],
    about: 'With --check and --call: how to print',
  },
  'cgroup-parent': {
    kind: 'text',
    value: 'string',
    about: 'Parent cgroup for RUN, where the runtime makes cgroups',
  },
  'force-rm': { kind: 'switch', about: 'Accepted', hidden: true },
  iidfile: { kind: 'text', value: 'string', about: 'Write the image ID to the file' },
  label: { kind: 'list', value: 'list', about: 'Set metadata for an image' },
  load: { kind: 'switch', about: 'Accepted', hidden: true },
  'metadata-file': {
    kind: 'text',
    value: 'string',
    about: 'Write digests and names of the result to the file, as JSON',
  },
  network: {
    kind: 'choice',
    values: ['default', 'host', 'none'],
    about: 'Networking of the RUN instructions',
  },
  'no-cache': { kind: 'switch', about: 'Do not use cache when building the image' },
  'no-cache-filter': { kind: 'list', value: 'list', about: 'Do not use cache for these stages' },
  output: {
    kind: 'list',
    short: 'o',
    value: 'list',
    about: 'Also write the result: DIR, or type=local|tar|docker|oci,dest=PATH',
  },
  parallel: { kind: 'text', value: 'n', about: 'Steps that run at once at the most' },
  platform: {
    kind: 'text',
    value: 'string',
    about: 'Platforms of the image: os/arch[/variant][,…]; several make an index',
  },
  progress: {
    kind: 'choice',
    values: ['auto', 'plain', 'tty', 'json', 'rawjson', 'quiet'],
    about: 'Kind of progress',
  },
  pull: { kind: 'switch', about: 'Always attempt to pull newer versions of base images' },
  push: { kind: 'switch', about: 'Push the tags of the result to their registries' },
  quiet: { kind: 'switch', short: 'q', about: 'Suppress the build output and print image ID on success' },
  'allow-secret-leak': {
    kind: 'switch',
    about: 'Build even if a mounted secret would stand in the image',
  },
  'require-cached': { kind: 'switch', about: 'Fail at the first step that is not in the cache, and say why' },
  rm: { kind: 'switch', default: true, about: 'Accepted', hidden: true },
  secret: { kind: 'list', value: 'list', about: 'Secret for RUN: id=ID[,src=PATH|,env=NAME]' },
  'secret-build-arg': {
    kind: 'list',
    value: 'list',
    about: 'Like --build-arg, with the value kept out of history and cache records',
  },
  'shm-size': { kind: 'text', value: 'bytes', about: 'Size of /dev/shm in RUN (default 64m)' },
  ssh: {
    kind: 'list',
    value: 'list',
    about: 'SSH agent or keys for RUN --mount=type=ssh and git: default|ID[=SOCKET|KEY[,KEY]]',
  },
  ulimit: { kind: 'list', value: 'ulimit', about: 'Limit of the commands of RUN: NAME=SOFT[:HARD]' },
  tag: { kind: 'list', short: 't', value: 'list', about: 'Name and optionally a tag ("name:tag")' },
  target: { kind: 'text', value: 'string', about: 'Set the target build stage to build' },
} as const satisfies FlagTable

export type BuildFlags = FlagValues<typeof buildFlags>
