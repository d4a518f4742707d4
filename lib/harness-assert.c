/* SPDX-License-Identifier: MIT */
/* What tests say about hazards: armdma/hazard-assert.h. */
#include <armdma/hazard-assert.h>

#include <inttypes.h>
#include <string.h>

/* What is looked for, and what there is. */
struct look {
	enum hazard_class class;
	const char *place;
	uint64_t nr_found, nr_others;
	GString *list;
};

static bool is_place(const struct look *l, const struct hazard_site *at)
{
	return !l->place || (at->function && g_pattern_match_simple(l->place, at->function)) ||
	       (at->file && g_pattern_match_simple(l->place, at->file));
}

static bool look_at(void *ctx, const struct hazard_report *r)
{
	struct look *l = ctx;

	if (r->hazard == l->class && is_place(l, &r->site))
		l->nr_found += r->count;
	else
		l->nr_others += r->count;
	g_string_append_printf(l->list, "  %s in %s, %" PRIu64 " time%s: %s\n",
			       hazard_title(r->hazard),
			       r->site.function ? r->site.function : r->by ? r->by : "?",
			       r->count, r->count == 1 ? "" : "s", r->what);
	return true;
}

static bool holds(const struct look *l, int times)
{
	if (l->class == NR_HAZARD_CLASSES)
		return !l->nr_others;
	return times < 0 ? l->nr_found > 0 : l->nr_found == (uint64_t)times;
}

static char *wish_text(const struct look *l, int times)
{
	g_autofree char *where = l->place ? g_strdup_printf(" in %s", l->place) : g_strdup("");

	if (l->class == NR_HAZARD_CLASSES)
		return g_strdup("no hazards");
	if (times < 0)
		return g_strconcat(hazard_title(l->class), where, NULL);
	return g_strdup_printf("%s%s %d times", hazard_title(l->class), where, times);
}

char *hazards_against(struct harness *h, enum hazard_class class, const char *place, int times)
{
	struct look l = { .class = class, .place = place, .list = g_string_new(NULL) };
	g_autofree char *wish = wish_text(&l, times);
	char *text = NULL;

	if (!harness_hazards(h))
		g_string_append(l.list, "  nobody looks: hazards=off\n");
	else
		hazard_report_each(harness_hazards(h), look_at, &l);
	if (!harness_hazards(h) || !holds(&l, times)) {
		g_autofree char *said = g_strdup_printf("Expected %s; %s\n%s", wish,
			l.list->len ? "but:" : "nothing was reported", l.list->str);

		text = strdup(said);	/* for free() */
	}
	g_string_free(l.list, TRUE);
	return text;
}

void hazards_complain(char *text, const char *file, int line)
{
	fprintf(stderr, "%s:%d: %s", file, line, text);
	free(text);
}
