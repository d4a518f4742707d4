#!/bin/sh
# SPDX-License-Identifier: MIT
# Write assembly that embeds blobs, and the table of struct shipped_board that
# sim/board/shipped.h declares.
#
# usage: embed.sh OUT.S NAME.dtb...    (in the order of the table)
set -eu
out=$1
shift

{
	echo '	.section .rodata'
	for dtb; do
		name=$(basename "$dtb" .dtb)
		label=$(echo "$name" | tr -c 'a-zA-Z0-9\n' _)
		printf '.Lname_%s:\n\t.asciz "%s"\n' "$label" "$name"
		printf '\t.balign 8\n.Lbegin_%s:\n\t.incbin "%s"\n.Lend_%s:\n' \
			"$label" "$(realpath "$dtb")" "$label"
	done
	echo '	.section .data.rel.ro, "aw"'
	echo '	.balign 8'
	echo '	.globl shipped_boards'
	echo 'shipped_boards:'
	for dtb; do
		label=$(basename "$dtb" .dtb | tr -c 'a-zA-Z0-9\n' _)
		printf '\t.quad .Lname_%s, .Lbegin_%s, .Lend_%s\n' "$label" "$label" "$label"
	done
	echo '	.quad 0, 0, 0'
	echo '	.section .note.GNU-stack, "", %progbits'
} > "$out"
