/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a device tree: read and checked, or refused with a sentence.
 */
#include <stdint.h>
#include <armdma/board.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(board) b = board_parse(bytes, len, "fuzz.dtb", &error);

	g_assert(!b == !!error);
	if (b) {
		board_check(b, &error);
		board_master(b, "10010000.ethernet");
	}
	return 0;
}
