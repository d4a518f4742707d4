/* SPDX-License-Identifier: MIT */
/*
 * What a CPU executes that is not the newest. Instruction caches snoop nobody: code that a
 * device or a CPU has written is there once the data cache is clean to the point of
 * unification and the lines of the instruction cache are gone.
 */
#include "report.h"

#include <inttypes.h>

/* The first byte that is old; ev->len: none is. */
static unsigned first_old(const struct shadow_line *l, const struct observe_event *ev)
{
	unsigned at = (unsigned)(ev->pa - l->pa), i = 0;

	while (i < ev->len && (l->writer[at + i] == WRITER_NOBODY ||
			       l->golden[at + i] == ev->bytes[i]))
		i++;
	return i;
}

static const struct record *writer_of(const struct shadow_line *l, uint64_t pa)
{
	enum record_kind kind = l->writer[pa - l->pa] == WRITER_DEVICE ? RECORD_DEVICE_WROTE
									: RECORD_CPU_WROTE;

	for (unsigned i = l->history.nr; i; i--) {
		const struct record *r = history_at(&l->history, i - 1);

		if (r->kind == kind && pa - r->pa < r->len)
			return r;
	}
	return NULL;
}

static void say_bytes(struct report *r, const struct shadow_line *l,
		      const struct observe_event *ev, unsigned at)
{
	size_t len = ev->len - at;
	g_autofree char *old = bytes_text(ev->bytes + at, len, 8);
	g_autofree char *newest = bytes_text(l->golden + (ev->pa + at - l->pa), len, 8);

	report_say(r, "It executed %s at va 0x%08" PRIx32 "; the newest bytes there are %s.", old,
		   ev->va + at, newest);
}

static void report_stale(struct hazard_engine *e, const struct shadow_line *l,
			 const struct observe_event *ev, unsigned at)
{
	const struct record *wrote = writer_of(l, ev->pa + at);
	struct record now = engine_record(e, RECORD_CPU_READ);
	struct report *r = report_begin(e, HAZARD_CPU_FETCH_STALE, ev->site,
					wrote ? wrote->site : NULL);

	if (!r)
		return;
	now.party = party_of(&e->parties, ev);
	report_say(r, "%s fetched %zu bytes of code at pa 0x%" PRIx64 " that %s has written since.",
		   party_name(&e->parties, now.party), ev->len - at, ev->pa + at,
		   wrote ? party_name(&e->parties, wrote->party) : "somebody");
	say_bytes(r, l, ev, at);
	report_history(e, r, ev->pa + at, 1);
	now.pa = ev->pa;
	now.len = (uint32_t)ev->len;
	now.site = ev->site;
	report_now(e, r, &now, true, "executed");
	report_fix(r, "Likely missing", "flush_icache_range() after the code is there, before it "
		   "is executed");
	report_end(e, r);
}

void fetch_event(struct hazard_engine *e, const struct observe_event *ev)
{
	const struct shadow_line *l = shadow_line_of(&e->shadow, ev);
	unsigned at = l ? first_old(l, ev) : (unsigned)ev->len;

	if (at < ev->len)
		report_stale(e, l, ev, at);
}
