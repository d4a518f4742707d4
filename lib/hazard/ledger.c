/* SPDX-License-Identifier: MIT */
/*
 * The ledger: what is mapped for whom, and calls that do not fit it.
 *
 * The rules are those of the kernel's dma-debug, with two differences: reports
 * come for every call site, not for the first error only, and lines shared by two
 * mappings are found at every line, not only at the first one.
 *
 * Identical mappings may coexist (a direct mapping of one buffer has one address),
 * so this is a multiset; an unmap takes the oldest that fits best.
 */
#include "report.h"

#include <inttypes.h>
#include <linux/dma-direction.h>
#include <linux/dma-mapping.h>

/* ---- finding ------------------------------------------------------- */

static enum mapping_kind kind_of(enum ledger_kind kind)
{
	switch (kind) {
	case LEDGER_MAP_SG:
	case LEDGER_UNMAP_SG:
		return MAPPING_SG;
	case LEDGER_ALLOC_COHERENT:
	case LEDGER_FREE_COHERENT:
		return MAPPING_COHERENT;
	case LEDGER_MAP_RESOURCE:
	case LEDGER_UNMAP_RESOURCE:
		return MAPPING_RESOURCE;
	default:
		return MAPPING_SINGLE;
	}
}

static bool sg_fits(const struct mapping *m, const struct ledger_note *n)
{
	return m->kind != MAPPING_SG || kind_of(n->kind) != MAPPING_SG ||
	       m->nents == n->nents;
}

/* An sg list's unmap names the list, not the segments' sizes. */
static bool size_fits(const struct mapping *m, const struct ledger_note *n)
{
	return n->kind == LEDGER_UNMAP_SG || m->len == n->len;
}

/* Coherent memory has no direction to get wrong. */
static bool direction_fits(const struct mapping *m, const struct ledger_note *n)
{
	return m->kind == MAPPING_COHERENT || m->dir == n->dir;
}

struct unmap_search {
	const struct ledger_note *note;
	struct mapping *best;
	int best_points;
};

static bool weigh(struct interval *node, void *data)
{
	struct unmap_search *s = data;
	struct mapping *m = mapping_by_dma(node);
	int points = 1 + (m->kind == kind_of(s->note->kind)) + size_fits(m, s->note) +
		     direction_fits(m, s->note) + sg_fits(m, s->note);

	if (m->dma != s->note->dma || (m->kind == MAPPING_SG && !m->nents))
		return true;
	if (points > s->best_points) {
		s->best = m;
		s->best_points = points;
	}
	return points < 5;
}

/* The mapping that an unmap most likely means; NULL if none begins there. */
static struct mapping *find_unmapped(struct dev_record *d, const struct ledger_note *n)
{
	struct unmap_search s = { .note = n };

	interval_each(d->live, n->dma, n->dma, weigh, &s);
	return s.best;
}

struct segment_search {
	const struct ledger_note *note;
	struct mapping *found;
};

static bool is_segment(struct interval *node, void *data)
{
	struct segment_search *s = data;
	struct mapping *m = mapping_by_dma(node);

	if (m->kind != MAPPING_SG || m->dma != s->note->dma)
		return true;
	if (!s->found || sg_fits(m, s->note))
		s->found = m;
	return !sg_fits(m, s->note);
}

/* The segment of a list that begins there; the head of a list of that length first. */
static struct mapping *find_segment(struct dev_record *d, const struct ledger_note *n)
{
	struct segment_search s = { .note = n };

	interval_each(d->live, n->dma, n->dma, is_segment, &s);
	return s.found;
}

struct sync_search {
	const struct ledger_note *note;
	struct mapping *whole, *part;	/* covers all of the range; or its first byte */
};

static bool covers(const struct mapping *m, const struct ledger_note *n)
{
	return n->dma - m->dma + n->len <= m->len;
}

static bool sync_direction_fits(const struct mapping *m, const struct ledger_note *n)
{
	return m->dir == DMA_BIDIRECTIONAL || m->dir == n->dir;
}

