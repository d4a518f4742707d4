/* SPDX-License-Identifier: MIT */
/*
 * CHOOSER_SCRIPT: each line that a script names has its actions, in order of time, and a
 * place up to which they are over.
 */
#include "sim.h"

/* What a script says of one line. */
struct agenda {
	GArray *actions;	/* of struct script_action, by time */
	unsigned nr_over;
};

static void agenda_free(gpointer data)
{
	struct agenda *g = data;

	g_array_unref(g->actions);
	g_free(g);
}

static gpointer key_of(uint64_t line_off)
{
	return GSIZE_TO_POINTER((gsize)line_off);
}

static struct agenda *agenda_of(const struct machine *m, struct place at)
{
	return g_hash_table_lookup(m->unasked->agenda,
				   key_of(inner_line_place(&m->inner, at).off));
}

static gint by_time(gconstpointer a, gconstpointer b)
{
	const struct script_action *x = a, *y = b;

	if (x->nth != y->nth)
		return x->nth < y->nth ? -1 : 1;
	return (int)x->is_after - (int)y->is_after;
}

static void add(struct machine *m, const struct script_action *a)
{
	struct place at;
	struct agenda *g;

	if (a->verb >= SCRIPT_TURNS)
		return;
	m->unasked->outcome.nr_waiting++;
	if (!dram_find(&m->dram, a->pa, &at))
		return;			/* it will never be its turn */
	g = agenda_of(m, at);
	if (!g) {
		g = g_new0(struct agenda, 1);
		g->actions = g_array_new(FALSE, FALSE, sizeof(*a));
		g_hash_table_insert(m->unasked->agenda,
				    key_of(inner_line_place(&m->inner, at).off), g);
	}
	g_array_append_vals(g->actions, a, 1);
}

void unasked_script_init(struct machine *m)
{
	const struct machine_script *s = m->config.script;
	GHashTableIter i;
	gpointer g;

	m->unasked->agenda = g_hash_table_new_full(NULL, NULL, NULL, agenda_free);
	for (unsigned n = 0; s && n < s->actions->len; n++)
		add(m, &g_array_index(s->actions, struct script_action, n));
	g_hash_table_iter_init(&i, m->unasked->agenda);
	while (g_hash_table_iter_next(&i, NULL, &g))
		g_array_sort(((struct agenda *)g)->actions, by_time);
}

static bool hold(struct machine *m, unsigned what)
{
	m->unasked->holds = m->order && what & EVENT_MAY_WAIT;
	return m->unasked->holds;
}

static bool act(struct machine *m, struct place at, enum script_verb verb, unsigned what)
{
	switch (verb) {
	case SCRIPT_FILL:	return speculate_fill(m, at);
	case SCRIPT_FILL2:	return speculate_fill_outer(m, at);
	case SCRIPT_PREFETCH:	return speculate_fill_next(m, at);
	case SCRIPT_EVICT:	return speculate_evict(m, at);
	case SCRIPT_EVICT2:	return speculate_evict_outer(m, at);
	case SCRIPT_HOLD:	return hold(m, what);
	default:		return false;
	}
}

static void perform(struct machine *m, struct place at, const struct script_action *a,
		    unsigned what)
{
	struct machine_script_outcome *o = &m->unasked->outcome;

	o->nr_waiting--;
	if (!act(m, at, a->verb, what)) {
		o->nr_skipped++;
		return;
	}
	o->nr_done++;
	unasked_note(m, a->verb);
}

/*
 * All whose time has come. What was to come after a load, which nothing can, or after an
 * operation that waits, comes before the line's next event.
 */
static void perform_due(struct machine *m, struct place at, unsigned what, bool is_after)
{
	struct agenda *g = agenda_of(m, at);
	uint32_t nth = m->unasked->nth;

	while (g && g->nr_over < g->actions->len) {
		const struct script_action *a =
			&g_array_index(g->actions, struct script_action, g->nr_over);

		if (a->nth > nth || (a->nth == nth && a->is_after && !is_after))
			return;
		g->nr_over++;
		perform(m, at, a, what);
	}
}

static void begins(struct machine *m, struct place at, unsigned what)
{
	if (!(what & EVENT_LATE))
		perform_due(m, at, what, false);
}

static void ended(struct machine *m, struct place at, unsigned what)
{
	perform_due(m, at, what, true);
}

const struct unasked_ops unasked_script = { .begins = begins, .ended = ended };

bool unasked_will_hold(const struct machine *m, struct place line)
{
	const struct agenda *g = agenda_of(m, line);
	uint32_t nth = machine_nr_events(m, line.pa) + 1;

	for (unsigned i = g ? g->nr_over : 0; g && i < g->actions->len; i++) {
		const struct script_action *a =
			&g_array_index(g->actions, struct script_action, i);

		if (a->nth > nth)
			return false;
		if (a->nth == nth && a->verb == SCRIPT_HOLD)
			return true;
	}
	return false;
}
