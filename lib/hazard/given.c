/* SPDX-License-Identifier: MIT */
/*
 * What a call is given to map: something that the API cannot map, nothing at all, more than
 * there is, or memory as if it were registers. And a list over memory that has no pages.
 *
 *	refused by the library     map-not-memory, map-size, cookie-used
 *	done, and wrong            map-size (0 bytes), map-past-allocation, map-resource-memory
 *
 * Leaves out: pages that were allocated by different calls and lie side by side. Lists and
 * block layers merge such pages, and rightly. Loads and stores by a cookie: it is memory of
 * the host's, and no hook looks there.
 */
#include "report.h"

#include <inttypes.h>
#include <linux/dma-mapping.h>

#include "mappings.h"
#include "region.h"

/* The report of a call that came to nothing. */
static struct report *begin_refused(struct hazard_engine *e, struct dev_record *d,
				    const struct ledger_note *n, enum hazard_class class)
{
	struct report *r = report_begin(e, class, n->site, NULL);

	if (r)
		report_say(r, "%s was asked to map %zu bytes (%s)",
			   party_name(&e->parties, d->party), n->len, direction_name(n->dir));
	return r;
}

static void end_refused(struct hazard_engine *e, struct report *r, struct dev_record *d,
			const struct ledger_note *n, const char *fix)
{
	struct record now = ledger_call_record(e, d, n, RECORD_MAPPED);

	now.party = NO_PARTY;
	report_now(e, r, &now, true, "mapping refused");
	report_fix(r, "Likely missing", "%s", fix);
	report_end(e, r);
}

/* ---- not memory ---------------------------------------------------------------- */

static const char *not_memory(const struct ledger_note *n)
{
	switch (n->why) {
	case WHY_NOT_SIMULATED:
		return region_of(n->va);
	case WHY_VMALLOC:
		return "is not in the linear map (vmalloc, ioremap, a module's data): its pages "
		       "need not be neighbours";
	case WHY_KMAP:
		return "is the address that kmap() gave a page for a while; dma_map_page() takes "
		       "the page itself";
	case WHY_NOT_RAM:
		return "is not RAM; registers take dma_map_resource()";
	case WHY_USER:
		return "is an address of a process: its pages are anywhere, and "
		       "pin_user_pages_fast() finds them";
	default:
		return NULL;
	}
}

static void refused_size(struct hazard_engine *e, struct dev_record *d,
			 const struct ledger_note *n)
{
	struct report *r = begin_refused(e, d, n, HAZARD_MAP_SIZE);

	if (!r)
		return;
	if (n->len)
		report_say(r, "from pa 0x%" PRIx64 " on, which is memory, but not to the end of "
			   "that. The mapping was refused.", n->pa);
	else
		report_say(r, ". There is nothing to map, and the mapping was refused.");
	end_refused(e, r, d, n, "a length of at least 1, within the buffer");
}

/* ---- cookies ------------------------------------------------------------------- */

struct cookie_search {
	const char *p;
	const struct mapping *found;
};

static bool is_its_cookie(struct mapping *m, void *data)
{
	const struct mapping_more *more = mapping_more(m);
	struct cookie_search *s = data;

	if (m->kind != MAPPING_COHERENT || !more ||
	    !(more->attrs & DMA_ATTR_NO_KERNEL_MAPPING) ||
	    (uint64_t)(s->p - (const char *)more->va) >= m->len)
		return true;
	s->found = m;
	return false;
}

/* The memory that @p was returned for, or is reckoned from, in place of an address; or NULL. */
static const struct mapping *of_cookie(const struct hazard_engine *e, const void *p)
{
	struct cookie_search s = { .p = p };

	for (guint i = 0; !s.found && i < e->parties.devices->len; i++)
		mapped_each_dma(g_ptr_array_index(e->parties.devices, i), 0, UINT64_MAX,
				is_its_cookie, &s);
	return s.found;
}

static void refused_cookie(struct hazard_engine *e, struct dev_record *d,
			   const struct ledger_note *n, const struct mapping *m)
{
	struct report *r = report_begin(e, HAZARD_COOKIE_USED, n->site, m->site);

	if (!r)
		return;
	report_of_mapping(e, r, m);
	report_say(r, "%s was asked to map %zu bytes (%s) by what dma_alloc_attrs() returned for "
		   "the %" PRIu64 " bytes at dma 0x%" PRIx64 ". They were allocated with "
		   "DMA_ATTR_NO_KERNEL_MAPPING: that is a cookie, and no address of anything.",
		   party_name(&e->parties, d->party), n->len, direction_name(n->dir), m->len,
		   m->dma);
	report_row_of_mapping(e, r, m);
	end_refused(e, r, d, n, "an allocation without DMA_ATTR_NO_KERNEL_MAPPING");
}

static void refused_resource(struct hazard_engine *e, struct dev_record *d,
			     const struct ledger_note *n)
{
	struct report *r = begin_refused(e, d, n, HAZARD_MAP_RESOURCE_MEMORY);

	if (!r)
		return;
	report_say(r, "of memory at pa 0x%" PRIx64 " by dma_map_resource(), which is for "
		   "registers: they are where the bus has them, and memory is not. The mapping "
		   "was refused.", n->pa);
	end_refused(e, r, d, n, "dma_map_page(), or dma_map_single()");
}