static bool consider_sync(struct interval *node, void *data)
{
	struct sync_search *s = data;
	struct mapping *m = mapping_by_dma(node);

	if (!covers(m, s->note)) {
		s->part = m;
		return true;
	}
	if (!s->whole || sync_direction_fits(m, s->note))
		s->whole = m;
	return !sync_direction_fits(m, s->note);
}

static bool consider_owner(struct interval *node, void *data)
{
	struct mapping **found = data;
	struct mapping *m = mapping_by_pa(node);

	if (!*found || ownership_of_cpu(*found, 0, (*found)->len))
		*found = m;
	return true;
}

struct mapping *ledger_mapping_at(struct hazard_engine *e, uint64_t pa)
{
	struct mapping *m = NULL;

	interval_each(e->live, pa, pa, consider_owner, &m);
	return m;
}

/* ---- mappings come and go ------------------------------------------ */

static void mapping_free(struct mapping *m)
{
	if (m->cpu_owned)
		g_array_free(m->cpu_owned, TRUE);
	g_free(m);
}

static bool is_in_memory(const struct mapping *m)
{
	return m->kind != MAPPING_RESOURCE;
}

static struct interval interval_of(struct hazard_engine *e, uint64_t first, uint64_t len)
{
	uint64_t last = first + MAX(len, 1u) - 1;

	return (struct interval){
		.first = first, .last = MAX(last, first), .age = e->age,
	};
}

static struct mapping *mapping_new(struct hazard_engine *e, struct dev_record *d,
				   const struct ledger_note *n)
{
	struct mapping *m = g_new0(struct mapping, 1);

	e->age++;
	m->dev = d;
	m->kind = kind_of(n->kind);
	m->dir = n->dir;
	m->nents = n->sg_index ? 0 : n->nents;
	m->dma = n->dma;
	m->pa = n->pa;
	m->device_pa = n->is_bounced ? n->bounce_pa : n->pa;
	m->len = n->len;
	m->is_snooped = device_snoops(n->dev);
	m->is_bounced = n->is_bounced;
	m->is_checked = n->kind != LEDGER_MAP;
	m->skips_sync = n->attrs & DMA_ATTR_SKIP_CPU_SYNC;
	m->step = machine_step(e->machine);
	m->site = n->site;
	m->stack = engine_stack(e, n->site);
	m->by_dma = interval_of(e, m->dma, m->len);
	m->by_pa = interval_of(e, m->pa, m->len);
	if (m->skips_sync)
		ownership_give(m, 0, m->len, true);
	return m;
}

static bool is_streaming(const struct mapping *m)
{
	return m->kind == MAPPING_SINGLE || m->kind == MAPPING_SG;
}

static void mapping_add(struct hazard_engine *e, struct mapping *m)
{
	m->dev->last = m;
	interval_insert(&m->dev->live, &m->by_dma);
	if (is_streaming(m))
		interval_insert(&e->live, &m->by_pa);
}

static void mapping_remove(struct hazard_engine *e, struct mapping *m)
{
	if (m->dev->last == m)
		m->dev->last = NULL;
	interval_remove(&m->dev->live, &m->by_dma);
	if (is_streaming(m))
		interval_remove(&e->live, &m->by_pa);
	mapping_free(m);
}

static bool is_sync(const struct ledger_note *n)
{
	return n->kind >= LEDGER_SYNC_FOR_CPU && n->kind <= LEDGER_SYNC_SG_FOR_DEVICE;
}

static bool is_for_cpu(const struct ledger_note *n)
{
	return n->kind == LEDGER_SYNC_FOR_CPU || n->kind == LEDGER_SYNC_SG_FOR_CPU;
}

static enum record_kind record_kind_of(const struct ledger_note *n)
{
	if (is_sync(n))
		return is_for_cpu(n) ? RECORD_SYNCED_FOR_CPU : RECORD_SYNCED_FOR_DEVICE;
	return n->kind == LEDGER_FREE_COHERENT ? RECORD_FREED : RECORD_UNMAPPED;
}

