/* SPDX-License-Identifier: MIT */
/*
 * Stores that a device may see in another order than they were made in, found in a run
 * that has no store buffers, by what lies between them:
 *
 *	body = x;                     body = x;
 *	own = 1;                      writel_relaxed(1, bell);
 *	- the device reads own        - the bell rings
 *	- the device reads body       - the device reads body
 *	no DMB between the stores:    no DMB, and no DSB, before the bell:
 *	stores-reordered              doorbell-before-data
 *
 * Only memory counts that a device sees with no call in between: coherent memory, and all
 * that a coherent device maps. A DSB ends it: what was stored before has been seen. So does
 * a call that gives the memory to the device. The consequence is that the device has really
 * read the younger store first, or what came before the bell: whether the bytes were right
 * this time or not.
 *
 * Leaves out: a body that the device reads in one burst with the bit that gives it away; a
 * driver that writes several words, and a device by hand, would look just the same.
 *
 * Spec: DDI 0406C, A3.8.3 "Memory barriers"; order.h has the same rules.
 */
#include "overtake.h"
#include "report.h"

#include <inttypes.h>

#define NR_STORED	32u		/* of each CPU, the youngest */

struct stored {
	uint64_t nr, epoch;
	uint64_t pa, mapping_pa, step;
	size_t len;
	const struct cpu *cpu;
	const void *site;
	const void *bell;		/* the register write that came too early; or NULL */
	const struct master *seen_by;	/* the first who read it */
	uint64_t burst;			/* and in which burst */
};

struct overtaking_cpu {
	struct stored stored[NR_STORED];	/* in program order */
	unsigned nr;
	uint64_t epoch;			/* rises with each barrier */
};

/* A burst goes on where the last event ended at the end of a line. */
struct reader {
	const struct master *master;
	uint64_t end, burst;
};

/* ---- which memory ---------------------------------------------------------------- */

static bool take_first(struct mapping *m, void *data)
{
	*(const struct mapping **)data = m;
	return false;
}

static bool take_snooped(struct mapping *m, void *data)
{
	return m->is_bounced || !m->is_snooped || take_first(m, data);
}

const struct mapping *overtake_mapping(struct hazard_engine *e, uint64_t pa)
{
	const struct mapping *m = NULL;

	mapped_each_coherent(&e->live, pa, pa, take_first, &m);
	if (!m)
		mapped_each_pa(&e->live, pa, pa, take_snooped, &m);
	return m;
}

/* MIDR bits 19:16: 7 is ARMv6, 0xf whoever has ID registers. */
static bool may_reorder(struct machine *m)
{
	return (cpu_cp15_read(machine_cpu(m, 0), CP15_MIDR) >> 16 & 0xf) >= 7;
}

void overtake_begin(struct hazard_engine *e)
{
	struct overtake *o;

	if (!may_reorder(e->machine))
		return;
	o = g_new0(struct overtake, 1);
	o->nr_cpus = machine_nr_cpus(e->machine);
	o->cpus = g_new0(struct overtaking_cpu, o->nr_cpus);
	o->readers = g_array_new(FALSE, FALSE, sizeof(struct reader));
	o->loads = overtake_loads_new(o->nr_cpus);
	e->overtake = o;
}

void overtake_done(struct hazard_engine *e)
{
	if (!e->overtake)
		return;
	overtake_loads_free(e->overtake->loads);
	g_array_unref(e->overtake->readers);
	g_free(e->overtake->cpus);
	g_free(e->overtake);
}

/* ---- the CPU's side ----------------------------------------------------------------- */

static void drop(struct overtaking_cpu *c, unsigned i)
{
	memmove(&c->stored[i], &c->stored[i + 1], (--c->nr - i) * sizeof(c->stored[0]));
}

/* What is all overwritten is nobody's question any more. */
static void drop_covered(struct overtaking_cpu *c, uint64_t pa, size_t len)
{
	for (unsigned i = c->nr; i--;)
		if (overtake_within(c->stored[i].pa, c->stored[i].len, pa, len))
			drop(c, i);
}

/* A line that this store made known has no bytes from before: it may have been any. */
static bool changes(const struct shadow_line *l, const struct observe_event *ev)
{
	unsigned at = (unsigned)(ev->pa - l->pa);

	if (!l->history.nr)
		return true;
	for (unsigned i = 0; i < ev->len; i++)
		if (l->writer[at + i] == WRITER_NOBODY || l->golden[at + i] != ev->bytes[i])
			return true;
	return false;
}

