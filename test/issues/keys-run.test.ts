// RUN: each field that must be in its key, and each that must not; and what instructions without a layer do to the RUN after them.
import path from 'node:path'
import { swap, testChanges } from './key-change.ts'

const files = { 'src/a': 'a\n', 'src/b': 'b\n' }
const enters = (name: string, first: string, second: string, reason = '*') =>
  swap(name, [first, second], [reason], { files })
const staysOut = (name: string, first: string, second: string) =>
  swap(name, [first, second], ['hit'], { files })
const devices = (folder: string) => ({ cdiSpecDirs: [path.join(import.meta.dirname, 'devices', folder)] })
const mount = (first: string, second: string): readonly [string, string] => [
  `RUN --mount=${first} true`,
  `RUN --mount=${second} true`,
]

testChanges('RUN runs again for', [
  enters('its command', 'RUN true', 'RUN :', 'command changed from "true" to ":"'),
  enters('blanks in its command', 'RUN echo a  b', 'RUN echo a b'),
  enters('its form', 'RUN true', 'RUN ["true"]'),
  enters('the text of a here document', 'RUN <<E\ntrue\nE', 'RUN <<E\n:\nE'),
  enters('a script of a here document', 'RUN <<E\n#!/bin/sh\ntrue\nE', 'RUN <<E\n#!/bin/sh\n:\nE'),
  enters('SHELL', 'RUN true', 'SHELL ["/bin/sh", "-ec"]\nRUN true'),
  enters('ENV', 'ENV a=1\nRUN true', 'ENV a=2\nRUN true', 'ENV a changed from "1" to "2"'),
  enters(
    'an ARG before it, used or not',
    'ARG b=1\nRUN true',
    'ARG b=2\nRUN true',
    'ARG b changed from "1" to "2"',
  ),
  enters('USER', 'USER 1\nRUN true', 'USER 2\nRUN true', 'user changed from "1" to "2"'),
  swap('WORKDIR', ['WORKDIR /tmp\nRUN true', 'WORKDIR /home\nRUN true'], ['*', '*']),
  enters('--network', 'RUN true', 'RUN --network=none true'),
  swap('the network of the build', ['RUN : net', 'RUN : net'], ['*'], { second: { network: 'none' } }),
  swap('the name of an added host', ['RUN true', 'RUN true'], ['*'], {
    second: { addHosts: ['h:10.0.0.1'] },
  }),
  swap('BUILDKIT_SANDBOX_HOSTNAME', ['RUN true', 'RUN true'], ['*'], {
    second: { buildArgs: { BUILDKIT_SANDBOX_HOSTNAME: 'h' } },
  }),
  swap('a proxy that an ARG declares', ['ARG http_proxy\nRUN true', 'ARG http_proxy\nRUN true'], ['*'], {
    first: { buildArgs: { http_proxy: 'http://127.0.0.1:1' } },
    second: { buildArgs: { http_proxy: 'http://127.0.0.1:2' } },
  }),
  enters(
    'the target of a bind',
    ...mount('type=bind,source=src,target=/a', 'type=bind,source=src,target=/b'),
  ),
  enters(
    'what a bind takes',
    ...mount('type=bind,source=src/a,target=/a', 'type=bind,source=src/b,target=/a'),
  ),
  enters(
    'whether a bind can be written to',
    ...mount('type=bind,source=src,target=/a', 'type=bind,source=src,target=/a,rw'),
  ),
  enters('the target of a cache', ...mount('type=cache,target=/a', 'type=cache,target=/b')),
  enters('the id of a cache', ...mount('type=cache,target=/a,id=x', 'type=cache,target=/a,id=y')),
  enters('the owner of a cache', ...mount('type=cache,target=/a', 'type=cache,target=/a,uid=7')),
  enters('the mode of a cache', ...mount('type=cache,target=/a', 'type=cache,target=/a,mode=0700')),
  enters('the size of a tmpfs', ...mount('type=tmpfs,target=/a,size=1m', 'type=tmpfs,target=/a,size=2m')),
  enters('the id of a secret', ...mount('type=secret,id=x,target=/s', 'type=secret,id=y,target=/s')),
  enters('the target of a secret', ...mount('type=secret,id=z', 'type=secret,id=z,target=/s')),
  enters('the variable of a secret', ...mount('type=secret,id=x,env=A', 'type=secret,id=x,env=B')),
  enters(
    'the mode and the owner of a secret',
    ...mount('type=secret,id=x,mode=0444', 'type=secret,id=x,mode=0444,uid=5'),
  ),
  enters('the id of an agent', ...mount('type=ssh,id=x', 'type=ssh,id=y')),
  swap(
    'a device',
    ['RUN : one', 'RUN --device=vendor.test/device=a : one'],
    ['--device vendor.test/device=a is new'],
    {
      second: devices('one'),
    },
  ),
  swap(
    'another device',
    ['RUN --device=vendor.test/device=a true', 'RUN --device=vendor.test/device=b true'],
    ['*'],
    { first: devices('one'), second: devices('one') },
  ),
  swap(
    'an optional device that has come',
    ['RUN --device=vendor.test/device=a : come', 'RUN --device=vendor.test/device=a : come'],
    ['*'],
    { second: devices('one') },
  ),
  enters('one mount more', 'RUN true', 'RUN --mount=type=tmpfs,target=/a true'),
])

