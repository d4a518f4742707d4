/* SPDX-License-Identifier: MIT */
/*
 * Blocks of dma_pools. A free block holds the link to the next one, in memory that CPU
 * and device both write at any time: who writes there breaks the pool for whoever
 * allocates later, and the kernel can see it only then, if at all.
 *
 *	page of a pool  [ given |  free  | given | never given ... ]
 *	access           fine     after    fine    overrun: it began in, or follows, a
 *	                          free             block that is given
 *
 * Leaves out: an access that stays within another block that is given. Nobody but its
 * author can tell that from one that is meant.
 */
#include "pool.h"

#include <inttypes.h>

#include "mappings.h"
#include "report.h"
#include "unwritten.h"

struct pool_page {
	struct interval by_pa;
	const void *pool;
	struct dev_record *dev;
	char *name;
};

/* Made when it is given for the first time; stays as long as its page. */
struct pool_block {
	struct interval by_pa;
	const void *pool;
	struct dev_record *dev;
	const void *va;
	uint64_t dma;
	bool is_given;
	struct record given, freed;	/* the latest of each; @freed.seq 0: never */
	struct unwritten unwritten;	/* since then */
};

#define page_by_pa(node) \
	((struct pool_page *)((char *)(node) - offsetof(struct pool_page, by_pa)))
#define block_by_pa(node) \
	((struct pool_block *)((char *)(node) - offsetof(struct pool_block, by_pa)))

static uint64_t block_pa(const struct pool_block *b)
{
	return b->by_pa.first;
}

static uint64_t block_len(const struct pool_block *b)
{
	return b->by_pa.last - b->by_pa.first + 1;
}

/* ---- finding ----------------------------------------------------------------------- */

static bool take_node(struct interval *node, void *data)
{
	*(struct interval **)data = node;
	return false;
}

static struct pool_page *page_at(struct hazard_engine *e, uint64_t pa)
{
	struct interval *node = NULL;

	interval_each(e->pool_pages, pa, pa, take_node, &node);
	return node ? page_by_pa(node) : NULL;
}

static struct pool_block *block_at(struct hazard_engine *e, uint64_t pa)
{
	struct interval *node = NULL;

	interval_each(e->pool_blocks, pa, pa, take_node, &node);
	return node ? block_by_pa(node) : NULL;
}

static struct pool_block *block_of_va(struct hazard_engine *e, const void *va)
{
	return e->blocks_by_va ? g_hash_table_lookup(e->blocks_by_va, va) : NULL;
}

/* ---- pages and blocks come and go ----------------------------------------------------- */

static struct interval interval_new(struct hazard_engine *e, uint64_t pa, uint64_t len)
{
	return (struct interval){ .first = pa, .last = pa + len - 1, .age = ++e->live.serial };
}

static struct mapping *mark_mapping(struct hazard_engine *e, struct dev_record *d,
				    const struct ledger_note *n)
{
	struct mapping *m = ledger_latest(e, d);

	return m && m->kind == MAPPING_COHERENT && m->dma == n->dma ? m : NULL;
}

static void note_page(struct hazard_engine *e, struct dev_record *d,
		      const struct ledger_note *n)
{
	struct pool_page *p = g_new0(struct pool_page, 1);
	struct mapping *m = mark_mapping(e, d, n);

	p->pool = n->pool;
	p->dev = d;
	p->name = g_strdup(n->pool_name);
	p->by_pa = interval_new(e, n->pa, n->len);
	interval_insert(&e->pool_pages, &p->by_pa);
	if (m)
		mapping_want_more(m)->pool = n->pool;
}

static struct pool_block *block_new(struct hazard_engine *e, const struct ledger_note *n)
{
	struct pool_block *b = g_new0(struct pool_block, 1);

	b->va = n->va;
	b->by_pa = interval_new(e, n->pa, n->len);
	interval_insert(&e->pool_blocks, &b->by_pa);
	if (!e->blocks_by_va)
		e->blocks_by_va = g_hash_table_new(NULL, NULL);
	g_hash_table_insert(e->blocks_by_va, (void *)(uintptr_t)b->va, b);
	return b;
}

