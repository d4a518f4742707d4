#!/bin/sh
# SPDX-License-Identifier: MIT
# Every board of the archive of real device trees builds a machine or is refused
# with a sentence: archive.sh TEST-PROGRAM ARCHIVE-BESIDE-THE-SOURCE [ARGUMENT]...
#
# The program is given a list of the boards, and the arguments.
# ARMDMA_BOARDS names another archive. Without any, the test is skipped.
set -eu

program=$1
archive=${ARMDMA_BOARDS:-$2}
shift 2
if [ ! -f "$archive" ]; then
	echo "1..0 # SKIP no archive of real device trees (set ARMDMA_BOARDS to one)"
	exit 0
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
tar -xJf "$archive" -C "$dir"
find "$dir" -name '*.dtb' | sort >"$dir/list"
"$program" "$dir/list" "$@"