static struct record record_of(struct hazard_engine *e, enum record_kind kind,
			       const struct mapping *m, const struct ledger_note *n,
			       uint64_t offset, uint64_t len)
{
	struct record r = engine_record(e, kind);

	r.pa = m->pa + offset;
	r.dma = m->dma + offset;
	r.len = (uint32_t)MIN(len, UINT32_MAX);
	r.dir = (int8_t)n->dir;
	r.party = m->dev->party;
	r.site = n->site;
	r.skips_sync = n->attrs & DMA_ATTR_SKIP_CPU_SYNC;
	r.stack = kind == RECORD_MAPPED || kind == RECORD_ALLOCATED
		? m->stack : engine_stack(e, n->site);
	return r;
}

static void remember(struct hazard_engine *e, enum record_kind kind,
		     const struct mapping *m, const struct ledger_note *n,
		     uint64_t offset, uint64_t len)
{
	struct record r = record_of(e, kind, m, n, offset, len);

	if (is_in_memory(m))
		shadow_note(&e->shadow, &r);
}

/* History is kept by memory; an address that is no mapping's leads to none. */
static void remember_gone(struct hazard_engine *e, const struct mapping *m,
			  const struct ledger_note *n)
{
	struct record r = record_of(e, record_kind_of(n), m, n, 0, m->len);

	history_add(&m->dev->gone, &r);
}

static const struct record *last_gone(const struct dev_record *d, uint64_t dma)
{
	for (unsigned i = d->gone.nr; i; i--)
		if (history_at(&d->gone, i - 1)->dma == dma)
			return history_at(&d->gone, i - 1);
	return NULL;
}

/* ---- rules about a call -------------------------------------------- */

static struct record call_record(struct hazard_engine *e, const struct dev_record *d,
				 const struct ledger_note *n, enum record_kind kind)
{
	struct record now = engine_record(e, kind);

	now.pa = n->pa;
	now.dma = n->dma;
	now.len = (uint32_t)MIN(n->len, UINT32_MAX);
	now.dir = (int8_t)n->dir;
	now.party = d->party;
	now.site = n->site;
	return now;
}

/* "dma_unmap_single(eth0, 0x80041000, 2048, DMA_FROM_DEVICE)", as it was called. */
static char *call_text(const struct dev_record *d, const struct hazard_engine *e,
		       const struct ledger_note *n)
{
	static const char *const verb[NR_LEDGER_KINDS] = {
		[LEDGER_UNMAP] = "dma_unmap_single",
		[LEDGER_UNMAP_SG] = "dma_unmap_sg",
		[LEDGER_UNMAP_RESOURCE] = "dma_unmap_resource",
		[LEDGER_FREE_COHERENT] = "dma_free_coherent",
		[LEDGER_SYNC_FOR_CPU] = "dma_sync_single_for_cpu",
		[LEDGER_SYNC_FOR_DEVICE] = "dma_sync_single_for_device",
		[LEDGER_SYNC_SG_FOR_CPU] = "dma_sync_sg_for_cpu",
		[LEDGER_SYNC_SG_FOR_DEVICE] = "dma_sync_sg_for_device",
	};
	const char *name = party_name(&e->parties, d->party);
	bool is_sg = n->kind == LEDGER_UNMAP_SG || n->kind == LEDGER_SYNC_SG_FOR_CPU ||
		     n->kind == LEDGER_SYNC_SG_FOR_DEVICE;

	if (is_sg)
		return g_strdup_printf("%s(%s, sgl, %d, %s)", verb[n->kind], name, n->nents,
				       direction_name(n->dir));
	if (n->kind == LEDGER_FREE_COHERENT)
		return g_strdup_printf("%s(%s, %zu, cpu_addr, 0x%" PRIx64 ")", verb[n->kind],
				       name, n->len, n->dma);
	return g_strdup_printf("%s(%s, 0x%" PRIx64 ", %zu, %s)", verb[n->kind], name, n->dma,
			       n->len, direction_name(n->dir));
}

struct complaint {
	enum hazard_class class;
	const struct mapping *m;	/* may be NULL */
	const struct record *gone;	/* the unmap that came before, or NULL */
	const char *why;		/* follows the call's text */
	char *fix;			/* taken; may be NULL */
};

/* What is missing is dma_mapping_error(); else a call is there, and wrong. */
static bool is_question(enum hazard_class class)
{
	return class == HAZARD_MAPPING_UNCHECKED || class == HAZARD_MAPPING_ERROR_USED;
}

