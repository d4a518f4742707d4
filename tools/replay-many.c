/* SPDX-License-Identifier: MIT */
/* One trace under several schedules: see replay-many.h. */
#include <string.h>

#include "replay-many.h"
#include "run/run.h"
#include "table.h"
#include "ui.h"

struct trouble {
	const char *what;		/* static */
	unsigned first;
	GArray *shows;			/* of bool, by schedule */
};

static void trouble_free(void *data)
{
	struct trouble *t = data;

	g_array_unref(t->shows);
	g_free(t);
}

static GArray *new_flags(const struct replay_many *m)
{
	GArray *flags = g_array_new(FALSE, TRUE, sizeof(bool));

	return g_array_set_size(flags, m->schedules->len);
}

static struct trouble *trouble_of(struct replay_many *m, const char *what, unsigned schedule)
{
	struct trouble *t;

	for (unsigned i = 0; i < m->troubles->len; i++) {
		t = g_ptr_array_index(m->troubles, i);
		if (!strcmp(t->what, what))
			return t;
	}
	t = g_new0(struct trouble, 1);
	t->what = what;
	t->first = schedule;
	t->shows = new_flags(m);
	g_ptr_array_add(m->troubles, t);
	return t;
}

static void note_troubles(struct replay_many *m, const struct replay_report *rep, unsigned idx)
{
	const char *what;

	for (unsigned n = 0; (what = replay_trouble(rep, n)); n++)
		g_array_index(trouble_of(m, what, idx)->shows, bool, idx) = true;
	g_array_index(m->is_broken, bool, idx) = !replay_is_clean(rep);
}

static unsigned nr_broken(const struct replay_many *m, unsigned from)
{
	unsigned nr = 0;

	for (unsigned i = from; i < m->schedules->len; i++)
		nr += g_array_index(m->is_broken, bool, i);
	return nr;
}

/* The first that is broken, else the first. */
static void take(struct replay_many *m, struct replay_report *rep, unsigned idx)
{
	bool is_first_broken = !replay_is_clean(rep) && nr_broken(m, 0) == 1;

	if (m->shown && !is_first_broken) {
		replay_report_free(rep);
		return;
	}
	replay_report_free(m->shown);
	m->shown = rep;
	m->shown_idx = idx;
}

static enum chooser_mode chooser_of(const struct schedule *s)
{
	static const char *const names[] = {
		[CHOOSER_NOMINAL] = "nominal", [CHOOSER_RANDOM] = "random",
		[CHOOSER_LAZY] = "lazy", [CHOOSER_EVICT] = "evict", [CHOOSER_RETAIN] = "retain",
	};
	unsigned i = 0;

	while (strcmp(names[i], s->chooser))
		i++;
	return (enum chooser_mode)i;
}

bool replay_many_run(struct replay_many *m, struct replay_config *cfg, GError **error)
{
	m->troubles = g_ptr_array_new_with_free_func(trouble_free);
	m->is_broken = new_flags(m);
	for (unsigned i = 0; i < m->schedules->len; i++) {
		const struct schedule *s = &g_array_index(m->schedules, struct schedule, i);
		struct replay_report *rep;

		cfg->chooser = chooser_of(s);
		cfg->seed = s->seed;
		rep = replay_run(cfg, error);
		if (!rep)
			return false;
		note_troubles(m, rep, i);
		take(m, rep, i);
	}
	return true;
}

void replay_many_done(struct replay_many *m)
{
	g_clear_pointer(&m->troubles, g_ptr_array_unref);
	g_clear_pointer(&m->is_broken, g_array_unref);
	g_clear_pointer(&m->shown, replay_report_free);
}

static char *name_of(const struct replay_many *m, unsigned idx)
{
	return schedule_name(&g_array_index(m->schedules, struct schedule, idx));
}

static void print_troubles(const struct replay_many *m, FILE *out)
{
	g_autoptr(GArray) table = table_new();

	table_add(table, true, g_strdup("trouble"), g_strdup("schedules"), g_strdup("first"),
		  g_strdup(""));
	for (unsigned i = 0; i < m->troubles->len; i++) {
		const struct trouble *t = g_ptr_array_index(m->troubles, i);

		table_add(table, false, g_strdup(t->what), schedules_text(m->schedules, t->shows),
			  name_of(m, t->first), g_strdup(""));
	}
	table_print(out, table);
}

void replay_many_print(const struct replay_many *m, FILE *out)
{
	unsigned nr = m->schedules->len, nr_random = schedules_nr_random(m->schedules);
	g_autofree char *shown = name_of(m, m->shown_idx);

	if (nr == 1)
		return;
	fprintf(out, "\nSchedules: %u; the report above is that of %s.\n", nr, shown);
	if (m->troubles->len)
		print_troubles(m, out);
	if (nr_random)
		fprintf(out, "random: %u of %u seeds show something\n",
			nr_broken(m, nr - nr_random), nr_random);
	if (nr_broken(m, 0))
		fprintf(out, "trouble under %u of %u schedules\n", nr_broken(m, 0), nr);
	else
		fprintf(out, "clean under all of %u schedules\n", nr);
}
