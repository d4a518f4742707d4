/* SPDX-License-Identifier: MIT */
/*
 * A board as text for a person, and as JSON (docs/board-json.md).
 */
#ifndef TOOLS_BOARD_VIEW_H
#define TOOLS_BOARD_VIEW_H

#include <stdbool.h>
#include <stdio.h>
#include <json-glib/json-glib.h>
#include <armdma/board.h>

/** Everything about one board; @all lists disabled masters and IOMMUs too. */
void board_print(FILE *out, const struct board *b, bool all);

/** One line about it, under the heading of board_print_heading(). */
void board_print_heading(FILE *out);
void board_print_line(FILE *out, const struct board *b);

/** Append it to the array that @builder is in. */
void board_to_json(JsonBuilder *builder, const struct board *b);

/** Why no machine can be built: half a sentence; NULL if one can. Yours. */
char *board_refusal(const struct board *b);

/** "am335x-bone" of "/some/where/am335x-bone.dtb". Yours. */
char *board_short_name(const struct board *b);

/** "0x1e00a000". Yours. */
char *board_hex(uint64_t number);

#endif