static void complain(struct hazard_engine *e, struct dev_record *d,
		     const struct ledger_note *n, struct complaint c)
{
	struct record now = call_record(e, d, n, record_kind_of(n));
	struct report *r = report_begin(e, c.class, n->site, c.m ? c.m->site : NULL);
	g_autofree char *call = call_text(d, e, n);
	g_autofree char *fix = c.fix;

	if (!r)
		return;
	report_say(r, "%s: %s", call, c.why);
	if (c.m)
		report_of_mapping(e, r, c.m);
	if (c.m)
		report_history(e, r, c.m->pa, 1);
	else if (c.gone)
		report_history(e, r, c.gone->pa, 1);
	if (c.m)
		report_row_of_mapping(e, r, c.m);
	else if (c.gone && !r->rows->len)
		report_row(e, r, c.gone);
	report_now(e, r, &now, true, NULL);
	if (fix)
		report_fix(r, is_question(c.class) ? "Likely missing" : "Likely meant",
			   "%s", fix);
	report_end(e, r);
}

static void error_used(struct hazard_engine *e, struct dev_record *d,
		       const struct ledger_note *n)
{
	char *fix = g_strdup_printf("if (dma_mapping_error(%s, dma)) after the map",
				    party_name(&e->parties, d->party));

	complain(e, d, n, (struct complaint){
		.class = HAZARD_MAPPING_ERROR_USED, .fix = fix,
		.why = "this address is DMA_MAPPING_ERROR; the mapping failed and there is "
		       "nothing to unmap or sync.",
	});
}

static bool is_family(const struct mapping *m, const struct ledger_note *n)
{
	return m->kind == kind_of(n->kind);
}

/* Which of an unmap's arguments are wrong; in the order in which dma-debug asks. */
static const struct unmap_rule {
	bool (*fits)(const struct mapping *m, const struct ledger_note *n);
	enum hazard_class class;
	const char *why;
} unmap_rules[] = {
	{ size_fits, HAZARD_UNMAP_SIZE,
	  "the size is not the one that was mapped. What is left over stays unsynced, or "
	  "stays mapped." },
	{ is_family, HAZARD_UNMAP_FUNCTION,
	  "this is not the function that undoes how the memory was mapped." },
	{ sg_fits, HAZARD_UNMAP_NENTS,
	  "the number of entries is not the one that was given to dma_map_sg(). It takes "
	  "what was passed in, not what came back." },
	{ direction_fits, HAZARD_UNMAP_DIRECTION,
	  "the direction is not the one that was mapped. It decides which cache lines are "
	  "invalidated." },
};

static void check_unmap(struct hazard_engine *e, const struct mapping *m,
			const struct ledger_note *n)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(unmap_rules); i++) {
		const struct unmap_rule *rule = &unmap_rules[i];

		if (rule->fits(m, n))
			continue;
		complain(e, m->dev, n, (struct complaint){
			.class = rule->class, .m = m, .why = rule->why,
			.fix = unmap_call(e, m),
		});
	}
}

static void check_checked(struct hazard_engine *e, const struct mapping *m,
			  const struct ledger_note *n)
{
	char *fix;

	if (m->is_checked)
		return;
	fix = g_strdup_printf("if (dma_mapping_error(%s, dma)) before the address is used",
			      party_name(&e->parties, m->dev->party));
	complain(e, m->dev, n, (struct complaint){
		.class = HAZARD_MAPPING_UNCHECKED, .m = m, .fix = fix,
		.why = "dma_mapping_error() was never asked about this mapping. When it "
		       "fails one day, the device will be given DMA_MAPPING_ERROR.",
	});
}

/* ---- lines that two mappings share --------------------------------- */

struct neighbour {
	const struct mapping *m;
	const struct mapping *found;
};

/* Is one of them written by the device, behind the back of caches that both use? */
static bool find_neighbour(struct interval *node, void *data)
{
	struct neighbour *s = data;
	const struct mapping *other = mapping_by_pa(node);

	if (other->dir == DMA_TO_DEVICE && s->m->dir == DMA_TO_DEVICE)
		return true;
	if (other->skips_sync || other->is_bounced || other->is_snooped)
		return true;
	s->found = other;
	return false;
}

