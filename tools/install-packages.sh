#!/bin/sh
# SPDX-License-Identifier: MIT
# Install the Debian packages that a job needs, and only those that are missing.
#
#   tools/install-packages.sh build     to build and use armdma
#   tools/install-packages.sh check     and to run all of its tests as well
#
# Prints nothing when nothing is missing. This is the one list of packages.
set -eu

build='
gcc libc6-dev          the compiler
meson ninja-build      the build, and python3 with it
pkgconf                finds the libraries
libglib2.0-dev         containers, options, errors
libjson-glib-dev       JSON reports
libfdt-dev             reads device trees
device-tree-compiler   compiles boards/*.dts
libunwind-dev          backtraces of whoever made a call
libdw-dev              their file and line
libtracecmd-dev        trace.dat files
libtraceevent-dev      and the records inside
libtracefs-dev         which libtracecmd-dev needs and does not ask for
liblzma-dev            traces compressed by xz
zlib1g-dev             traces compressed by gzip
'
check='
libcmocka-dev          the tests
clang                  the second compiler
libclang-rt-14-dev     its sanitizers, and libFuzzer
llvm                   names in its reports
g++                    the public headers are C++ too
lld                    links the stub that asks QEMU
qemu-system-arm        judges translations
linux-source-6.12      its own tests judge us, compiled unmodified
xz-utils               recorded traces and boards are kept compressed
'

case "${1-} $#" in
"build 1") list=$build ;;
"check 1") list=$build$check ;;
*)	echo "install-packages: say 'build' or 'check'" >&2
	exit 2 ;;
esac

# A line is packages, two or more spaces, what for.
names=$(printf '%s' "$list" | sed 's/  .*//')

is_installed() {
	case $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) in
	*installed*) ;;
	*) return 1 ;;
	esac
}

if ! command -v apt-get >/dev/null; then
	echo "install-packages: no apt-get here; install the equivalents of:" $names >&2
	exit 0
fi

missing=
for p in $names; do
	is_installed "$p" || missing="$missing $p"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "install-packages: as root, run: apt-get install$missing" >&2
		exit 1
	fi
	as_root=sudo
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
quietly() {
	if ! $as_root env DEBIAN_FRONTEND=noninteractive "$@" >"$log" 2>&1; then
		tail -n 20 "$log" >&2
		echo "install-packages: failed: $*" >&2
		exit 1
	fi
}

echo "Installing:$missing"
quietly apt-get update
quietly apt-get install -y --no-install-recommends $missing