void overtake_store(struct hazard_engine *e, const struct shadow_line *l,
		    const struct observe_event *ev)
{
	const struct mapping *m;
	struct overtaking_cpu *c;

	if (!e->overtake || !ev->site || ev->attrs.type != MEM_NORMAL)
		return;
	c = &e->overtake->cpus[cpu_index(ev->cpu)];
	drop_covered(c, ev->pa, ev->len);
	m = changes(l, ev) ? overtake_mapping(e, ev->pa) : NULL;
	if (!m)
		return;
	if (c->nr == NR_STORED)
		drop(c, 0);
	c->stored[c->nr++] = (struct stored){
		.nr = ++e->overtake->nr_stores, .epoch = c->epoch, .pa = ev->pa, .len = ev->len,
		.mapping_pa = m->pa, .cpu = ev->cpu, .site = ev->site, .step = ev->step,
	};
}

static bool is_of_iommu(const struct hazard_engine *e, uint64_t pa)
{
	const struct iommu_hw *i;

	for (size_t n = 0; (i = machine_iommu(e->machine, n)); n++)
		if (pa - iommu_hw_reg_pa(i) < iommu_hw_reg_len(i))
			return true;
	return false;
}

/* What no barrier has ended yet, the device may not find when it looks now. */
static void ring(struct hazard_engine *e, const struct observe_event *ev)
{
	struct overtaking_cpu *c = &e->overtake->cpus[cpu_index(ev->cpu)];

	if (!c->nr || is_of_iommu(e, ev->pa))
		return;
	for (unsigned i = 0; i < c->nr; i++)
		if (c->stored[i].epoch == c->epoch && !c->stored[i].bell)
			c->stored[i].bell = ev->site;
}

void overtake_event(struct hazard_engine *e, const struct observe_event *ev)
{
	struct overtaking_cpu *c;

	if (!e->overtake)
		return;
	if (ev->kind == OBSERVE_REGISTER) {
		ring(e, ev);
		return;
	}
	c = &e->overtake->cpus[cpu_index(ev->cpu)];
	c->epoch++;
	if (ev->is_dsb)
		c->nr = 0;
	if (ev->barrier == BARRIER_SY)
		overtake_loads_barrier(e->overtake->loads, cpu_index(ev->cpu));
}

void overtake_given(struct hazard_engine *e, uint64_t pa, uint64_t len)
{
	for (unsigned n = 0; e->overtake && n < e->overtake->nr_cpus; n++) {
		struct overtaking_cpu *c = &e->overtake->cpus[n];

		for (unsigned i = c->nr; i--;)
			if (overtake_overlap(c->stored[i].pa, c->stored[i].len, pa, len))
				drop(c, i);
		overtake_loads_forget(e->overtake->loads, n, pa, len);
	}
}

/* ---- the device's side --------------------------------------------------------------- */

static uint64_t burst_of(struct overtake *o, const struct observe_event *ev)
{
	struct reader *r = NULL;
	struct reader fresh = { .master = ev->master };

	for (unsigned i = 0; i < o->readers->len && !r; i++)
		if (g_array_index(o->readers, struct reader, i).master == ev->master)
			r = &g_array_index(o->readers, struct reader, i);
	if (!r) {
		g_array_append_val(o->readers, fresh);
		r = &g_array_index(o->readers, struct reader, o->readers->len - 1);
	}
	if (!r->burst || r->end != ev->dma || ev->pa % ev->line_bytes)
		r->burst = ++o->nr_bursts;
	r->end = ev->dma + ev->len;
	return r->burst;
}

static uint16_t party_of_store(struct hazard_engine *e, const struct stored *s)
{
	struct observe_event ev = { .cpu = s->cpu };

	return party_of(&e->parties, &ev);
}

static struct record record_of(struct hazard_engine *e, const struct stored *s)
{
	return (struct record){
		.seq = e->seq, .step = s->step, .kind = RECORD_CPU_WROTE, .pa = s->pa,
		.len = (uint32_t)s->len, .party = party_of_store(e, s), .site = s->site,
	};
}

/* Were it the newest bytes nevertheless? */
static bool is_right(struct hazard_engine *e, const struct observe_event *ev,
		     const struct stored *s)
{
	uint64_t from = MAX(s->pa, ev->pa), to = MIN(s->pa + s->len, ev->pa + ev->len);
	const struct shadow_line *l = shadow_find(&e->shadow, from);

	return !l || !memcmp(l->golden + (from - l->pa), ev->bytes + (from - ev->pa), to - from);
}

static void say_luck(struct report *r, bool is_lucky)
{
	r->strength = is_lucky ? STRENGTH_RULE : STRENGTH_OBSERVED;
	report_say(r, is_lucky ? "This time it found what was stored."
			       : "It found what was there before.");
}

