/* SPDX-License-Identifier: MIT */
/*
 * Finding a shipped board in the table that boards/embed.sh wrote.
 */
#include <string.h>
#include <armdma/board.h>

#include "shipped.h"

#define MAX_SHIPPED	64

extern const struct shipped_board shipped_boards[];

const struct shipped_board *shipped_board(const char *name)
{
	for (const struct shipped_board *s = shipped_boards; s->name; s++) {
		if (strcmp(s->name, name) == 0)
			return s;
	}
	return NULL;
}

const char *const *board_shipped_names(void)
{
	static const char *names[MAX_SHIPPED + 1];
	static gsize is_filled;

	if (g_once_init_enter(&is_filled)) {
		for (unsigned i = 0; shipped_boards[i].name; i++) {
			g_assert(i < MAX_SHIPPED);
			names[i] = shipped_boards[i].name;
		}
		g_once_init_leave(&is_filled, 1);
	}
	return names;
}