static void report_shared(struct hazard_engine *e, const struct mapping *m,
			  const struct mapping *other)
{
	unsigned line = e->shadow.line_bytes;
	uint64_t at = MAX(m->pa, other->pa) & ~(uint64_t)(line - 1);
	struct record now = engine_record(e, RECORD_MAPPED);
	struct report *r = report_begin(e, HAZARD_LINE_SHARED, m->site, other->site);

	if (!r)
		return;
	report_of_mapping(e, r, m);
	report_say(r, "The %" PRIu64 " bytes at pa 0x%" PRIx64 " (%s) and the %" PRIu64
		   " bytes at pa 0x%" PRIx64 " (%s) are both mapped and share the %u-byte "
		   "cache line at 0x%" PRIx64 ". Maintenance for one of them cleans or "
		   "invalidates bytes of the other.", m->len, m->pa,
		   direction_name(m->dir), other->len, other->pa,
		   direction_name(other->dir), line, at);
	report_row_of_mapping(e, r, other);
	now.pa = m->pa;
	now.dma = m->dma;
	now.len = (uint32_t)MIN(m->len, UINT32_MAX);
	now.dir = (int8_t)m->dir;
	now.party = m->dev->party;
	now.site = m->site;
	report_now(e, r, &now, true, NULL);
	report_fix(r, "Likely missing", "buffers aligned to dma_get_cache_alignment(), in "
		   "lines of their own");
	report_end(e, r);
}

static void check_line_shared(struct hazard_engine *e, const struct mapping *m)
{
	uint64_t mask = e->shadow.line_bytes - 1;
	struct neighbour s = { .m = m };

	if (m->is_snooped || m->is_bounced || m->skips_sync || !m->len)
		return;
	interval_each(e->live, m->pa & ~mask, (m->pa + m->len - 1) | mask,
		      find_neighbour, &s);
	if (s.found)
		report_shared(e, m, s.found);
}

/* ---- notes --------------------------------------------------------- */

/* What the map invalidated on purpose has no newest value until somebody writes it. */
static void surrender(struct hazard_engine *e, const struct mapping *m, uint64_t offset,
		      uint64_t len)
{
	if (!m->is_snooped)
		shadow_surrender(&e->shadow, m->device_pa + offset, len);
}

static void link_segment(struct dev_record *d, struct mapping *m, int sg_index)
{
	if (sg_index && d->sg_last)
		d->sg_last->next_segment = m;
	d->sg_last = m;
}

static void note_map(struct hazard_engine *e, struct dev_record *d,
		     const struct ledger_note *n)
{
	struct mapping *m = mapping_new(e, d, n);

	shadow_watch(&e->shadow, m->pa, m->len);
	if (m->is_bounced)
		shadow_watch(&e->shadow, m->device_pa, m->len);
	if (m->dir == DMA_FROM_DEVICE && !m->skips_sync)
		surrender(e, m, 0, m->len);
	check_line_shared(e, m);
	mapping_add(e, m);
	if (m->kind == MAPPING_SG)
		link_segment(d, m, n->sg_index);
	remember(e, RECORD_MAPPED, m, n, 0, m->len);
}

static void note_map_resource(struct hazard_engine *e, struct dev_record *d,
			      const struct ledger_note *n)
{
	struct mapping *m = mapping_new(e, d, n);

	m->is_checked = false;
	mapping_add(e, m);
}

static void note_alloc(struct hazard_engine *e, struct dev_record *d,
		       const struct ledger_note *n)
{
	struct mapping *m = mapping_new(e, d, n);

	m->dir = DMA_BIDIRECTIONAL;
	shadow_watch(&e->shadow, m->pa, m->len);
	mapping_add(e, m);
	remember(e, RECORD_ALLOCATED, m, n, 0, m->len);
	alias_check(e, m);
}

static void unknown(struct hazard_engine *e, struct dev_record *d,
		    const struct ledger_note *n, enum hazard_class class)
{
	const struct record *gone = last_gone(d, n->dma);

	complain(e, d, n, (struct complaint){
		.class = class, .gone = gone,
		.why = gone ? "nothing is mapped there any more."
			    : "nothing is mapped there.",
	});
}

