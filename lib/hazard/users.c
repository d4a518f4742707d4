/* SPDX-License-Identifier: MIT */
/*
 * What processes have mapped of drivers' memory, and what drivers took of processes'.
 *
 *	mapped     a page for a process, by remap_pfn_range() and all that ends in it:
 *	           it must agree with the kernel's mapping (alias.c), and go before the
 *	           memory is freed
 *	taken      a page of a process, by get_user_pages(): a copy on write after a fork
 *	           leaves the device with the page, and its user with another
 *
 * One entry for each page: mappings are made in runs and go in any pieces.
 */
#include "report.h"

#include <inttypes.h>
#include <linux/dma-mapping.h>

#include "mappings.h"

struct user_page {
	struct interval by_pa;
	const void *mm;			/* identity only */
	uint32_t va;
	bool is_counted;		/* its memory cannot be freed meanwhile */
	bool is_freed;			/* and that it was, was reported */
	struct record record;
};

struct taken_page {
	const void *mm;
	uint32_t va;
	uint64_t pa;
	bool is_pinned;
	const void *site;
};

#define user_page_of(node) \
	((struct user_page *)((char *)(node) - offsetof(struct user_page, by_pa)))

/* ---- mapped ---------------------------------------------------------- */

struct search {
	const void *mm;			/* NULL: any */
	uint32_t va;
	struct user_page *found;
};

static bool is_it(struct interval *node, void *data)
{
	struct search *s = data;
	struct user_page *u = user_page_of(node);

	if (u->va != s->va || (s->mm && u->mm != s->mm))
		return true;
	s->found = u;
	return false;
}

static struct user_page *find(struct hazard_engine *e, const void *mm, uint32_t va, uint64_t pa)
{
	struct search s = { .mm = mm, .va = va };

	interval_each(e->user_pages, pa, pa, is_it, &s);
	return s.found;
}

static void add_page(struct hazard_engine *e, const struct ledger_note *n, uint64_t off,
		     const void *site)
{
	struct user_page *u = g_new0(struct user_page, 1);

	u->mm = n->mm;
	u->va = (uint32_t)(uintptr_t)n->va + (uint32_t)off;
	u->is_counted = n->is_counted;
	u->record = engine_record(e, RECORD_MAPPED);
	u->record.pa = n->pa + off;
	u->record.len = PAGE_BYTES;
	u->record.site = site;
	u->by_pa.first = n->pa + off;
	u->by_pa.last = n->pa + off + PAGE_BYTES - 1;
	u->by_pa.age = ++e->user_age;
	interval_insert(&e->user_pages, &u->by_pa);
}

static void note_mapped(struct hazard_engine *e, const struct ledger_note *n)
{
	for (uint64_t off = 0; off < n->len; off += PAGE_BYTES)
		add_page(e, n, off, n->site);
	alias_note_user(e, n);
}

/* By a fork: whose call it was is known of the parent's. */
static void note_inherited(struct hazard_engine *e, const struct ledger_note *n)
{
	const struct user_page *parents = find(e, NULL, (uint32_t)(uintptr_t)n->va, n->pa);

	add_page(e, n, 0, parents ? parents->record.site : NULL);
}

static void drop(struct hazard_engine *e, struct user_page *u)
{
	interval_remove(&e->user_pages, &u->by_pa);
	g_free(u);
}

static void note_unmapped(struct hazard_engine *e, const struct ledger_note *n)
{
	struct user_page *u = find(e, n->mm, (uint32_t)(uintptr_t)n->va, n->pa);

	if (u)
		drop(e, u);
}

/* ---- freed under it ----------------------------------------------------- */

struct freed {
	struct hazard_engine *e;
	const struct ledger_note *note;
};

static bool report_freed(struct interval *node, void *data)
{
	struct freed *f = data;
	struct hazard_engine *e = f->e;
	struct user_page *u = user_page_of(node);
	struct record now = engine_record(e, RECORD_FREED);
	struct report *r;

	if (u->is_counted || u->is_freed)
		return true;
	u->is_freed = true;
	r = report_begin(e, HAZARD_FREE_WHILE_USER_MAPPED, f->note->site, u->record.site);
	if (!r)
		return true;
	report_say(r, "The %zu bytes at pa 0x%" PRIx64 " were freed while a process has them "
		   "mapped, at va 0x%08" PRIx32 ". It goes on reading and writing them, whoever "
		   "owns them next.", f->note->len, f->note->pa, u->va);
	report_now(e, r, &u->record, false, "mapped for a process");
	now.pa = f->note->pa;
	now.len = (uint32_t)MIN(f->note->len, UINT32_MAX);
	now.site = f->note->site;
	report_now(e, r, &now, true, "freed while mapped for a process");
	report_fix(r, "Likely missing", "keeping the memory until the vma's close(), and with "
		   "that until the last munmap()");
	report_end(e, r);
	return true;
}

void user_note_freed(struct hazard_engine *e, const struct ledger_note *n, uint64_t pa,
		      uint64_t len)
{
	struct freed f = { e, n };

	if (e->user_pages && len)
		interval_each(e->user_pages, pa, pa + len - 1, report_freed, &f);
}

/* ---- taken ---------------------------------------------------------------- */

