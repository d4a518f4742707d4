#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: verdict.sh STATUS PROGRAM [TEXT...]
# Runs an example; its exit status must be STATUS, and each TEXT be in what it says.
# A TEXT that begins with @ names a file: all that it says on stderr, byte for byte.
status=$1
program=$2
shift 2
said=$(mktemp -d)
trap 'rm -rf "$said"' EXIT

"$program" >"$said/out" 2>"$said/err"
got=$?
cat "$said/out" "$said/err"
if [ $got -ne "$status" ]; then
	echo "FAILED: exit status $got, expected $status"
	exit 1
fi
for text; do
	case $text in
	@*)
		[ -z "$UPDATE_GOLDEN" ] || cp "$said/err" "${text#@}"
		diff -u "${text#@}" "$said/err" || exit 1
		;;
	*) cat "$said/out" "$said/err" | grep -qF -e "$text" || {
		echo "FAILED: it never says '$text'"
		exit 1
	} ;;
	esac
done
