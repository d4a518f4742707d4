/* SPDX-License-Identifier: MIT */
/* Nearness is the number of letters to put in, take out or replace, in any case. */
#include <glib.h>
#include <string.h>

#include "near.h"

static unsigned distance(const char *a, const char *b)
{
	size_t len = strlen(b);
	g_autofree unsigned *row = g_new(unsigned, len + 1);

	for (size_t j = 0; j <= len; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; a[i - 1]; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= len; j++) {
			bool is_other = g_ascii_tolower(a[i - 1]) != g_ascii_tolower(b[j - 1]);
			unsigned above = row[j];

			row[j] = MIN(MIN(above, row[j - 1]) + 1, diagonal + is_other);
			diagonal = above;
		}
	}
	return row[len];
}

/* One that shares less than half of its letters was not meant. */
void near_offer(struct near *n, const char *candidate)
{
	unsigned d = distance(n->word, candidate);

	if (d * 2 >= strlen(candidate) || (n->best && d >= n->distance))
		return;
	n->best = candidate;
	n->distance = d;
}

char *near_text(const struct near *n)
{
	return n->best ? g_strdup_printf(" (did you mean %s?)", n->best) : g_strdup("");
}
