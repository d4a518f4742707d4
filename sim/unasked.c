/* SPDX-License-Identifier: MIT */
/* Counts events, asks the chooser about each, and notes what it did: see unasked.h. */
#include "sim.h"

#include <stdio.h>

/* ---- drawn ---------------------------------------------------------------- */

/* Half of all events pass undisturbed. */
static void draw(struct machine *m, struct place at, unsigned what)
{
	static const struct {
		bool (*act)(struct machine *m, struct place at);
		enum script_verb verb;
	} odds[16] = {
		{ speculate_fill, SCRIPT_FILL }, { speculate_fill, SCRIPT_FILL },
		{ speculate_fill, SCRIPT_FILL }, { speculate_fill_outer, SCRIPT_FILL2 },
		{ speculate_fill_next, SCRIPT_PREFETCH }, { speculate_evict, SCRIPT_EVICT },
		{ speculate_evict, SCRIPT_EVICT }, { speculate_evict_outer, SCRIPT_EVICT2 },
	};
	uint32_t i;

	if (what & EVENT_PUT_OFF)
		return;
	i = stream_below(&m->schedule, G_N_ELEMENTS(odds));
	if (odds[i].act && odds[i].act(m, at))
		unasked_note(m, odds[i].verb);
}

static const struct unasked_ops unasked_drawn = { .begins = draw, .ended = draw };

/* ---- coming and going --------------------------------------------------------- */

static void choose_ops(struct machine *m, struct unasked *u)
{
	static const struct unasked_ops nothing = { .begins = NULL };

	u->ops = &nothing;
	switch (m->config.chooser) {
	case CHOOSER_RANDOM:
		m->schedule = stream_new(m->config.seed, STREAM_SCHEDULE);
		u->ops = &unasked_drawn;
		break;
	case CHOOSER_EVICT:
	case CHOOSER_RETAIN:
		u->ops = &unasked_worst;
		break;
	case CHOOSER_SCRIPT:
		u->ops = &unasked_script;
		unasked_script_init(m);
		break;
	default:
		break;
	}
}

static void begin_record(const struct machine *m)
{
	if (m->config.record && m->draws_turns)
		fputs("turns\n", m->config.record);
	if (m->config.record && m->draws_delays)
		fputs("delays\n", m->config.record);
}

bool unasked_new(struct machine *m)
{
	struct unasked *u = g_new0(struct unasked, 1);

	m->unasked = u;
	u->nr_lines = m->dram.len >> m->inner.line_shift;
	u->counts = reserve_new(u->nr_lines * sizeof(*u->counts));
	u->behind = reserve_new(u->nr_lines);
	choose_ops(m, u);
	begin_record(m);
	return u->counts && u->behind;
}

void unasked_free(struct machine *m)
{
	struct unasked *u = m->unasked;

	if (!u)
		return;
	if (u->counts)
		reserve_free(u->counts, u->nr_lines * sizeof(*u->counts));
	if (u->behind)
		reserve_free(u->behind, u->nr_lines);
	if (u->agenda)
		g_hash_table_unref(u->agenda);
	g_free(u);
}

/* ---- events ----------------------------------------------------------------------- */

static uint32_t *count_of(const struct machine *m, uint64_t off)
{
	return &m->unasked->counts[off >> m->inner.line_shift];
}

void event_begins_slow(struct machine *m, struct place at, unsigned what)
{
	struct unasked *u = m->unasked;

	*count_of(m, at.off) += !(what & EVENT_LATE);
	u->line_pa = inner_line_place(&m->inner, at).pa;
	u->nth = *count_of(m, at.off);
	u->is_after = false;
	u->holds = false;
	if (u->ops->begins)
		u->ops->begins(m, at, what);
}

/* Others' events may have come between, of a device that a store rang. */
void event_ended_slow(struct machine *m, struct place at, unsigned what)
{
	struct unasked *u = m->unasked;

	u->line_pa = inner_line_place(&m->inner, at).pa;
	u->nth = *count_of(m, at.off);
	u->is_after = true;
	if (u->ops->ended)
		u->ops->ended(m, at, what);
}

void events_count_slow(struct machine *m, struct place at, uint64_t len)
{
	uint64_t end = at.off + len;

	for (uint64_t off = inner_line_place(&m->inner, at).off; off < end;
	     off += inner_line_bytes(&m->inner))
		if (line_is_watched(m, off))
			++*count_of(m, off);
}

void unasked_note(const struct machine *m, enum script_verb verb)
{
	const struct unasked *u = m->unasked;
	g_autoptr(GString) text = NULL;

	if (!m->config.record)
		return;
	text = g_string_new(NULL);
	script_print(text, &(struct script_action){
		.verb = verb, .pa = u->line_pa, .nth = u->nth, .is_after = u->is_after });
	fprintf(m->config.record, "%s\n", text->str);
	fflush(m->config.record);
}

/* ---- stores that wait ------------------------------------------------------------------ */

bool unasked_takes_hold(struct machine *m)
{
	bool holds = m->unasked && m->unasked->holds;

	if (holds)
		m->unasked->holds = false;
	return holds;
}

void unasked_note_hold(const struct machine *m, struct place line)
{
	if (m->unasked && line_is_watched(m, line.off))
		unasked_note(m, SCRIPT_HOLD);
}

/* ---- asking ------------------------------------------------------------------------------ */

bool machine_count_events(struct machine *m)
{
	return m->is_fast || m->unasked || unasked_new(m);
}

uint32_t machine_nr_events(const struct machine *m, uint64_t pa)
{
	struct place at;

	return m->unasked && dram_find(&m->dram, pa, &at) ? *count_of(m, at.off) : 0;
}

void machine_script_ask(const struct machine *m, struct machine_script_outcome *ret)
{
	*ret = m->unasked ? m->unasked->outcome : (struct machine_script_outcome){ 0 };
}