testChanges('RUN does not run again for', [
  staysOut('comments, continuations and the case of its keyword', 'RUN true', '# c\nrun \\\n  # d\n\\\ntrue'),
  staysOut('its place', 'RUN true', '\n\n\nARG unset\nRUN true'),
  staysOut(
    'LABEL, EXPOSE, CMD, ENTRYPOINT, VOLUME, STOPSIGNAL, HEALTHCHECK, ONBUILD and MAINTAINER',
    'RUN true',
    'LABEL a=b\nEXPOSE 1\nCMD x\nENTRYPOINT y\nVOLUME /v\nSTOPSIGNAL 9\nHEALTHCHECK CMD z\nONBUILD RUN w\nMAINTAINER m\nRUN true',
  ),
  staysOut('an ARG after it, or without a value', 'RUN true', 'ARG b\nRUN true\nARG a=1'),
  staysOut('how a mount is written', ...mount('type=bind,source=src,target=/a', 'dst=/a,src=/src,ro=true')),
  staysOut('how a cache is shared', ...mount('type=cache,target=/a', 'type=cache,target=/a,sharing=locked')),
  swap(
    'how a device is asked for, and what is behind its name',
    ['RUN --device=vendor.test/device true', 'RUN --device=mine,required true'],
    ['hit'],
    {
      first: devices('one'),
      second: { ...devices('other'), allow: ['device=vendor.test/device=a,alias=mine'] },
    },
  ),
  staysOut('an optional device that is not there', 'RUN true', 'RUN --device=vendor.test/none true'),
  swap('the address of an added host', ['RUN true', 'RUN true'], ['hit'], {
    first: { addHosts: ['h:10.0.0.1'] },
    second: { addHosts: ['h:10.0.0.2'] },
  }),
  swap('a proxy that no ARG declares', ['RUN true', 'RUN true'], ['hit'], {
    second: { buildArgs: { HTTP_PROXY: 'http://127.0.0.1:1' } },
  }),
  swap('arguments for the builder', ['RUN true', 'RUN true'], ['hit'], {
    second: { buildArgs: { BUILDKIT_INLINE_CACHE: '1', BUILDKIT_SYNTAX: 'x' } },
  }),
  swap(
    'what a cache holds',
    [
      'RUN --mount=type=cache,target=/a true\nRUN --mount=type=cache,target=/a touch /a/x',
      'RUN --mount=type=cache,target=/a true\nRUN --mount=type=cache,target=/a touch /a/y',
    ],
    ['hit', '*'],
  ),
  swap('the name of its stage, labels and tags', ['RUN true', 'RUN true'], ['hit'], {
    second: { labels: { a: 'b' }, tags: ['t:1'] },
  }),
])

testChanges('WORKDIR', [
  enters('runs again for its path', 'WORKDIR /a', 'WORKDIR /b'),
  enters('runs again for the user that owns it', 'USER 1\nWORKDIR /a', 'USER 2\nWORKDIR /a'),
  staysOut('does not run again for how it is written', 'WORKDIR /a/b', 'ENV d=b\nWORKDIR //a/./$d/'),
  staysOut('does not run again for the environment', 'WORKDIR /a', 'ENV x=1\nSHELL ["y"]\nWORKDIR /a'),
])