/* Of a broken list anything may come: what is in no page of a pool is not followed. */
static void note_given(struct hazard_engine *e, struct dev_record *d,
		       const struct ledger_note *n)
{
	struct pool_block *b = block_of_va(e, n->va);

	if (!page_at(e, n->pa))
		return;
	if (!b)
		b = block_new(e, n);
	b->pool = n->pool;
	b->dev = d;
	b->dma = n->dma;
	b->is_given = true;
	b->given = ledger_call_record(e, d, n, RECORD_ALLOCATED);
	b->given.stack = engine_stack(e, n->site);
	unwritten_begin(&b->unwritten, e->live.is_fast || n->is_zeroed ? 0 : n->len);
}

static void block_free(struct hazard_engine *e, struct pool_block *b)
{
	interval_remove(&e->pool_blocks, &b->by_pa);
	g_hash_table_remove(e->blocks_by_va, b->va);
	unwritten_begin(&b->unwritten, 0);
	g_free(b);
}

static void page_free(struct hazard_engine *e, struct pool_page *p)
{
	struct interval *node = NULL;

	while (!interval_each(e->pool_blocks, p->by_pa.first, p->by_pa.last, take_node, &node))
		block_free(e, block_by_pa(node));
	interval_remove(&e->pool_pages, &p->by_pa);
	g_free(p->name);
	g_free(p);
}

/* ---- giving back ------------------------------------------------------------------------ */

static char *free_text(const struct ledger_note *n)
{
	return g_strdup_printf("dma_pool_free(%s, vaddr, 0x%" PRIx64 ")", n->pool_name, n->dma);
}

static void report_bad_free(struct hazard_engine *e, struct dev_record *d,
			const struct ledger_note *n, const struct pool_block *b,
			const char *why)
{
	struct record now = ledger_call_record(e, d, n, RECORD_FREED);
	struct report *r = report_begin(e, HAZARD_POOL_FREE, n->site, NULL);
	g_autofree char *call = free_text(n);

	if (!r)
		return;
	report_say(r, "%s: %s", call, why);
	if (b)
		report_row(e, r, &b->given);
	if (b && b->freed.seq)
		report_row(e, r, &b->freed);
	now.party = NO_PARTY;
	report_now(e, r, &now, true, "given to the pool");
	report_fix(r, "Likely meant", "the pool, the pointer and the DMA address of one "
		   "dma_pool_alloc(), once");
	report_end(e, r);
}

static const char *why_not(const struct pool_block *b, const struct ledger_note *n)
{
	if (!b)
		return "no pool has ever given a block at this address.";
	if (!b->is_given)
		return "the block is free already. The list of free blocks now runs in a "
		       "circle, and two drivers will be given the same block.";
	if (b->pool != n->pool)
		return "the block is another pool's. This pool will give it to somebody who "
		       "needs other sizes, and outlive its memory.";
	if (b->dma != n->dma)
		return "the DMA address is not the block's. The next one who is given the "
		       "block is told this address, and its device goes there.";
	return NULL;
}

static void note_freed_block(struct hazard_engine *e, struct dev_record *d,
			     const struct ledger_note *n)
{
	struct pool_block *b = block_of_va(e, n->va);
	const char *why = why_not(b, n);

	if (why)
		report_bad_free(e, d, n, b, why);
	if (!b || !b->is_given)
		return;
	b->is_given = false;
	b->freed = ledger_call_record(e, d, n, RECORD_FREED);
	b->freed.stack = engine_stack(e, n->site);
}

/* ---- the end of a pool --------------------------------------------------------------------- */

struct pool_search {
	const void *pool;
	struct interval *found;
};

static bool is_page_of(struct interval *node, void *data)
{
	struct pool_search *s = data;

	if (page_by_pa(node)->pool != s->pool)
		return true;
	s->found = node;
	return false;
}

static struct pool_page *any_page(struct hazard_engine *e, const void *pool)
{
	struct pool_search s = { pool, NULL };

	interval_each(e->pool_pages, 0, UINT64_MAX, is_page_of, &s);
	return s.found ? page_by_pa(s.found) : NULL;
}

static bool is_given_of(struct interval *node, void *data)
{
	struct pool_search *s = data;
	const struct pool_block *b = block_by_pa(node);

	if (b->pool != s->pool || !b->is_given)
		return true;
	s->found = node;
	return false;
}

