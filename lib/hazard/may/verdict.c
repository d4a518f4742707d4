/* SPDX-License-Identifier: MIT */
/*
 * A read that may see something else: what sort of hazard that is, and the end of the run:
 * what it proves.
 *
 * Which class it is goes by the line as it stands in the witness when the read comes:
 *
 *	the newest bytes are in some copy        stale, for who reads
 *	they are in none, and a device's         an old line went over what it wrote
 *	they are in none, and the CPU's          what it wrote is gone
 */
#include "may.h"
#include "../bytes.h"
#include "../report.h"

#include <inttypes.h>
#include <string.h>

/* ---- which class --------------------------------------------------------- */

struct verdict {
	const struct may_line *line;
	const struct may_witness *w;
	const struct observe_event *ev;
	struct may_wanted wanted;
	uint64_t pa;			/* of the first wrong byte */
	enum writer writer;
};

static unsigned in_line(const struct verdict *v, unsigned i)
{
	return (unsigned)(v->ev->pa - v->line->pa) + i;
}

static bool is_wrong_byte(const struct verdict *v, const uint8_t *copy, unsigned i)
{
	return v->wanted.mask[i] && copy[in_line(v, i)] != v->wanted.bytes[i];
}

static bool is_newest(const struct verdict *v, const uint8_t *copy)
{
	for (unsigned i = 0; copy && i < v->ev->len; i++)
		if (is_wrong_byte(v, copy, i))
			return false;
	return copy;
}

static const char *newest_in(const struct verdict *v)
{
	if (is_newest(v, v->w->dram))
		return "dram";
	if (is_newest(v, v->w->l2))
		return "L2";
	return is_newest(v, v->w->l1) ? "L1D" : NOWHERE;
}

static enum hazard_class class_of(const struct verdict *v, const char *where)
{
	bool is_gone = g_str_equal(where, NOWHERE);

	if (is_gone && v->writer == WRITER_DEVICE)
		return HAZARD_DEVICE_WRITE_LOST;
	if (is_gone)
		return HAZARD_CPU_WRITE_LOST;
	return v->ev->cpu ? HAZARD_CPU_READ_STALE : HAZARD_DEVICE_READ_STALE;
}

static bool find_first_wrong(struct verdict *v, const struct shadow_line *s)
{
	for (unsigned i = 0; i < v->ev->len; i++) {
		if (!is_wrong_byte(v, v->w->seen, i))
			continue;
		v->pa = v->ev->pa + i;
		v->writer = (enum writer)s->writer[v->pa - s->pa];
		return true;
	}
	return false;
}

/* ---- saying it ------------------------------------------------------------- */

static enum observe_answer answer_of(const struct may_witness *w)
{
	if (w->seen == w->l1)
		return ANSWER_L1;
	return w->seen == w->l2 ? ANSWER_L2 : ANSWER_DRAM;
}

/* From which level the bytes came that are in DRAM now, by the last eviction. */
static int evicted_level(const struct may_witness *w)
{
	for (unsigned i = w->actions->len; i; i--) {
		enum may_verb verb = g_array_index(w->actions, struct may_action, i - 1).verb;

		if (verb == MAY_EVICT || verb == MAY_EVICT2)
			return verb == MAY_EVICT ? 1 : 2;
	}
	return 1;
}

/* The read; or the write-back that it suffers from, of the whole line. */
static struct observe_event event_of(const struct verdict *v, enum hazard_class class)
{
	struct observe_event ev = *v->ev;

	ev.bytes = v->w->seen + in_line(v, 0);
	ev.answer = answer_of(v->w);
	ev.order = ORDER_KEPT;
	if (class != HAZARD_DEVICE_WRITE_LOST)
		return ev;
	ev.kind = OBSERVE_WRITE_BACK;
	ev.pa = v->line->pa;
	ev.len = v->line->line_bytes;
	ev.bytes = v->w->dram;
	ev.level = evicted_level(v->w);
	ev.cause = CAUSE_EVICTION;
	return ev;
}

/*
 * Has one of those who have a part in it been told already: the reader, who wrote last, who
 * called the library last, who mapped it?
 */
static bool is_root_told(struct hazard_engine *e, const struct shadow_line *s,
			 const struct verdict *v)
{
	const struct mapping *m = ledger_mapping_at(e, v->pa);

	return report_is_told(e, v->ev->site) || report_is_told(e, bytes_call_site(e, v->pa)) ||
	       report_is_told(e, bytes_writer_site(s, v->pa)) ||
	       (m && report_is_told(e, m->site));
}

static void report(struct hazard_engine *e, struct shadow_line *s, const struct verdict *v)
{
	const char *where = newest_in(v);
	enum hazard_class class = class_of(v, where);
	struct observe_event ev = event_of(v, class);
	g_autofree char *schedule = may_witness_text(v->line, v->w);

	e->schedule = schedule;
	bytes_possible(e, s, &ev, class, where);
	e->schedule = NULL;
}

/* ---- what was judged before --------------------------------------------------- */

