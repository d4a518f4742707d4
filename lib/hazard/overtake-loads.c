/* SPDX-License-Identifier: MIT */
/*
 * Loads that may be performed before the one that says that they make sense:
 *
 *	- the CPU looks at status: not yet
 *	- the device writes body, then status
 *	if (status & DONE)            the look that finds news
 *		use(body);            no barrier in between: load-reordered
 *
 * The CPU may have performed the second load first, before the device wrote, and use what
 * was there then. Nothing here performs loads early; what shows it is that both were written
 * since the last barrier, the body not after the status, and that the CPU has been waiting
 * for the status: it has looked before and found something else.
 *
 * Leaves out: an address that was computed from the status. That keeps loads in order, and
 * nobody can see it from outside; where it is so, say it by READ_ONCE() and a suppression.
 *
 * Spec: DDI 0406C, A3.8.2 "Ordering requirements for memory accesses".
 */
#include "overtake.h"
#include "report.h"

#include <inttypes.h>

#define NR_WROTE	32u
#define NR_LOOKED	64u
#define NR_NEWS		8u

/* Somebody's access: @nr is that of the device's latest write then. */
struct noted {
	uint64_t pa, nr, step;
	size_t len;
	const void *site;
};

struct loading_cpu {
	struct noted looked[NR_LOOKED];	/* a ring: where it has looked */
	unsigned next_looked;
	struct noted news[NR_NEWS];	/* looks since the last barrier that found news */
	unsigned nr_news;
	uint64_t since;			/* the device's latest write before that barrier */
};

struct overtake_loads {
	struct noted wrote[NR_WROTE];	/* a ring: what devices wrote, and so changed */
	uint64_t nr_writes;
	struct loading_cpu cpus[];
};

struct overtake_loads *overtake_loads_new(unsigned nr_cpus)
{
	return g_malloc0(sizeof(struct overtake_loads) + nr_cpus * sizeof(struct loading_cpu));
}

void overtake_loads_free(struct overtake_loads *o)
{
	g_free(o);
}

void overtake_loads_barrier(struct overtake_loads *o, unsigned cpu)
{
	o->cpus[cpu].nr_news = 0;
	o->cpus[cpu].since = o->nr_writes;
}

static void forget(struct noted *n, unsigned nr, uint64_t pa, uint64_t len)
{
	for (unsigned i = 0; i < nr; i++)
		if (overtake_overlap(n[i].pa, n[i].len, pa, len))
			n[i].len = 0;
}

void overtake_loads_forget(struct overtake_loads *o, unsigned cpu, uint64_t pa, uint64_t len)
{
	forget(o->wrote, NR_WROTE, pa, len);
	forget(o->cpus[cpu].looked, NR_LOOKED, pa, len);
	forget(o->cpus[cpu].news, NR_NEWS, pa, len);
}

/* ---- what devices wrote ------------------------------------------------------------- */

/* A few bytes are compared with what the CPU would find; more are taken to be news. */
static bool changes(struct hazard_engine *e, const struct observe_event *ev,
		    const struct mapping *m)
{
	enum machine_view view = m->is_snooped ? VIEW_CPU : VIEW_DRAM;
	uint8_t before[LINE_MAX_BYTES];

	return ev->len > sizeof(before) ||
	       !machine_peek(e->machine, view, ev->pa, before, ev->len) ||
	       memcmp(before, ev->bytes, ev->len);
}

void overtake_device_write(struct hazard_engine *e, const struct observe_event *ev)
{
	const struct mapping *m = e->overtake ? overtake_mapping(e, ev->pa) : NULL;
	struct overtake_loads *o = m ? e->overtake->loads : NULL;

	if (!o || !changes(e, ev, m))
		return;
	o->wrote[++o->nr_writes % NR_WROTE] = (struct noted){
		.pa = ev->pa, .len = ev->len, .nr = o->nr_writes, .step = ev->step,
	};
}