static void end(struct hazard_engine *e, struct report *r, const struct observe_event *ev,
		const struct mapping *m, const char *what)
{
	struct record now = engine_record(e, RECORD_DEVICE_READ);

	if (m)
		report_row_of_mapping(e, r, m);
	now.pa = ev->pa;
	now.dma = ev->dma;
	now.len = (uint32_t)MIN(ev->len, UINT32_MAX);
	now.party = party_of(&e->parties, ev);
	now.site = ev->site;
	report_now(e, r, &now, false, what);
	report_end(e, r);
}

static void begin(struct hazard_engine *e, struct report *r, const struct observe_event *ev,
		  const struct mapping *m)
{
	struct observe_event part = *ev;

	part.len = MIN(ev->len, ev->line_bytes - ev->pa % ev->line_bytes);
	if (m)
		report_of_mapping(e, r, m);
	report_of_access(e, r, &part, false);
}

static void report_bell(struct hazard_engine *e, const struct observe_event *ev,
			const struct stored *s)
{
	const struct mapping *m = overtake_mapping(e, s->pa);
	struct report *r = report_begin(e, HAZARD_DOORBELL_EARLY, s->bell, s->site);
	struct record store = record_of(e, s), bell = engine_record(e, RECORD_CPU_WROTE);

	if (!r)
		return;
	begin(e, r, ev, m);
	report_say(r, ", stored before a register was written that tells the device to look. "
		   "Nothing made the store visible in between: it may still be in a store buffer.");
	say_luck(r, is_right(e, ev, s));
	report_now(e, r, &store, false, "stored");
	bell.party = store.party;
	bell.step = ev->step;
	bell.site = s->bell;
	report_now(e, r, &bell, true, "wrote a register, no barrier in between");
	report_fix(r, "Likely missing", "wmb() before the register write, or writel() in place of "
		   "writel_relaxed()");
	end(e, r, ev, m, "looked");
}

static void report_reordered(struct hazard_engine *e, const struct observe_event *ev,
			     const struct stored *s, const struct stored *younger)
{
	const struct mapping *m = overtake_mapping(e, s->pa);
	struct report *r = report_begin(e, HAZARD_STORES_REORDERED, younger->site, s->site);
	struct record first = record_of(e, s), second = record_of(e, younger);

	if (!r)
		return;
	begin(e, r, ev, m);
	report_say(r, ", after it had read the %zu bytes at pa 0x%" PRIx64 ", which were stored "
		   "later. Nothing keeps the two stores in order: the device may be shown the "
		   "second without the first.", younger->len, younger->pa);
	say_luck(r, is_right(e, ev, s));
	report_now(e, r, &first, false, "stored first");
	report_now(e, r, &second, true, "stored, no barrier in between");
	report_fix(r, "Likely missing", "dma_wmb() before the store that gives the rest away");
	end(e, r, ev, m, "looked at what was stored first");
}

/* What the device was shown, before this burst, that may have overtaken @c's @i-th. */
static const struct stored *find_younger(const struct overtaking_cpu *c, unsigned i,
					 const struct master *d, uint64_t burst)
{
	const struct stored *s = &c->stored[i];

	if (s->seen_by == d)
		return NULL;
	for (unsigned j = i + 1; j < c->nr; j++) {
		const struct stored *y = &c->stored[j];

		if (y->epoch == s->epoch && y->seen_by == d && y->burst != burst &&
		    y->mapping_pa == s->mapping_pa)
			return y;
	}
	return NULL;
}

/* True: the @i-th was reported, and is gone. */
static bool judge(struct hazard_engine *e, const struct observe_event *ev,
		  struct overtaking_cpu *c, unsigned i, uint64_t burst)
{
	struct stored *s = &c->stored[i];
	const struct stored *younger = find_younger(c, i, ev->master, burst);

	if (s->bell)
		report_bell(e, ev, s);
	else if (younger)
		report_reordered(e, ev, s, younger);
	if (s->bell || younger) {
		drop(c, i);
		return true;
	}
	if (!s->seen_by) {
		s->seen_by = ev->master;
		s->burst = burst;
	}
	return false;
}

void overtake_device_read(struct hazard_engine *e, const struct observe_event *ev)
{
	bool has_told = false;
	uint64_t burst;

	if (!e->overtake)
		return;
	burst = burst_of(e->overtake, ev);
	for (unsigned n = 0; n < e->overtake->nr_cpus; n++) {
		struct overtaking_cpu *c = &e->overtake->cpus[n];

		for (unsigned i = c->nr; i--;)
			if (overtake_overlap(c->stored[i].pa, c->stored[i].len, ev->pa, ev->len))
				has_told |= judge(e, ev, c, i, burst);
	}
	e->overtake->has_told = has_told;
}

bool overtake_has_told(const struct hazard_engine *e)
{
	return e->overtake && e->overtake->has_told;
}
