#!/usr/bin/env bash
# pacetag on a Debian that has nothing but Python: installed from files, without a network, and used
# by a plain user.
#
#   tests/benchmarks/clean_debian.sh [SUITE] [FOLDER]
#
# SUITE is bookworm (Python 3.11) unless named. FOLDER keeps the system and the packages for a next
# time; without it they are made in a temporary folder. Needs root, debootstrap and, to fetch the
# packages, pip. Prints what was done, with sizes and times; ends with 0 if everything worked.
set -euo pipefail

suite=${1:-bookworm}
root=$(cd "$(dirname "$0")/../.." && pwd)
if [ -n "${2:-}" ]; then
  work=$(mkdir -p "$2" && cd "$2" && pwd)
else
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
fi
system=$work/$suite
python=${PYTHON:-python3}

say() { printf '== %s (%s s)\n' "$*" "$SECONDS"; }

if ! [ -e "$system/done" ]; then
  say "debootstrap $suite"
  debootstrap --variant=minbase --include=python3-venv "$suite" "$system" >"$work/debootstrap.log" ||
    { tail "$work/debootstrap.log" >&2; exit 1; }
  chroot "$system" useradd --create-home runner
  touch "$system/done"
fi
home=$system/home/runner
rm -rf "$home/packages" "$home/Music" "$home/venv" "$home/.local"
version=$(chroot "$system" python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
say "a system of $(du -sm "$system" | cut -f1) MB with Python $version"

mkdir -p "$work/packages-$version"
rm -f "$work/packages-$version"/pacetag-*
"$python" -m pip wheel --quiet --no-deps --wheel-dir "$work/packages-$version" "$root"
"$python" -m pip download --quiet --only-binary :all: --python-version "$version" \
  --dest "$work/packages-$version" "$work/packages-$version"/pacetag-*.whl 2>/dev/null
say "$(find "$work/packages-$version" -name '*.whl' | wc -l) wheels of" \
  "$(du -sm "$work/packages-$version" | cut -f1) MB"

cp -r "$work/packages-$version" "$home/packages"
mkdir "$home/Music"
cp "$root"/sample_audio/*.{mp3,flac,ogg,opus,m4a} "$home/Music/"
chroot "$system" chown -R runner: /home/runner

cat >"$home/steps.sh" <<'STEPS'
set -eu
cd
before=$(sha256sum Music/*)
start=$(date +%s)
python3 -m venv venv
venv/bin/python -m pip install --quiet --no-index --find-links packages pacetag
echo "installed in $(($(date +%s) - start)) s, $(du -sm venv | cut -f1) MB with pip"
export PATH=$HOME/venv/bin:$PATH
pacetag --version
start=$(date +%s)
pacetag scan Music >scan.txt
echo "12 songs scanned in $(($(date +%s) - start)) s"
grep -a 'tagged' scan.txt | tail -1
pacetag playlist --cadence 165 --output run.m3u8
pacetag playlist --cadence 165 | cat
pacetag show Music/04-riverside-waltz.ogg | sed -n '/Paces/p'
pacetag undo Music
same=$(echo "$before" | sha256sum --check 2>/dev/null | grep -c ': OK$' || true)
echo "after undo $same of 12 songs are the same bytes; MP3 and M4A keep the padding that they got"
STEPS
unshare --net chroot "$system" setpriv --reuid runner --regid runner --init-groups \
  env -i HOME=/home/runner LANG=C.UTF-8 PATH=/usr/bin:/bin sh /home/runner/steps.sh
say "done"
