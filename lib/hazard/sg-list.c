/* SPDX-License-Identifier: MIT */
/*
 * Lists that are mapped and must not change: an unmap and a sync go by what the list says,
 * and a second map writes its addresses over the first one's.
 *
 * Whether it changed is seen at the next call about the list: a sum over its entries is not
 * what it was, or its first address. Where nothing stands between the device and memory
 * such calls do nothing, so nothing comes of it.
 *
 * Exact gear. Leaves out: who changed it; a list that lies where another one did.
 */
#include "report.h"

#include <inttypes.h>

#include "mappings.h"

/* As its map found it. */
struct sg_life {
	uint64_t sum, dma;
	int nents;
	uint32_t mapping, age;		/* of its first segment */
};

static const struct mapping *alive(const struct hazard_engine *e, const struct sg_life *s)
{
	const struct mapping *m = s ? nth_mapping(&e->live, s->mapping) : NULL;

	return m && m->age == s->age && m->kind == MAPPING_SG ? m : NULL;
}

static const struct sg_life *life_of(const struct hazard_engine *e, const struct ledger_note *n)
{
	return e->sg_lists && n->sgl ? g_hash_table_lookup(e->sg_lists, n->sgl) : NULL;
}

static bool goes_by_the_list(const struct hazard_engine *e, const struct mapping *m,
			     const struct device *dev)
{
	return !m->is_snooped || m->is_bounced || !device_goes_direct(dev) ||
	       engine_is_portable(e);
}

static void report_changed(struct hazard_engine *e, const struct mapping *m,
			   const struct ledger_note *n, const char *what, const char *now_what)
{
	struct report *r = report_begin(e, HAZARD_SG_MODIFIED, n->site, m->site);
	struct record now = ledger_call_record(e, m->dev, n, RECORD_MAPPED);

	if (!r)
		return;
	report_of_mapping(e, r, m);
	report_say(r, "The list of %d entries that was mapped for %s (%s) %s", mapping_nents(m),
		   party_name(&e->parties, m->dev->party), direction_name(m->dir), what);
	report_row_of_mapping(e, r, m);
	now.party = NO_PARTY;
	report_now(e, r, &now, true, now_what);
	report_fix(r, "Likely missing", "dma_unmap_sg(%s, sgl, %d, %s) before the list is used for "
		   "something else", party_name(&e->parties, m->dev->party), mapping_nents(m),
		   direction_name(m->dir));
	report_end(e, r);
}

void sg_list_mapped(struct hazard_engine *e, const struct mapping *m, const struct ledger_note *n)
{
	struct sg_life fresh = {
		.sum = n->sg_sum, .dma = n->dma, .nents = n->nents, .age = m->age,
		.mapping = mapping_number(&e->live, m),
	};
	const struct sg_life *s = life_of(e, n);
	const struct mapping *before = alive(e, s);

	if (e->live.is_fast || !n->sgl || n->sg_index)
		return;
	if (before && before != m && s->dma != n->dma)
		report_changed(e, before, n, "is mapped once more. Its first mapping's addresses "
		"are "
			       "no longer in it, and nobody can unmap them.", "mapped again");
	if (!e->sg_lists)
		e->sg_lists = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
	g_hash_table_insert(e->sg_lists, (void *)(uintptr_t)n->sgl,
			    g_memdup2(&fresh, sizeof(fresh)));
}

struct mapping *sg_list_called(struct hazard_engine *e, const struct dev_record *d,
			       const struct ledger_note *n)
{
	const struct sg_life *s = n->sg_index ? NULL : life_of(e, n);
	const struct mapping *m = alive(e, s);

	if (!m || m->dev != d || s->nents != n->nents)
		return NULL;
	if (s->sum == n->sg_sum && s->dma == n->dma)
		return NULL;
	if (!goes_by_the_list(e, m, n->dev))
		return NULL;
	report_changed(e, m, n, s->dma == n->dma
		       ? "has other entries by now. This call goes by them."
		       : "has another first address by now. This call goes by it.",
		       n->kind == LEDGER_UNMAP_SG ? "unmapped by what it says now"
						  : "synced by what it says now");
	return (struct mapping *)(uintptr_t)m;
}

void sg_lists_done(struct hazard_engine *e)
{
	if (e->sg_lists)
		g_hash_table_destroy(e->sg_lists);
}