static struct taken_page *find_taken(struct hazard_engine *e, const void *mm, uint32_t va)
{
	for (guint i = 0; e->taken && i < e->taken->len; i++) {
		struct taken_page *t = &g_array_index(e->taken, struct taken_page, i);

		if (t->mm == mm && t->va == va)
			return t;
	}
	return NULL;
}

static void note_taken(struct hazard_engine *e, const struct ledger_note *n)
{
	struct taken_page *old = find_taken(e, n->mm, (uint32_t)(uintptr_t)n->va);
	struct taken_page t = {
		n->mm, (uint32_t)(uintptr_t)n->va, n->pa, n->is_counted, n->site,
	};

	if (!e->taken)
		e->taken = g_array_new(FALSE, FALSE, sizeof(t));
	if (old)
		*old = t;
	else
		g_array_append_val(e->taken, t);
}

static void report_copied(struct hazard_engine *e, const struct ledger_note *n,
			  const struct taken_page *t, const struct mapping *m)
{
	struct record now = engine_record(e, RECORD_CPU_WROTE);
	struct report *r = report_begin(e, HAZARD_USER_PAGE_COPIED, t->site, m->site);

	if (!r)
		return;
	report_of_mapping(e, r, m);
	report_say(r, "The page at user va 0x%08" PRIx32 " was taken by get_user_pages() and "
		   "mapped for %s (%s). Then its process forked and wrote to it: it has a copy "
		   "now, at pa 0x%" PRIx64 ", and %s goes on with the page at pa 0x%" PRIx64
		   ", which nobody looks at.", t->va, party_name(&e->parties, m->dev->party),
		   direction_name(m->dir), n->new_pa, party_name(&e->parties, m->dev->party),
		   n->pa);
	report_row_of_mapping(e, r, m);
	now.pa = n->pa;
	now.len = PAGE_BYTES;
	now.site = n->site;
	report_now(e, r, &now, true, "the process wrote, and got a copy");
	report_fix(r, "Likely missing", "pin_user_pages_fast() instead of get_user_pages_fast()");
	report_end(e, r);
}

static void note_copied(struct hazard_engine *e, const struct ledger_note *n)
{
	const struct taken_page *t = find_taken(e, n->mm, (uint32_t)(uintptr_t)n->va);
	const struct mapping *m = ledger_mapping_at(e, n->pa);

	note_unmapped(e, n);
	if (t && t->pa == n->pa && m)
		report_copied(e, n, t, m);
}

/* ---- with which attributes ---------------------------------------------------- */

struct memory_search {
	uint64_t dma;
	const struct mapping *found;
};

static bool is_memory(struct mapping *m, void *data)
{
	struct memory_search *s = data;

	if (m->kind != MAPPING_COHERENT || m->dma != s->dma)
		return true;
	s->found = m;
	return false;
}

static const char *kind_of(bool is_wc)
{
	return is_wc ? "write-combining" : "coherent";
}

void user_note_mmap(struct hazard_engine *e, struct dev_record *d, const struct ledger_note *n)
{
	struct memory_search s = { .dma = n->dma };
	struct record now = ledger_call_record(e, d, n, RECORD_MAPPED);
	bool is_wc = n->attrs & DMA_ATTR_WRITE_COMBINE;
	struct report *r;

	mapped_each_dma(d, n->dma, n->dma, is_memory, &s);
	if (!s.found || s.found->is_snooped ||
	    s.found->is_wc == is_wc)
		return;
	r = report_begin(e, HAZARD_MMAP_ATTRIBUTES, n->site, s.found->site);
	if (!r)
		return;
	report_of_mapping(e, r, s.found);
	report_say(r, "The %" PRIu64 " bytes at pa 0x%" PRIx64 " were allocated as %s memory and "
		   "are mapped for a process as %s memory. Whether these are one memory type "
		   "depends on the core; from ARMv6 on they are, before they are not.",
		   s.found->len, s.found->pa, kind_of(s.found->is_wc), kind_of(is_wc));
	report_row_of_mapping(e, r, s.found);
	report_now(e, r, &now, true, "mapped for a process");
	report_fix(r, "Likely meant", "dma_mmap_attrs() with the attributes of the allocation: %s",
		   s.found->is_wc ? "dma_mmap_wc()" : "dma_mmap_coherent()");
	report_end(e, r);
}

/* ---- the door ---------------------------------------------------------------- */

bool user_note_any(struct hazard_engine *e, const struct ledger_note *n)
{
	switch (n->kind) {
	case LEDGER_USER_MAPPED:
		note_mapped(e, n);
		return true;
	case LEDGER_USER_INHERITED:
		note_inherited(e, n);
		return true;
	case LEDGER_USER_UNMAPPED:
		note_unmapped(e, n);
		return true;
	case LEDGER_USER_TAKEN:
		note_taken(e, n);
		return true;
	case LEDGER_USER_COPIED:
		note_copied(e, n);
		return true;
	default:
		return false;
	}
}

static bool take_first(struct interval *node, void *data)
{
	*(struct user_page **)data = user_page_of(node);
	return false;
}

void user_notes_done(struct hazard_engine *e)
{
	for (struct user_page *u = NULL;; u = NULL) {
		interval_each(e->user_pages, 0, UINT64_MAX, take_first, &u);
		if (!u)
			break;
		drop(e, u);
	}
	if (e->taken)
		g_array_free(e->taken, TRUE);
}