static void report_busy(struct hazard_engine *e, struct dev_record *d,
			const struct ledger_note *n)
{
	struct record now = ledger_call_record(e, d, n, RECORD_FREED);
	struct pool_search s = { n->pool, NULL };
	const struct pool_block *b = NULL;
	struct report *r;

	if (!interval_each(e->pool_blocks, 0, UINT64_MAX, is_given_of, &s))
		b = block_by_pa(s.found);
	r = report_begin(e, HAZARD_POOL_BUSY, n->site, b ? b->given.site : NULL);
	if (!r)
		return;
	report_say(r, "dma_pool_destroy(%s): %zu of its blocks %s not given back. Its memory "
		   "stays allocated for ever, since %s may still use it.", n->pool_name, n->len,
		   n->len == 1 ? "was" : "were", party_name(&e->parties, d->party));
	if (b)
		report_row(e, r, &b->given);
	now.party = NO_PARTY;
	report_now(e, r, &now, true, "pool destroyed");
	report_fix(r, "Likely missing", "dma_pool_free(%s, vaddr, 0x%" PRIx64 ")",
		   n->pool_name, b ? b->dma : 0);
	report_end(e, r);
}

/* The leak is told; that of each page would say it again. */
static bool is_told(struct mapping *m, void *data)
{
	if (data && mapping_pool(m) == data)
		m->is_told = true;
	return true;
}

static void note_destroyed(struct hazard_engine *e, struct dev_record *d,
			   const struct ledger_note *n)
{
	struct pool_page *p;

	if (n->len) {
		report_busy(e, d, n);
		mapped_each_dma(d, 0, UINT64_MAX, is_told, (void *)(uintptr_t)n->pool);
	}
	while ((p = any_page(e, n->pool)))
		page_free(e, p);
}

void pool_note(struct hazard_engine *e, struct dev_record *d, const struct ledger_note *n)
{
	if (n->kind == LEDGER_POOL_PAGE)
		note_page(e, d, n);
	else if (n->kind == LEDGER_POOL_ALLOC)
		note_given(e, d, n);
	else if (n->kind == LEDGER_POOL_FREE)
		note_freed_block(e, d, n);
	else
		note_destroyed(e, d, n);
}

void pool_done(struct hazard_engine *e)
{
	struct interval *node = NULL;

	while (!interval_each(e->pool_pages, 0, UINT64_MAX, take_node, &node))
		page_free(e, page_by_pa(node));
	if (e->blocks_by_va)
		g_hash_table_destroy(e->blocks_by_va);
}

/* ---- who touches what -------------------------------------------------------------------- */

static bool is_write(const struct observe_event *ev)
{
	return ev->kind == OBSERVE_STORE || ev->kind == OBSERVE_DMA_WRITE;
}

/* The one that an access runs out of: it begins there, or right behind it. */
static struct pool_block *overrun_block(struct hazard_engine *e, uint64_t pa)
{
	struct pool_block *b = block_at(e, pa);

	if (!b || !b->is_given)
		b = pa ? block_at(e, pa - 1) : NULL;
	return b && b->is_given ? b : NULL;
}

static struct record record_of_access(struct hazard_engine *e, const struct observe_event *ev)
{
	static const enum record_kind kind[2][2] = {
		{ RECORD_CPU_READ, RECORD_CPU_WROTE },
		{ RECORD_DEVICE_READ, RECORD_DEVICE_WROTE },
	};
	struct record now = engine_record(e, kind[!!ev->master][is_write(ev)]);

	now.pa = ev->pa;
	now.dma = ev->dma;
	now.len = (uint32_t)ev->len;
	now.party = party_of(&e->parties, ev);
	now.site = ev->site;
	return now;
}

static const char *consequence(const struct observe_event *ev)
{
	return is_write(ev) ? "Free blocks hold the pool's list: who allocates next is given "
			      "nonsense."
			    : "What is there is the pool's list, or another's tomorrow.";
}

static void report_after_free(struct hazard_engine *e, const struct observe_event *ev,
			      const struct pool_block *b, const struct pool_page *p)
{
	struct record now = record_of_access(e, ev);
	struct report *r = report_begin(e, HAZARD_POOL_USE_AFTER_FREE,
					ev->site ? ev->site : b->freed.site, ev->master);

	if (!r)
		return;
	report_of_access(e, r, ev, is_write(ev));
	report_say(r, ", in a free block of %" PRIu64 " bytes of the pool \"%s\". %s",
		   block_len(b), p->name, consequence(ev));
	report_row(e, r, &b->given);
	report_row(e, r, &b->freed);
	report_now(e, r, &now, true, is_write(ev) ? "wrote a free block" : "read a free block");
	report_fix(r, "Likely meant", "dma_pool_free(%s, vaddr, 0x%" PRIx64 ") once nobody "
		   "uses the block", p->name, b->dma);
	report_end(e, r);
}

