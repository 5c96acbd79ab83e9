#!/bin/sh
# Installs what the demo, the tests or the bench use and this machine lacks, from Debian's packages. Quiet and quick when nothing
# is missing; where it may not install, it says what to install and lets the caller go on (tests skip, the demo falls back).
set -eu
PATH=$PATH:/usr/sbin:/sbin

# The one place that lists them, as command=package.
case ${1:-test} in
  demo) wanted='crun=crun busybox=busybox-static mmdebstrap=mmdebstrap' ;;
  test) wanted='crun=crun runc=runc busybox=busybox-static skopeo=skopeo umoci=umoci tmux=tmux docker-registry=docker-registry openssl=openssl chromium=chromium git=git ssh-agent=openssh-client xz=xz-utils bzip2=bzip2' ;;
  bench) wanted='crun=crun busybox=busybox-static runc=runc buildah=buildah openssl=openssl skopeo=skopeo docker-registry=docker-registry' ;;
  *) echo "usage: scripts/setup.sh [demo|test|bench]" >&2; exit 2 ;;
esac

missing() {
  for pair in $wanted; do
    found=$(command -v "${pair%%=*}" || true)
    # an image needs a busybox without shared libraries: one that names the dynamic loader does not do
    if [ "$pair" = busybox=busybox-static ] && [ -n "$found" ] && head -c 4096 "$found" | grep -aq '/ld-'; then found=; fi
    [ -n "$found" ] || printf '%s ' "${pair#*=}"
  done
}

packages=$(missing)
packages=${packages% }
[ -n "$packages" ] || exit 0

give_up() {
  echo "peel: $1" >&2
  echo "peel: to have all of it, run: sudo apt-get install --no-install-recommends $packages" >&2
  echo "peel: going on without; what needs them is skipped or done in a simpler way" >&2
  exit 0
}

command -v apt-get >/dev/null || give_up "missing: $packages (and this system has no apt-get to install them with)"
if [ "$(id -u)" = 0 ]; then sudo=
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then sudo='sudo -n'
else give_up "missing: $packages (installing needs root, or sudo that asks for no password)"
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() {
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "$@" </dev/null >>"$log" 2>&1
}
echo "peel: installing from Debian's packages: $packages"
apt update || true
# shellcheck disable=SC2086
if ! apt install --no-install-recommends $packages; then
  # one that this release lacks must not keep the others away
  for package in $packages; do apt install --no-install-recommends "$package" || true; done
fi
packages=$(missing)
packages=${packages% }
[ -z "$packages" ] || {
  tail -n 5 "$log" >&2
  give_up "could not install: $packages"
}
