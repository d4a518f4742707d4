/* SPDX-License-Identifier: MIT */
/* Drivers that go wrong, and their twins, as the tests compile and run them. */
#ifndef TOOLS_ZOO_H
#define TOOLS_ZOO_H

#include <armdma/hazard.h>

/**
 * struct zoo_entry - one of them
 * @id:     of a row of tests/zoo: "005"; else the class's title
 * @title:  what the wrong one does; "" of the latter
 * @file:   where both are
 * @boards: shipped boards that show it, blanks between; "" if it is not known
 * @wrong, @right: their code
 * @report: what the wrong one was told
 */
struct zoo_entry {
	const char *id, *title;
	enum hazard_class class;
	const char *file, *boards;
	const char *wrong, *right, *report;
};

/** Rows in their order, then the others; the last has no id. */
extern const struct zoo_entry zoo_entries[];

static inline bool zoo_is_row(const struct zoo_entry *e)
{
	return *e->title;
}

#endif