static void report_overrun(struct hazard_engine *e, const struct observe_event *ev,
			   const struct pool_block *b, const struct pool_page *p)
{
	struct record now = record_of_access(e, ev);
	struct report *r = report_begin(e, HAZARD_POOL_OVERRUN, ev->site,
					b ? b->given.site : ev->master);

	if (!r)
		return;
	if (!ev->site)
		report_by(r, party_name(&e->parties, now.party));
	report_of_access(e, r, ev, is_write(ev));
	if (b)
		report_say(r, ", of which %" PRIu64 " lie behind the block of %" PRIu64 " bytes "
			   "at pa 0x%" PRIx64 " of the pool \"%s\".",
			   ev->pa + ev->len - MAX(b->by_pa.last + 1, ev->pa), block_len(b),
			   block_pa(b), p->name);
	else
		report_say(r, ", where the pool \"%s\" has given no block.", p->name);
	report_say(r, "%s", consequence(ev));
	if (b)
		report_row(e, r, &b->given);
	report_now(e, r, &now, true, is_write(ev) ? "wrote past the block"
						  : "read past the block");
	report_fix(r, "Likely meant", "a pool of larger blocks, or a shorter access");
	report_end(e, r);
}

struct free_search {
	struct pool_block *freed;	/* the first that is free */
	struct pool_block *within;	/* all of the access is in this one, which is given */
	const struct observe_event *ev;
};

static bool weigh_block(struct interval *node, void *data)
{
	struct free_search *s = data;
	struct pool_block *b = block_by_pa(node);

	if (!b->is_given && !s->freed)
		s->freed = b;
	if (b->is_given && s->ev->pa >= b->by_pa.first &&
	    s->ev->pa + s->ev->len - 1 <= b->by_pa.last)
		s->within = b;
	return true;
}

static void report_unwritten(struct hazard_engine *e, const struct observe_event *ev,
			     const struct pool_block *b, const struct pool_page *p)
{
	struct record now = record_of_access(e, ev);
	struct report *r = report_begin(e, HAZARD_READ_UNINITIALISED, ev->site, b->given.site);

	if (!r)
		return;
	report_of_access(e, r, ev, false);
	report_say(r, ", in a block of the pool \"%s\" that nobody has written there since it was "
		   "given. Pools do not clear: it holds what its last owner left, or the pool's "
		   "own list.", p->name);
	report_row(e, r, &b->given);
	report_now(e, r, &now, true, "read what nobody wrote");
	report_fix(r, "Likely missing", "dma_pool_zalloc() in place of dma_pool_alloc()");
	report_end(e, r);
}

/* Who copies a block, or a device that fetches it, may well take what nobody has set. */
static void use_block(struct hazard_engine *e, const struct observe_event *ev,
		      struct pool_block *b, const struct pool_page *p)
{
	size_t at = ev->pa - block_pa(b);

	if (is_write(ev)) {
		unwritten_wrote(&b->unwritten, at, ev->len);
	} else if (ev->kind == OBSERVE_LOAD && ev->len <= sizeof(uint64_t) &&
		   unwritten_is(&b->unwritten, at, ev->len)) {
		report_unwritten(e, ev, b, p);
		unwritten_wrote(&b->unwritten, at, ev->len);	/* said once */
	}
}

static bool is_judged(const struct observe_event *ev)
{
	if (ev->kind == OBSERVE_LOAD || ev->kind == OBSERVE_STORE)
		return ev->site;	/* else it is the library, at its list */
	return ev->kind == OBSERVE_DMA_READ || ev->kind == OBSERVE_DMA_WRITE;
}

void pool_event(struct hazard_engine *e, const struct observe_event *ev)
{
	struct free_search s = { .ev = ev };
	const struct pool_block *given;
	const struct pool_page *p;

	if (!e->pool_pages || !is_judged(ev))
		return;
	p = page_at(e, ev->pa);
	if (!p)
		return;
	interval_each(e->pool_blocks, ev->pa, ev->pa + ev->len - 1, weigh_block, &s);
	if (s.within) {
		use_block(e, ev, s.within, p);
		return;
	}
	given = block_at(e, ev->pa);
	if (s.freed && !(given && given->is_given))
		report_after_free(e, ev, s.freed, p);
	else
		report_overrun(e, ev, overrun_block(e, ev->pa), p);
}