#define MOST_TRIES	4u

/* A read in one place of what was written in another, after one call. */
struct told {
	const void *site, *writer, *call;
	const struct master *master;
};

static guint told_hash(const void *p)
{
	const struct told *t = p;

	return g_direct_hash(t->site) * 31 + g_direct_hash(t->writer) * 7 +
	       g_direct_hash(t->call) * 3 + g_direct_hash(t->master);
}

static gboolean told_equal(const void *a, const void *b)
{
	return !memcmp(a, b, sizeof(struct told));
}

/* Is it one more of a kind of which the first have been looked into? */
static bool is_judged(struct hazard_engine *e, const struct shadow_line *s,
		      const struct observe_event *ev)
{
	struct may *may = e->may;
	struct told key = { ev->site, bytes_writer_site(s, ev->pa), bytes_call_site(e, ev->pa),
			    ev->master };
	unsigned tries;

	if (!may->told)
		may->told = g_hash_table_new_full(told_hash, told_equal, g_free, NULL);
	tries = GPOINTER_TO_UINT(g_hash_table_lookup(may->told, &key)) + 1;
	if (tries > MOST_TRIES)
		return true;
	g_hash_table_insert(may->told, g_memdup2(&key, sizeof(key)), GUINT_TO_POINTER(tries));
	return false;
}

void may_judge(struct hazard_engine *e, const struct may_line *l, struct shadow_line *s,
	       const struct observe_event *ev, struct may_wanted wanted)
{
	struct verdict v = { .line = l, .ev = ev, .wanted = wanted };
	struct may_witness *w;

	e->may->nr_possible++;
	if (is_judged(e, s, ev))
		return;
	w = may_witness_find(e->may->sets, l, wanted);
	v.w = w;
	if (!w || !may_witness_holds(e->machine, l, w) || !find_first_wrong(&v, s))
		may_note_gap(e->may, GAP_NO_WITNESS, ev->pa, ev->site);
	else if (!is_root_told(e, s, &v))
		report(e, s, &v);
	may_witness_free(w);
}

/* ---- the end of the run ---------------------------------------------------------- */

static const char *const gap_texts[NR_MAY_GAPS] = {
	[GAP_OTHERS] = "a cache operation or access that other CPUs' caches take no part in",
	[GAP_UPHEAVAL] = "cache operations by set and way, of everything, or a cache switched",
	[GAP_VERSIONS] = "a line that may hold too many different bytes at once",
	[GAP_ALIAS] = "a line at two virtual addresses of a cache that tells them apart",
	[GAP_KINDS] = "a line with two cacheable mappings of different kinds",
	[GAP_OLD] = "a read that may see bytes from before the line was watched",
	[GAP_UNOWNED] = "a read of bytes that nobody wrote since they were given away",
	[GAP_NO_WITNESS] = "a read that may see other bytes, by no schedule that could be shown",
	[GAP_LINES] = "level 2 lines of another length than those of level 1",
};

static uint64_t nr_gaps(const struct may *may)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < NR_MAY_GAPS; i++)
		sum += may->nr_gaps[i];
	return sum;
}

bool hazard_is_proved(const struct hazard_engine *e)
{
	const struct may *may = e->may;

	return may && !may->nr_possible && !nr_gaps(may) && !e->reports->len && may->nr_reads;
}

static void say_gap(struct hazard_engine *e, GString *s, unsigned i)
{
	const struct may *may = e->may;

	g_string_append_printf(s, "%s%s (%" PRIu64 " time%s, first at pa 0x%" PRIx64,
			       s->len ? "; " : "", gap_texts[i], may->nr_gaps[i],
			       may->nr_gaps[i] == 1 ? "" : "s", may->gap_pa[i]);
	if (may->gap_site[i])
		g_string_append_printf(s, " in %s",
				       symbols_find(e->symbols, may->gap_site[i])->function);
	g_string_append_c(s, ')');
}

char *may_why_not(struct hazard_engine *e)
{
	GString *s = g_string_new(NULL);

	if (!e->may || hazard_is_proved(e))
		return g_string_free(s, TRUE);
	if (e->reports->len || e->may->nr_possible)
		g_string_append(s, "there are reports");
	else if (!e->may->nr_reads)
		g_string_append(s, "nothing that a device shares was read");
	for (unsigned i = 0; i < NR_MAY_GAPS; i++)
		if (e->may->nr_gaps[i])
			say_gap(e, s, i);
	return g_string_free(s, FALSE);
}

char *may_summary(struct hazard_engine *e)
{
	g_autofree char *why_not = may_why_not(e);

	if (!e->may)
		return NULL;
	if (why_not)
		return g_strdup_printf("not proved for this input: %s", why_not);
	return g_strdup_printf("proved for this input: each of %" PRIu64 " reads sees the same "
			       "under every schedule of speculative fills and evictions; not "
			       "covered: other inputs, the order in which CPUs and devices take "
			       "turns, store buffers", e->may->nr_reads);
}