static void remove_all_segments(struct hazard_engine *e, struct dev_record *d,
				struct mapping *m)
{
	while (m) {
		struct mapping *next = m->next_segment;

		if (d->sg_last == m)
			d->sg_last = NULL;
		mapping_remove(e, m);
		m = next;
	}
}

static void note_unmap(struct hazard_engine *e, struct dev_record *d,
		       const struct ledger_note *n)
{
	struct mapping *m;

	if (n->dma == ERROR_DMA) {
		error_used(e, d, n);
		return;
	}
	m = find_unmapped(d, n);
	if (!m) {
		unknown(e, d, n, HAZARD_UNMAP_UNKNOWN);
		return;
	}
	check_unmap(e, m, n);
	check_checked(e, m, n);
	for (const struct mapping *s = m; s; s = s->next_segment)
		remember(e, record_kind_of(n), s, n, 0, s->len);
	remember_gone(e, m, n);
	remove_all_segments(e, d, m);
}

static void sync_beyond(struct hazard_engine *e, const struct mapping *m,
			const struct ledger_note *n)
{
	complain(e, m->dev, n, (struct complaint){
		.class = HAZARD_SYNC_RANGE, .m = m, .fix = sync_call(e, m, is_for_cpu(n)),
		.why = "the range ends outside the mapping that it begins in.",
	});
}

static void sync_wrong_way(struct hazard_engine *e, const struct mapping *m,
			   const struct ledger_note *n)
{
	complain(e, m->dev, n, (struct complaint){
		.class = HAZARD_SYNC_DIRECTION, .m = m, .fix = sync_call(e, m, is_for_cpu(n)),
		.why = "the direction is not the one that was mapped, so the maintenance "
		       "that this mapping needs is not done.",
	});
}

/*
 * A sync for the device with FROM_DEVICE invalidates lines as a map does: what the
 * CPU wrote there and nobody cleaned is given up.
 */
static void sync_part(struct hazard_engine *e, struct mapping *m,
		      const struct ledger_note *n, uint64_t offset, uint64_t len)
{
	ownership_give(m, offset, offset + len, is_for_cpu(n));
	if (!is_for_cpu(n) && n->dir == DMA_FROM_DEVICE)
		surrender(e, m, offset, len);
	remember(e, record_kind_of(n), m, n, offset, len);
}

static void note_sync_single(struct hazard_engine *e, struct dev_record *d,
			     const struct ledger_note *n)
{
	struct sync_search s = { .note = n };
	struct mapping *m;

	if (!n->len)
		return;
	interval_each(d->live, n->dma, n->dma, consider_sync, &s);
	m = s.whole ? s.whole : s.part;
	if (!m) {
		unknown(e, d, n, HAZARD_SYNC_UNKNOWN);
		return;
	}
	if (!s.whole)
		sync_beyond(e, m, n);
	if (!sync_direction_fits(m, n))
		sync_wrong_way(e, m, n);
	sync_part(e, m, n, n->dma - m->dma, MIN(n->len, m->len - (n->dma - m->dma)));
}

static void sync_wrong_nents(struct hazard_engine *e, const struct mapping *m,
			     const struct ledger_note *n)
{
	complain(e, m->dev, n, (struct complaint){
		.class = HAZARD_SYNC_RANGE, .m = m, .fix = sync_call(e, m, is_for_cpu(n)),
		.why = "the number of entries is not the one that was given to dma_map_sg().",
	});
}

/* One note for each entry; what is wrong with the list is said of the first. */
static void note_sync_sg(struct hazard_engine *e, struct dev_record *d,
			 const struct ledger_note *n)
{
	struct ledger_note head = *n;
	struct mapping *m;

	head.kind = LEDGER_UNMAP_SG;
	m = find_segment(d, &head);
	if (!m) {
		if (!n->sg_index)
			unknown(e, d, n, HAZARD_SYNC_UNKNOWN);
		return;
	}
	if (!n->sg_index && m->nents && m->nents != n->nents)
		sync_wrong_nents(e, m, n);
	if (!sync_direction_fits(m, n))
		sync_wrong_way(e, m, n);
	sync_part(e, m, n, 0, m->len);
}

