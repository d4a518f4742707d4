/* SPDX-License-Identifier: MIT */
/*
 * One page, two live mappings that disagree about its type or cacheability: the
 * architecture promises nothing then (DDI 0406C, A3.5.7 "Memory access
 * restrictions", mismatched attributes).
 *
 * Looked for when coherent memory is allocated, which is when Linux makes a second
 * mapping if it makes one.
 *
 * Leaves out: shareability alone (it matters between CPUs with caches of their
 * own), mappings made later.
 */
#include "report.h"

#include <inttypes.h>

#define NR_ALIASES 8u

static bool agree(const struct mem_attrs *a, const struct mem_attrs *b)
{
	if (a->type != b->type)
		return false;
	return a->type != MEM_NORMAL || (a->inner == b->inner && a->outer == b->outer);
}

static const char *cacheability_text(uint8_t c)
{
	static const char *const text[] = {
		[CACHE_NONE] = "non-cacheable",
		[CACHE_WBWA] = "write-back, write-allocate",
		[CACHE_WT] = "write-through",
		[CACHE_WB] = "write-back",
	};

	return text[c & 3];
}

/* "Normal, inner write-back, outer non-cacheable, shareable" */
static char *attrs_text(const struct mem_attrs *a)
{
	const char *share = a->is_shareable ? ", shareable" : "";

	if (a->type != MEM_NORMAL)
		return g_strdup(a->type == MEM_DEVICE ? "Device" : "Strongly-ordered");
	if (a->inner == a->outer)
		return g_strdup_printf("Normal, %s%s", cacheability_text(a->inner), share);
	return g_strdup_printf("Normal, inner %s, outer %s%s", cacheability_text(a->inner),
			       cacheability_text(a->outer), share);
}

/* Pages and sections are aligned to their size in both address spaces. */
static uint32_t va_of(const struct translation *t, uint64_t pa)
{
	return t->va_first + (uint32_t)(pa & (t->len - 1));
}

static void report_aliases(struct hazard_engine *e, const struct mapping *m, uint64_t pa,
			   const struct translation *a, const struct translation *b)
{
	struct report *r = report_begin(e, HAZARD_ALIAS_ATTRIBUTES, m->site, NULL);
	g_autofree char *first = attrs_text(&a->attrs);
	g_autofree char *second = attrs_text(&b->attrs);
	struct record now = engine_record(e, RECORD_ALLOCATED);

	if (!r)
		return;
	report_of_mapping(e, r, m);
	report_say(r, "pa 0x%" PRIx64 " is mapped twice: at va 0x%08" PRIx32 " (%s) and at va "
		   "0x%08" PRIx32 " (%s). The cached mapping may be filled at any time, though "
		   "nobody uses it; what it holds may be read, or written back, later.", pa,
		   va_of(a, pa), first, va_of(b, pa), second);
	now.pa = m->pa;
	now.dma = m->dma;
	now.len = (uint32_t)MIN(m->len, UINT32_MAX);
	now.party = m->dev->party;
	now.site = m->site;
	report_now(e, r, &now, true, NULL);
	report_fix(r, "Likely missing", "one mapping instead of two: the linear map of this "
		   "memory changed or removed");
	report_end(e, r);
}

/* Does any live mapping of that page disagree with the first? Says so, once. */
static bool page_is_torn(struct hazard_engine *e, const struct mapping *m, uint64_t pa)
{
	struct translation t[NR_ALIASES];
	size_t nr = cpu_find_aliases(machine_cpu(e->machine, 0), pa, t, NR_ALIASES);

	for (size_t i = 1; i < MIN(nr, NR_ALIASES); i++) {
		if (agree(&t[0].attrs, &t[i].attrs))
			continue;
		report_aliases(e, m, pa, &t[0], &t[i]);
		return true;
	}
	return false;
}

void alias_check(struct hazard_engine *e, const struct mapping *m)
{
	for (uint64_t pa = m->pa; pa < m->pa + m->len; pa += PAGE_BYTES)
		if (page_is_torn(e, m, pa))
			return;
}
