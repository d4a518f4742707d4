/* SPDX-License-Identifier: MIT */
/*
 * The rules about a call: does it fit the mapping that it names, was the mapping
 * asked about before it was used, does it share a line with another?
 */
#include "report.h"

#include <inttypes.h>
#include <linux/dma-direction.h>
#include <linux/dma-mapping.h>

#include "mappings.h"

/* ---- rules about a call -------------------------------------------- */

struct record ledger_call_record(struct hazard_engine *e, const struct dev_record *d,
				 const struct ledger_note *n, enum record_kind kind)
{
	struct record now = engine_record(e, kind);

	now.pa = n->pa;
	now.dma = n->dma;
	now.len = (uint32_t)MIN(n->len, UINT32_MAX);
	now.dir = (int8_t)n->dir;
	now.party = d->party;
	now.site = n->site;
	now.is_cached = ledger_frees_cached(n);
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
		[LEDGER_FREE_PAGES] = "dma_free_pages",
		[LEDGER_FREE_SGT] = "dma_free_noncontiguous",
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
	if (n->kind == LEDGER_FREE_PAGES)
		return g_strdup_printf("%s(%s, %zu, page, 0x%" PRIx64 ", %s)", verb[n->kind], name,
				       n->len, n->dma, direction_name(n->dir));
	if (n->kind == LEDGER_FREE_SGT)
		return g_strdup_printf("%s(%s, %zu, sgt, %s)", verb[n->kind], name, n->len,
				       direction_name(n->dir));
	return g_strdup_printf("%s(%s, 0x%" PRIx64 ", %zu, %s)", verb[n->kind], name, n->dma,
			       n->len, direction_name(n->dir));
}

/* What is missing is dma_mapping_error(); else a call is there, and wrong. */
static bool is_question(enum hazard_class class)
{
	return class == HAZARD_MAPPING_UNCHECKED || class == HAZARD_MAPPING_ERROR_USED;
}

void ledger_complain(struct hazard_engine *e, struct dev_record *d,
		     const struct ledger_note *n, struct complaint c)
{
	struct record now = ledger_call_record(e, d, n, ledger_record_kind_of(n));
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

void ledger_error_used(struct hazard_engine *e, struct dev_record *d,
		       const struct ledger_note *n)
{
	char *fix = g_strdup_printf("if (dma_mapping_error(%s, dma)) after the map",
				    party_name(&e->parties, d->party));

	ledger_complain(e, d, n, (struct complaint){
		.class = HAZARD_MAPPING_ERROR_USED, .fix = fix,
		.why = "this address is DMA_MAPPING_ERROR; the mapping failed and there is "
		       "nothing to unmap or sync.",
	});
}

static bool is_family(const struct mapping *m, const struct ledger_note *n)
{
	return m->kind == ledger_kind_of(n->kind);
}

/* Which of an unmap's arguments are wrong; in the order in which dma-debug asks. */
static const struct unmap_rule {
	bool (*fits)(const struct mapping *m, const struct ledger_note *n);
	enum hazard_class class;
	const char *why;
} unmap_rules[] = {
	{ ledger_size_fits, HAZARD_UNMAP_SIZE,
	  "the size is not the one that was mapped. What is left over stays unsynced, or "
	  "stays mapped." },
	{ is_family, HAZARD_UNMAP_FUNCTION,
	  "this is not the function that undoes how the memory was mapped." },
	{ ledger_sg_fits, HAZARD_UNMAP_NENTS,
	  "the number of entries is not the one that was given to dma_map_sg(). It takes "
	  "what was passed in, not what came back." },
	{ ledger_direction_fits, HAZARD_UNMAP_DIRECTION,
	  "the direction is not the one that was mapped. It decides which cache lines are "
	  "invalidated." },
};

void ledger_check_unmap(struct hazard_engine *e, const struct mapping *m,
			const struct ledger_note *n)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(unmap_rules); i++) {
		const struct unmap_rule *rule = &unmap_rules[i];

		if (rule->fits(m, n))
			continue;
		ledger_complain(e, m->dev, n, (struct complaint){
			.class = rule->class, .m = m, .why = rule->why,
			.fix = unmap_call(e, m),
		});
	}
}

void ledger_check_checked(struct hazard_engine *e, const struct mapping *m,
			  const struct ledger_note *n)
{
	char *fix;

	if (m->is_checked)
		return;
	fix = g_strdup_printf("if (dma_mapping_error(%s, dma)) before the address is used",
			      party_name(&e->parties, m->dev->party));
	ledger_complain(e, m->dev, n, (struct complaint){
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
static bool find_neighbour(struct mapping *other, void *data)
{
	struct neighbour *s = data;

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
	report_now_mapped(e, r, m);
	report_fix(r, "Likely missing", "buffers aligned to dma_get_cache_alignment(), in "
		   "lines of their own");
	report_end(e, r);
}

void ledger_check_line_shared(struct hazard_engine *e, const struct mapping *m)
{
	uint64_t mask = e->shadow.line_bytes - 1;
	struct neighbour s = { .m = m };

	if (m->is_snooped || m->is_bounced || m->skips_sync || !m->len)
		return;
	mapped_each_pa(&e->live, m->pa & ~mask, (m->pa + m->len - 1) | mask,
		      find_neighbour, &s);
	if (s.found)
		report_shared(e, m, s.found);
}