static void note_sync(struct hazard_engine *e, struct dev_record *d,
		      const struct ledger_note *n)
{
	if (n->dma == ERROR_DMA)
		error_used(e, d, n);
	else if (n->kind == LEDGER_SYNC_FOR_CPU || n->kind == LEDGER_SYNC_FOR_DEVICE)
		note_sync_single(e, d, n);
	else
		note_sync_sg(e, d, n);
}

static bool mark_checked(struct interval *node, void *data)
{
	struct mapping *m = mapping_by_dma(node);

	if (m->dma != *(uint64_t *)data || m->is_checked)
		return true;
	m->is_checked = true;
	return false;
}

/*
 * One question vouches for one mapping: of identical ones, for the one just made,
 * which is what drivers ask about; else for the oldest in doubt.
 */
static void note_checked(struct hazard_engine *e, struct dev_record *d,
			 const struct ledger_note *n)
{
	uint64_t dma = n->dma;

	if (d->last && !mark_checked(&d->last->by_dma, &dma))
		return;
	interval_each(d->live, dma, dma, mark_checked, &dma);
}

static void note_refused(struct hazard_engine *e, struct dev_record *d,
			 const struct ledger_note *n)
{
	static const char *const what[] = {
		[WHY_NOT_SIMULATED] = "is not memory that a device can reach: a stack, a "
				      "global variable, or another allocator's",
		[WHY_VMALLOC] = "is not in the linear map (vmalloc, ioremap, a module's "
				"data): its pages need not be neighbours",
		[WHY_NOT_RAM] = "is not RAM; registers take dma_map_resource()",
	};
	struct record now = call_record(e, d, n, RECORD_MAPPED);
	struct report *r;

	if (n->why >= G_N_ELEMENTS(what) || !what[n->why])
		return;
	r = report_begin(e, HAZARD_MAP_NOT_MEMORY, n->site, NULL);
	if (!r)
		return;
	report_say(r, "%s was asked to map %zu bytes (%s) of what %s. The mapping was refused.",
		   party_name(&e->parties, d->party), n->len, direction_name(n->dir),
		   what[n->why]);
	now.party = NO_PARTY;
	report_now(e, r, &now, true, "mapping refused");
	report_fix(r, "Likely missing", "a buffer from kmalloc() or alloc_pages()");
	report_end(e, r);
}

/* ---- memory that is freed, devices that go ------------------------- */

struct freed {
	struct hazard_engine *e;
	const struct ledger_note *note;
};

static bool report_freed(struct interval *node, void *data)
{
	struct freed *f = data;
	struct hazard_engine *e = f->e;
	const struct ledger_note *n = f->note;
	struct mapping *m = mapping_by_pa(node);
	struct record now = call_record(e, m->dev, n, RECORD_FREED);
	g_autofree char *fix = unmap_call(e, m);
	struct report *r;

	if (m->is_freed)	/* the object first, and later its page */
		return true;
	m->is_freed = true;
	r = report_begin(e, HAZARD_FREE_WHILE_MAPPED, n->site, m->site);
	if (!r)
		return true;
	now.party = NO_PARTY;
	report_of_mapping(e, r, m);
	report_say(r, "The %zu bytes at pa 0x%" PRIx64 " were freed while %s may still use "
		   "them (%s). Whoever gets this memory next shares it with the device.",
		   n->len, n->pa, party_name(&e->parties, m->dev->party),
		   direction_name(m->dir));
	report_history(e, r, m->pa, m->len);
	report_row_of_mapping(e, r, m);
	report_now(e, r, &now, true, "freed while mapped");
	report_fix(r, "Likely missing", "%s", fix);
	report_end(e, r);
	return true;
}

static void note_freed(struct hazard_engine *e, const struct ledger_note *n)
{
	struct freed f = { e, n };

	if (!n->len)
		return;
	interval_each(e->live, n->pa, n->pa + n->len - 1, report_freed, &f);
	shadow_forget(&e->shadow, n->pa, n->len);
}

struct leaks {
	struct hazard_engine *e;
	const char *when;
};

static bool is_mapped(const struct record *r)
{
	return r->kind == RECORD_MAPPED || r->kind == RECORD_ALLOCATED;
}