/* The latest write to any of it; NULL: none that is remembered. */
static const struct noted *last_write(const struct overtake_loads *o, uint64_t pa, size_t len)
{
	for (unsigned i = 0; i < NR_WROTE && i < o->nr_writes; i++) {
		const struct noted *w = &o->wrote[(o->nr_writes - i) % NR_WROTE];

		if (overtake_overlap(w->pa, w->len, pa, len))
			return w;
	}
	return NULL;
}

/* ---- the CPU looks ---------------------------------------------------------------------- */

static struct noted *last_look(struct loading_cpu *c, const struct observe_event *ev)
{
	for (unsigned i = 0; i < NR_LOOKED; i++)
		if (c->looked[i].len == ev->len && c->looked[i].pa == ev->pa)
			return &c->looked[i];
	return NULL;
}

static void report_load(struct hazard_engine *e, const struct observe_event *ev,
			const struct noted *look)
{
	const struct mapping *m = overtake_mapping(e, ev->pa);
	struct record now = engine_record(e, RECORD_CPU_READ), before = now;
	struct report *r = report_begin(e, HAZARD_LOAD_REORDERED, ev->site, look->site);

	if (!r)
		return;
	r->strength = STRENGTH_RULE;
	if (m)
		report_of_mapping(e, r, m);
	report_of_access(e, r, ev, false);
	report_say(r, ", after it had found news in the %zu bytes at pa 0x%" PRIx64 ". The device "
		   "wrote both since the last barrier, and nothing keeps the two loads in order: "
		   "the second may be performed first, and find what was there before. This time "
		   "it was not.", look->len, look->pa);
	report_history(e, r, ev->pa, ev->len);
	now.party = before.party = party_of(&e->parties, ev);
	before.step = look->step;
	before.pa = look->pa;
	before.len = (uint32_t)look->len;
	before.site = look->site;
	report_now(e, r, &before, false, "looked, and found news");
	now.pa = ev->pa;
	now.len = (uint32_t)ev->len;
	now.site = ev->site;
	report_now(e, r, &now, true, "read, no barrier in between");
	report_fix(r, "Likely missing", "dma_rmb() between the look at the status and the rest");
	report_end(e, r);
}

static void judge(struct hazard_engine *e, const struct loading_cpu *c,
		  const struct observe_event *ev, const struct noted *w)
{
	for (unsigned i = c->nr_news; i--;) {
		const struct noted *look = &c->news[i];

		if (look->len && look->nr >= w->nr &&
		    !overtake_within(ev->pa, ev->len, look->pa, look->len)) {
			report_load(e, ev, look);
			return;
		}
	}
}

static void add_news(struct loading_cpu *c, const struct observe_event *ev,
		     const struct noted *w)
{
	if (c->nr_news == NR_NEWS)
		memmove(c->news, c->news + 1, --c->nr_news * sizeof(c->news[0]));
	c->news[c->nr_news++] = (struct noted){
		.pa = ev->pa, .len = ev->len, .nr = w->nr, .step = ev->step, .site = ev->site,
	};
}

void overtake_load(struct hazard_engine *e, const struct observe_event *ev)
{
	struct overtake_loads *o = e->overtake ? e->overtake->loads : NULL;
	const struct noted *w;
	struct noted *look;
	struct loading_cpu *c;

	if (!o || !ev->site || !overtake_mapping(e, ev->pa))
		return;
	c = &o->cpus[cpu_index(ev->cpu)];
	w = last_write(o, ev->pa, ev->len);
	look = last_look(c, ev);
	if (w && w->nr > c->since) {
		if (look && look->nr < w->nr)
			add_news(c, ev, w);
		else if (!look)
			judge(e, c, ev, w);
	}
	if (!look)
		look = &c->looked[c->next_looked++ % NR_LOOKED];
	*look = (struct noted){ .pa = ev->pa, .len = ev->len, .nr = o->nr_writes };
}
