// The image that stands in for busybox and alpine in build suites: this machine's static busybox, with the users those images have.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { type RawEntry, rawTar } from '../../src/testing/raw-tar.ts'

const program = '/bin/busybox'

/** Why there can be no base image here; `undefined` where there can. */
export function baseMissing(): string | undefined {
  if (!fs.existsSync(program)) return 'needs busybox-static at /bin/busybox'
  const linked = fs.readFileSync(program).includes('/lib64/ld-linux')
  return linked ? 'needs a statically linked /bin/busybox' : undefined
}

/** The configuration that official busybox images have. */
export const baseChanges = [
  'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  'CMD ["sh"]',
]

/** The root file system as one tar. `own` comes first and counts before what the base has of those names. */
export function baseTar(own: readonly RawEntry[] = []): Buffer {
  const applets = spawnSync(program, ['--list'], { encoding: 'utf8' }).stdout.split('\n').filter(Boolean)
  const directories = [
    'bin',
    'dev',
    'etc',
    'home',
    'proc',
    'root',
    'sbin',
    'sys',
    'usr',
    'usr/bin',
    'usr/sbin',
  ]
  const entries: RawEntry[] = [
    ...directories.map(
      (name): RawEntry => ({ name: `${name}/`, type: 'dir', mode: name === 'root' ? 0o700 : 0o755 }),
    ),
    { name: 'tmp/', type: 'dir', mode: 0o1777 },
    ...['var/', 'var/spool/', 'var/spool/mail/', 'var/www/'].map((name): RawEntry => ({ name, type: 'dir' })),
    { name: 'bin/busybox', type: 'file', mode: 0o755, content: fs.readFileSync(program) },
    ...applets
      .filter((name) => name !== 'busybox' && name !== 'adduser')
      .map(
        (name): RawEntry => ({ name: `bin/${name}`, type: 'hardlink', mode: 0o755, target: 'bin/busybox' }),
      ),
    { name: 'usr/bin/env', type: 'symlink', target: '/bin/env' },
    { name: 'bin/adduser', type: 'file', mode: 0o755, content: adduser },
    { name: 'bin/addgroup', type: 'file', mode: 0o755, content: addgroup },
    { name: 'etc/passwd', type: 'file', content: passwd },
    { name: 'etc/group', type: 'file', content: group },
    { name: 'etc/shadow', type: 'file', mode: 0o640, content: 'root:*:::::::\n' },
    { name: 'etc/hostname', type: 'file', content: 'base\n' },
    ...dated('etc/os-release', 'ID=alpine\nVERSION_ID=3.99.0\n'),
    ...dated('etc/nsswitch.conf', 'hosts: files dns\n'),
    ...dated('usr/bin/script', '#!/bin/sh\n'),
    { name: 'etc/alpine-release', type: 'file', content: '3.99.0\n' },
    // the one file of the image hello-world
    { name: 'hello', type: 'file', mode: 0o755, content: '#!/bin/sh\necho Hello from Docker!\n' },
  ]
  const seen = new Set<string>()
  return rawTar([...own, ...entries].filter(({ name }) => !seen.has(name) && seen.add(name)))
}

/** A file whose time cases copy with `touch -r`: that of their contexts. */
function dated(name: string, content: string): readonly RawEntry[] {
  return [{ name, type: 'file', content, mtime: 1485449953 }]
}

const passwd = `root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/usr/sbin:/bin/false
bin:x:2:2:bin:/bin:/bin/false
sys:x:3:3:sys:/dev:/bin/false
lp:x:7:7:lp:/var/spool/lpd:/bin/false
mail:x:8:8:mail:/var/spool/mail:/bin/false
www-data:x:33:33:www-data:/var/www:/bin/false
operator:x:37:37:Operator:/var:/bin/false
nobody:x:65534:65534:nobody:/home:/bin/false
`

const group = `root:x:0:
daemon:x:1:
bin:x:2:
sys:x:3:
adm:x:4:
tty:x:5:
disk:x:6:
lp:x:7:
mail:x:8:
wheel:x:10:root
www-data:x:33:
operator:x:37:
users:x:100:
nobody:x:65534:
`

// Debian's busybox-static lacks these two applets.
const adduser = `#!/bin/sh
uid= home= gname=
while [ $# -gt 1 ]; do case "$1" in
-D|-H|-S|--disabled-password) shift;; -u|--uid) uid=$2; shift 2;; -h|--home) home=$2; shift 2;; -G) gname=$2; shift 2;;
-g|-s|--gecos|--shell) shift 2;; *) break;; esac; done
name=$1
[ -n "$uid" ] || { uid=1000; while grep -q "^[^:]*:[^:]*:$uid:" /etc/passwd; do uid=$((uid+1)); done; }
gid=$uid
if [ -n "$gname" ]; then gid=$(grep "^$gname:" /etc/group | cut -d: -f3)
else echo "$name:x:$gid:" >> /etc/group; fi
home=\${home:-/home/$name}
echo "$name:x:$uid:$gid::$home:/bin/sh" >> /etc/passwd
mkdir -p "$home" && chown "$uid:$gid" "$home"
`

const addgroup = `#!/bin/sh
gid=
while [ $# -gt 1 ]; do case "$1" in -S) shift;; -g) gid=$2; shift 2;; *) break;; esac; done
if [ $# -gt 1 ]; then sed -i "s/^\\($2:.*:\\)$/\\1$1/;t;s/^\\($2:.*\\)$/\\1,$1/" /etc/group; exit; fi
[ -n "$gid" ] || { gid=1000; while grep -q "^[^:]*:[^:]*:$gid:" /etc/group; do gid=$((gid+1)); done; }
echo "$1:x:$gid:" >> /etc/group
`
