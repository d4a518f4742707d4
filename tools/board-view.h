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

/** The parts of board_print(): IOMMUs; "  LABEL    "; "and 2 more, @why". */
void board_print_iommus(FILE *out, const struct board *b, bool all);
void board_print_label(FILE *out, const char *label);
void board_print_left_out(FILE *out, unsigned nr_hidden, const char *why);

/** Append an IOMMU of @b. */
void board_iommu_to_json(JsonBuilder *builder, const struct board *b, unsigned idx);

/** Members of the object that @builder is in; a NULL string is null. */
void json_set_string(JsonBuilder *builder, const char *name, const char *value);
void json_set_int(JsonBuilder *builder, const char *name, int64_t value);
void json_set_bool(JsonBuilder *builder, const char *name, bool value);
void json_set_hex(JsonBuilder *builder, const char *name, uint64_t value);
void json_begin_array(JsonBuilder *builder, const char *name);

/** Why no machine can be built: half a sentence; NULL if one can. Yours. */
char *board_refusal(const struct board *b);

/** "am335x-bone" of "/some/where/am335x-bone.dtb". Yours. */
char *board_short_name(const struct board *b);

/** "0x1e00a000". Yours. */
char *board_hex(uint64_t number);

#endif
