/* SPDX-License-Identifier: MIT */
/* A table of four columns, each as wide as its widest cell. */
#ifndef TOOLS_TABLE_H
#define TOOLS_TABLE_H

#include <stdbool.h>
#include <stdio.h>
#include <glib.h>

GArray *table_new(void);
/* Takes the strings. */
void table_add(GArray *table, bool is_faint, char *a, char *b, char *c, char *d);
void table_print(FILE *out, const GArray *table);
/* @after each row: what belongs beneath it. */
void table_print_with(FILE *out, const GArray *table,
		      void (*after)(FILE *out, unsigned row, void *opaque), void *opaque);

#endif
