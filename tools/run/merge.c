/* SPDX-License-Identifier: MIT */
/* What all schedules found, each thing once. */
#include <string.h>

#include "run.h"

void row_free(void *data)
{
	struct row *row = data;

	g_array_unref(row->shows);
	g_free(row->script);
	g_free(row->replay);
	g_free(row);
}

static bool is_random(const struct run *r, unsigned schedule)
{
	return !strcmp(g_array_index(r->schedules, struct schedule, schedule).chooser, "random");
}

static struct row *row_of(struct run *r, const struct finding *f, unsigned schedule)
{
	struct row *row;

	for (unsigned i = 0; i < r->rows->len; i++) {
		row = g_ptr_array_index(r->rows, i);
		if (!strcmp(row->first->key, f->key))
			return row;
	}
	row = g_new0(struct row, 1);
	row->first = f;
	row->first_schedule = schedule;
	row->shows = g_array_new(FALSE, TRUE, sizeof(bool));
	g_array_set_size(row->shows, r->schedules->len);
	row->replay = g_strdup(f->replay);
	g_ptr_array_add(r->rows, row);
	return row;
}

/* What one schedule could show, and another has shown, is said once. */
static bool is_seen_elsewhere(const struct run *r, const struct row *row)
{
	for (unsigned i = 0; i < r->rows->len; i++) {
		const struct row *other = g_ptr_array_index(r->rows, i);

		if (other != row && !strcmp(other->first->title, row->first->title))
			return true;
	}
	return false;
}

static void drop_seen(struct run *r)
{
	for (unsigned i = r->rows->len; i; i--) {
		const struct row *row = g_ptr_array_index(r->rows, i - 1);

		if (finding_is_possible(row->first) && is_seen_elsewhere(r, row))
			g_ptr_array_remove_index(r->rows, i - 1);
	}
}

void run_merge(struct run *r)
{
	for (unsigned i = 0; i < r->schedules->len; i++) {
		const GPtrArray *found = r->outcomes[i].findings;

		for (unsigned n = 0; n < found->len; n++) {
			struct row *row = row_of(r, g_ptr_array_index(found, n), i);

			g_array_index(row->shows, bool, i) = true;
		}
	}
	drop_seen(r);
}

/* What is only possible shows nothing. */
static bool shows_something(const struct outcome *o)
{
	for (unsigned i = 0; i < o->findings->len; i++)
		if (!finding_is_possible(g_ptr_array_index(o->findings, i)))
			return true;
	return false;
}

unsigned run_nr_showing(const struct run *r, bool of_random)
{
	unsigned nr = 0;

	for (unsigned i = 0; i < r->schedules->len; i++)
		nr += shows_something(&r->outcomes[i]) && (!of_random || is_random(r, i));
	return nr;
}
