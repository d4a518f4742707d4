/* SPDX-License-Identifier: MIT */
/*
 * The boards of boards/, compiled and embedded, so that no program needs a file.
 *
 * The table itself is assembly that boards/embed.sh writes.
 */
#ifndef SIM_BOARD_SHIPPED_H
#define SIM_BOARD_SHIPPED_H

#include <stdint.h>

/** One blob; boards/embed.sh knows this layout. A NULL name ends the table. */
struct shipped_board {
	const char *name;		/* "a9-pl310" */
	const uint8_t *begin, *end;
};

/** NULL if there is none of that name. */
const struct shipped_board *shipped_board(const char *name);

#endif
