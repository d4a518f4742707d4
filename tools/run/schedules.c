/* SPDX-License-Identifier: MIT */
/* Which schedules: from the words of --chooser to a list. */
#include <string.h>

#include "run.h"

enum set {
	SET_NOMINAL = 1, SET_LAZY = 2, SET_EVICT = 4, SET_RETAIN = 8, SET_RANDOM = 16,
	SET_ADVERSARIAL = SET_EVICT | SET_RETAIN, SET_ALL = 31
};

static const struct {
	const char *name;
	unsigned set;
} sets[] = {
	{ "nominal", SET_NOMINAL }, { "lazy", SET_LAZY }, { "evict", SET_EVICT },
	{ "retain", SET_RETAIN }, { "random", SET_RANDOM },
	{ "adversarial", SET_ADVERSARIAL }, { "all", SET_ALL },
};

static bool add_set(const char *name, unsigned *set, GError **error)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(sets); i++) {
		if (!strcmp(name, sets[i].name)) {
			*set |= sets[i].set;
			return true;
		}
	}
	g_set_error(error, RUN_ERROR, 0, "--chooser %s: nominal, random, lazy, evict, retain, "
		    "adversarial or all is expected, or some of them with commas", name);
	return false;
}

static void add_one(GArray *schedules, const char *chooser, uint64_t seed)
{
	struct schedule s = { .chooser = chooser, .seed = seed };

	g_array_append_val(schedules, s);
}

/* The order of the list is that of what is shown: the simplest that fails comes first. */
bool schedules_choose(const char *names, uint64_t first_seed, unsigned nr_seeds,
		      GArray *schedules, GError **error)
{
	g_auto(GStrv) words = g_strsplit(names ? names : "all", ",", -1);
	unsigned set = 0;

	for (char **w = words; *w; w++)
		if (!add_set(*w, &set, error))
			return false;
	for (unsigned i = 0; sets[i].set < SET_RANDOM; i++)
		if (set & sets[i].set)
			add_one(schedules, sets[i].name, first_seed);
	for (unsigned i = 0; set & SET_RANDOM && i < nr_seeds; i++)
		add_one(schedules, "random", first_seed + i);
	return true;
}

unsigned schedules_nr_random(const GArray *schedules)
{
	unsigned nr = 0;

	for (unsigned i = 0; i < schedules->len; i++)
		nr += !strcmp(g_array_index(schedules, struct schedule, i).chooser, "random");
	return nr;
}

char *schedules_text(const GArray *schedules, const GArray *shows)
{
	unsigned nr_random = schedules_nr_random(schedules), nr = 0, nr_seeds = 0;
	g_autoptr(GString) text = g_string_new(NULL);

	for (unsigned i = 0; i < schedules->len; i++) {
		const struct schedule *s = &g_array_index(schedules, struct schedule, i);

		if (!g_array_index(shows, bool, i))
			continue;
		nr++;
		if (i >= schedules->len - nr_random)
			nr_seeds++;
		else
			g_string_append_printf(text, "%s%s", text->len ? ", " : "", s->chooser);
	}
	if (nr == schedules->len && nr > 1)
		return g_strdup_printf("all %u", nr);
	if (nr_seeds)
		g_string_append_printf(text, "%s%u of %u seeds", text->len ? ", " : "", nr_seeds,
				       nr_random);
	return g_strdup(text->str);
}

char *schedule_name(const struct schedule *s)
{
	if (strcmp(s->chooser, "random"))
		return g_strdup(s->chooser);
	return g_strdup_printf("seed %" G_GUINT64_FORMAT, s->seed);
}