void given_note_refused(struct hazard_engine *e, struct dev_record *d,
			const struct ledger_note *n)
{
	const struct mapping *m = n->why == WHY_NOT_SIMULATED ? of_cookie(e, n->va) : NULL;
	const char *what = not_memory(n);
	struct report *r;

	if (m) {
		refused_cookie(e, d, n, m);
		return;
	}

	if (n->why == WHY_PAST_MEMORY || (!what && !n->len && !n->nents && n->why != WHY_NONE)) {
		refused_size(e, d, n);
		return;
	}
	if (n->why == WHY_RAM) {
		refused_resource(e, d, n);
		return;
	}
	r = what ? begin_refused(e, d, n, HAZARD_MAP_NOT_MEMORY) : NULL;
	if (!r)
		return;
	report_say(r, "of what %s. The mapping was refused.", what);
	end_refused(e, r, d, n, "a buffer from kmalloc() or alloc_pages()");
}

/* ---- nothing, and too much --------------------------------------------------------- */

static void report_empty(struct hazard_engine *e, const struct mapping *m)
{
	struct report *r = report_begin(e, HAZARD_MAP_SIZE, m->site, NULL);

	if (!r)
		return;
	report_of_mapping(e, r, m);
	report_say(r, "0 bytes at pa 0x%" PRIx64 " were mapped for %s (%s). No line is looked "
		   "after, and no byte is the device's; an IOMMU has no such mapping, and "
		   "refuses it.",
		   m->pa, party_name(&e->parties, m->dev->party), direction_name(m->dir));
	report_now_mapped(e, r, m);
	report_fix(r, "Likely missing", "if (len) before the map");
	report_end(e, r);
}

static void report_past(struct hazard_engine *e, const struct mapping *m, uint64_t room)
{
	struct report *r = report_begin(e, HAZARD_MAP_PAST_ALLOCATION, m->site, NULL);

	if (!r)
		return;
	report_of_mapping(e, r, m);
	report_say(r, "%" PRIu64 " bytes at pa 0x%" PRIx64 " were mapped for %s (%s), and the "
		   "memory that they begin in ends after %" PRIu64 ". What lies at pa 0x%" PRIx64
		   " is somebody else's, and the device's now.", m->len, m->pa,
		   party_name(&e->parties, m->dev->party), direction_name(m->dir), room,
		   m->pa + room);
	report_now_mapped(e, r, m);
	report_fix(r, "Likely missing", "an sg list with an entry for each piece, or the length of "
		   "the buffer");
	report_end(e, r);
}

void given_check_map(struct hazard_engine *e, const struct mapping *m,
		     const struct ledger_note *n)
{
	if (n->kind != LEDGER_MAP)
		return;
	if (!n->len)
		report_empty(e, m);
	else if (n->room && n->room < n->len)
		report_past(e, m, n->room);
}

/* ---- memory as registers ------------------------------------------------------------- */

/* Where the device is coherent, nothing is missing but the right name. */
void given_check_resource(struct hazard_engine *e, const struct mapping *m,
			  const struct ledger_note *n)
{
	struct report *r;

	if (!n->is_ram || (m->is_snooped && !engine_is_portable(e)))
		return;
	r = report_begin(e, HAZARD_MAP_RESOURCE_MEMORY, m->site, NULL);
	if (!r)
		return;
	report_of_mapping(e, r, m);
	report_say(r, "%" PRIu64 " bytes at pa 0x%" PRIx64 " were mapped for %s by "
		   "dma_map_resource() (%s), and they are memory. It is for registers, which no "
		   "cache holds: nothing was cleaned or invalidated, and no unmap will.",
		   m->len, m->pa,
		   party_name(&e->parties, m->dev->party), direction_name(m->dir));
	report_now_mapped(e, r, m);
	report_fix(r, "Likely meant", "dma_map_page(), or dma_map_single()");
	report_end(e, r);
}

/* ---- lists ------------------------------------------------------------------------------- */

struct search {
	uint64_t dma;
	const struct mapping *found;
};

static bool is_memory(struct mapping *m, void *data)
{
	struct search *s = data;

	if (m->kind != MAPPING_COHERENT || m->dma != s->dma)
		return true;
	s->found = m;
	return false;
}

/* Of no memory of the API's: then there is nothing wrong but the question. */
void given_note_no_page(struct hazard_engine *e, struct dev_record *d,
			const struct ledger_note *n)
{
	struct record now = ledger_call_record(e, d, n, RECORD_MAPPED);
	struct search s = { .dma = n->dma };
	struct report *r;

	mapped_each_dma(d, n->dma, n->dma, is_memory, &s);
	if (!s.found)
		return;
	r = report_begin(e, HAZARD_SGTABLE_NO_PAGE, n->site, s.found->site);
	if (!r)
		return;
	report_of_mapping(e, r, s.found);
	report_say(r, "dma_get_sgtable() was asked for a list over the %" PRIu64 " bytes at pa 0x%"
		   PRIx64 ", which have no struct page: they are kept out of the kernel's memory. "
		   "Linux does not look, and returns a list of pages that do not exist.",
		   s.found->len, s.found->pa);
	report_row_of_mapping(e, r, s.found);
	now.party = NO_PARTY;
	report_now(e, r, &now, true, "list refused");
	report_fix(r, "Likely missing", "dma_mmap_attrs() for a process, or memory that has pages "
		   "for another device");
	report_end(e, r);
}