static bool report_leak(struct interval *node, void *data)
{
	struct leaks *l = data;
	struct hazard_engine *e = l->e;
	const struct mapping *m = mapping_by_dma(node);
	bool is_memory = m->kind == MAPPING_COHERENT;
	g_autofree char *fix = unmap_call(e, m);
	struct report *r;

	if (m->kind == MAPPING_SG && !m->nents)
		return true;		/* the list's first segment speaks for it */
	r = report_begin(e, HAZARD_MAPPING_LEAKED, m->site, NULL);
	if (!r)
		return true;
	report_of_mapping(e, r, m);
	report_say(r, "The %" PRIu64 " bytes that were %s for %s (%s, dma 0x%" PRIx64
		   ") were still %s when %s.", m->len, is_memory ? "allocated" : "mapped",
		   party_name(&e->parties, m->dev->party),
		   is_memory ? "coherent" : direction_name(m->dir), m->dma,
		   is_memory ? "allocated" : "mapped", l->when);
	report_row_of_mapping(e, r, m);
	report_row_last(r, is_mapped)->is_culprit = true;
	report_fix(r, "Likely missing", "%s", fix);
	report_end(e, r);
	return true;
}

static bool take_first(struct interval *node, void *data)
{
	*(struct mapping **)data = mapping_by_dma(node);
	return false;
}

static struct mapping *any_mapping(struct dev_record *d)
{
	struct mapping *m = NULL;

	interval_each(d->live, 0, UINT64_MAX, take_first, &m);
	return m;
}

static void drop_all(struct hazard_engine *e, struct dev_record *d)
{
	struct mapping *m;

	d->sg_last = NULL;
	while ((m = any_mapping(d)))
		mapping_remove(e, m);
}

static void report_leaks(struct hazard_engine *e, struct dev_record *d, const char *when)
{
	struct leaks l = { e, when };

	interval_each(d->live, 0, UINT64_MAX, report_leak, &l);
}

static void note_gone(struct hazard_engine *e, struct dev_record *d,
		      const struct ledger_note *n)
{
	report_leaks(e, d, "the device went away");
	drop_all(e, d);
	party_device_gone(&e->parties, d);
}

/* ---- dispatch ------------------------------------------------------ */

static void (*const on_note[NR_LEDGER_KINDS])(struct hazard_engine *e, struct dev_record *d,
					      const struct ledger_note *n) = {
	[LEDGER_MAP] = note_map,
	[LEDGER_UNMAP] = note_unmap,
	[LEDGER_MAP_SG] = note_map,
	[LEDGER_UNMAP_SG] = note_unmap,
	[LEDGER_MAP_RESOURCE] = note_map_resource,
	[LEDGER_UNMAP_RESOURCE] = note_unmap,
	[LEDGER_SYNC_FOR_CPU] = note_sync,
	[LEDGER_SYNC_FOR_DEVICE] = note_sync,
	[LEDGER_SYNC_SG_FOR_CPU] = note_sync,
	[LEDGER_SYNC_SG_FOR_DEVICE] = note_sync,
	[LEDGER_ALLOC_COHERENT] = note_alloc,
	[LEDGER_FREE_COHERENT] = note_unmap,
	[LEDGER_ERROR_CHECKED] = note_checked,
	[LEDGER_MAP_REFUSED] = note_refused,
	[LEDGER_DEVICE_GONE] = note_gone,
};

void ledger_note(struct hazard_engine *e, const struct ledger_note *n)
{
	g_assert(n->kind < NR_LEDGER_KINDS);
	if (n->kind == LEDGER_PAGES_FREED || n->kind == LEDGER_SLAB_FREED)
		note_freed(e, n);
	else if (on_note[n->kind])
		on_note[n->kind](e, party_device(&e->parties, n->dev), n);
}

void ledger_finish(struct hazard_engine *e)
{
	for (unsigned i = 0; i < e->parties.devices->len; i++)
		report_leaks(e, g_ptr_array_index(e->parties.devices, i), "the run ended");
}

void ledger_done(struct hazard_engine *e)
{
	for (unsigned i = 0; i < e->parties.devices->len; i++)
		drop_all(e, g_ptr_array_index(e->parties.devices, i));
}
