/* SPDX-License-Identifier: MIT */
/* The program's events, cut into lines, and what the library says: see may.h. */
#include "steps.h"

#include <string.h>

/* ---- events ------------------------------------------------------------------------- */

/* Is it about a line of which nothing is known, and which it leaves like that? */
static bool needs_no_line(const struct may *may, const struct may_op *op, uint64_t pa)
{
	if (op->verb == MAY_LOAD && op->path.is_inner)
		return true;
	if (op->verb == MAY_STORE || op->verb == MAY_DEVICE_WRITE)
		return false;
	return op->verb == MAY_MAINTAIN || (!machine_line(may->machine, 1, pa).is_dirty &&
					    !machine_line(may->machine, 2, pa).is_dirty);
}

static bool op_of(const struct observe_event *ev, struct may_op *op)
{
	static const uint8_t verb[NR_OBSERVE_KINDS] = {
		[OBSERVE_LOAD] = MAY_LOAD + 1, [OBSERVE_STORE] = MAY_STORE + 1,
		[OBSERVE_DMA_READ] = MAY_DEVICE_READ + 1,
		[OBSERVE_DMA_WRITE] = MAY_DEVICE_WRITE + 1,
		[OBSERVE_MAINTAIN] = MAY_MAINTAIN + 1,
	};

	if (!verb[ev->kind])
		return false;
	*op = (struct may_op){
		.verb = verb[ev->kind] - 1, .op = (uint8_t)ev->op, .levels = (uint8_t)ev->levels,
		.path = ev->path,
	};
	return true;
}
/* The part of @ev from @pa on that lies in its page, if it is a whole idle one: bytes. */
static uint64_t whole_page(struct hazard_engine *e, const struct observe_event *ev, uint64_t pa,
			   const struct may_op *op)
{
	struct may_page *p;

	if (pa % PAGE_BYTES || ev->pa + ev->len - pa < PAGE_BYTES ||
	    !shadow_is_watched(&e->shadow, pa))
		return 0;
	p = may_page_get(e->may, pa);
	if (!may_is_idle(e->may, p, op))
		return 0;
	p->nr_whole++;
	e->may->nr_reads += op->verb == MAY_DEVICE_READ ? e->may->nr_lines : 0;
	return PAGE_BYTES;
}
/* A line that is not followed goes on like that; DMA of many lines is of unheld ones. */
static bool passes_by(struct may *may, struct may_page *p, unsigned i, uint64_t pa,
		      const struct may_op *op, bool is_long)
{
	const struct may_line *l = p->line[i];

	if (l && (l->set || l->gap))
		return false;
	if (may_stays_in_bulk(may, p, i, op, is_long))
		return true;
	if (may_has_bit(p->bulk, i)) {
		may_out_of_bulk(may, p, i);
		return false;
	}
	if (!needs_no_line(may, op, pa))
		return false;
	may->nr_reads += op->verb != MAY_MAINTAIN;
	return true;
}

/* The part of @ev that begins at @pa, within one line. */
static void on_part(struct hazard_engine *e, const struct observe_event *ev, uint64_t pa,
		    size_t len, const struct may_op *op, bool has_told)
{
	struct may *may = e->may;
	struct may_page *p = may_page_get(may, pa);
	unsigned i = may_line_idx(may, pa);
	struct observe_event part;

	p->nr_events[i]++;
	if (passes_by(may, p, i, pa, op, len == may->line_bytes && ev->len > len))
		return;
	if (len == ev->len) {
		may_on_line(e, p, i, op, ev, has_told);
		return;
	}
	part = *ev;
	part.pa = pa;
	part.len = len;
	part.va += (uint32_t)(pa - ev->pa);
	part.bytes = ev->bytes ? ev->bytes + (pa - ev->pa) : NULL;
	may_on_line(e, p, i, op, &part, has_told);
}

/* Line by line. */
static void on_access(struct hazard_engine *e, const struct observe_event *ev, bool has_told)
{
	struct may *may = e->may;
	struct may_op op;

	if (!op_of(ev, &op))
		return;
	for (size_t done = 0, len; done < ev->len; done += len) {
		uint64_t pa = ev->pa + done;
		size_t room = may->line_bytes - pa % may->line_bytes;

		len = whole_page(e, ev, pa, &op);
		if (len)
			continue;
		len = MIN(room, ev->len - done);
		if (shadow_is_watched(&e->shadow, pa))
			on_part(e, ev, pa, len, &op, has_told);
	}
}

static void on_upheaval(struct may *may, const void *site)
{
	struct cache_rules r = machine_cache_rules(may->machine);
	GHashTableIter it;
	gpointer p;

	g_hash_table_iter_init(&it, may->pages);
	while (g_hash_table_iter_next(&it, NULL, &p)) {
		struct may_page *page = p;

		if (may_has_any(page->bulk))
			may_note_gap(may, GAP_UPHEAVAL, page->pa, site);
		memset(page->bulk, 0, sizeof(page->bulk));
		memset(page->halfway, 0, sizeof(page->halfway));
		for (unsigned i = 0; i < may->nr_lines; i++)
			if (page->line[i] && page->line[i]->set)
				may_give_up(may, page, page->line[i], GAP_UPHEAVAL,
					site);
	}
	if (!memcmp(&r, may_sets_rules(may->sets), sizeof(r)))
		return;
	may_sets_free(may->sets);
	may->sets = may_sets_new(&r, MAY_MOST_SETS);
	memset(may->written, 0, sizeof(may->written));
}

void may_event(struct hazard_engine *e, const struct observe_event *ev, bool has_told)
{
	struct may *may = e->may;

	if (!may)
		return;
	switch (ev->kind) {
	case OBSERVE_TLB_FILL:
		may_tlb_fill(may, ev);
		break;
	case OBSERVE_TLB_INVALIDATE:
		may->age++;
		break;
	case OBSERVE_UPHEAVAL:
		on_upheaval(may, ev->site);
		break;
	default:
		on_access(e, ev, has_told);
		break;
	}
}

/* ---- what the library says ------------------------------------------------------------ */

/* Of the bytes of a line that some version has otherwise, none is anybody's any more. */
static void surrender_bytes(struct may_line *l, unsigned at, unsigned len)
{
	uint16_t live = l->set->live & (uint16_t)~(1u << MAY_OLD);
	const uint8_t *first = may_version(l, live ? (unsigned)__builtin_ctz(live) : 0);

	for (unsigned n = 0; live && n < MAY_VERSIONS; n++)
		for (unsigned i = at; live >> n & 1 && i < at + len; i++)
			if (may_version(l, n)[i] != first[i])
				l->nobody[i / 64] |= 1ull << i % 64;
}

typedef void (*line_action)(struct may *may, struct may_page *p, unsigned i, unsigned at,
			    unsigned len);

static void each_line(struct may *may, uint64_t pa, uint64_t len, line_action act)
{
	uint64_t end = pa + len;

	while (pa < end) {
		struct may_page *p = may_page_find(may, pa);
		uint64_t stop = MIN(end, (pa / PAGE_BYTES + 1) * PAGE_BYTES);

		while (p && pa < stop) {
			unsigned at = (unsigned)(pa % may->line_bytes);
			unsigned n = (unsigned)MIN(may->line_bytes - at, stop - pa);
			unsigned i = may_line_idx(may, pa);

			if (may_has_bit(p->bulk, i) || p->line[i])
				act(may, p, i, at, n);
			pa += n;
		}
		pa = stop;
	}
}

static void surrender_line(struct may *may, struct may_page *p, unsigned i, unsigned at,
			   unsigned len)
{
	if (may_has_bit(p->bulk, i))
		may_out_of_bulk(may, p, i);
	if (p->line[i]->set)
		surrender_bytes(p->line[i], at, len);
}

void may_surrender(struct hazard_engine *e, uint64_t pa, uint64_t len)
{
	if (e->may)
		each_line(e->may, pa, len, surrender_line);
}

/* Nobody may rely on free memory, nor on what is left of it in caches. */
static void forget_line(struct may *may, struct may_page *p, unsigned i, unsigned at,
			unsigned len)
{
	if (may_has_bit(p->bulk, i))
		may_out_of_bulk(may, p, i);
	if (len < may->line_bytes) {
		for (unsigned n = at; p->line[i]->set && n < at + len; n++)
			p->line[i]->nobody[n / 64] |= 1ull << n % 64;
		return;
	}
	p->nr_followed -= p->line[i]->set != NULL;
	g_clear_pointer(&p->line[i], may_line_free);
}

void may_forget(struct hazard_engine *e, uint64_t pa, uint64_t len)
{
	if (e->may)
		each_line(e->may, pa, len, forget_line);
}

/* ---- life ---------------------------------------------------------------------------- */

void may_begin(struct hazard_engine *e)
{
	struct cache_rules r = machine_cache_rules(e->machine);
	struct may *may;

	if (e->config.no_may || machine_gear(e->machine) == GEAR_FAST)
		return;
	may = e->may = g_new0(struct may, 1);
	may->machine = e->machine;
	may->sets = may_sets_new(&r, MAY_MOST_SETS);
	may->line_bytes = r.l1_line_bytes ? r.l1_line_bytes : machine_line_min(e->machine);
	may->nr_lines = PAGE_BYTES / may->line_bytes;
	may->age = 1;
	may->pages = g_hash_table_new(g_int64_hash, g_int64_equal);
}

void may_done(struct hazard_engine *e)
{
	struct may *may = e->may;
	GHashTableIter it;
	gpointer p;

	if (!may)
		return;
	g_hash_table_iter_init(&it, may->pages);
	while (g_hash_table_iter_next(&it, NULL, &p))
		may_page_free(may, p);
	g_hash_table_destroy(may->pages);
	if (may->told)
		g_hash_table_destroy(may->told);
	may_sets_free(may->sets);
	g_free(may);
}
