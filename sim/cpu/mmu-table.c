/* SPDX-License-Identifier: MIT */
/*
 * Where a walk reads its tables: L1, level 2 or DRAM, as the attributes of the walk and
 * the core have it, in the byte order of SCTLR.EE.
 *
 * Spec: DDI 0406C, B3.3.6 "Attributes and alignment of translation tables" (the walks'
 * memory attributes), B3.5.1 and B3.6.1.
 */
#include "mmu-walk.h"

#include <string.h>

struct table_view table_view(const struct cpu *c, struct mem_attrs a)
{
	const struct machine *m = c->machine;
	bool is_on = c->reg[CP15_SCTLR] & SCTLR_C && !m->is_fast;

	return (struct table_view){
		.m = m, .c = c,
		.is_inner = is_on && a.inner != CACHE_NONE && c->board->part->walks_in_l1,
		.is_outer = is_on && outer_use_of(m, a) != OUTER_BYPASS,
		.is_big_endian = c->reg[CP15_SCTLR] & SCTLR_EE,
	};
}

static void look_below(const struct table_view *v, bool is_held, struct place at, void *buf,
		       size_t len)
{
	if (v->is_outer && is_held)
		outer_peek(v->m, at, buf, len);
	else
		memcpy(buf, dram_bytes(&v->m->dram, IMAGE_DRAM, at.off), len);
}

/* Pages of tables that no cache holds are common, and read without asking one. */
static void look(const struct table_view *v, struct place at, void *buf, size_t len)
{
	const struct page_summary *held = page_summary(&v->m->pages, at.off);

	if (!v->is_inner || !held->nr_inner)
		return look_below(v, held->nr_outer, at, buf, len);
	while (len) {
		size_t piece = inner_piece(&v->m->inner, at.off, len);

		if (!inner_read_copy(v->m, v->c, at, buf, piece))
			look_below(v, held->nr_outer, at, buf, piece);
		at = place_add(at, piece);
		buf = (char *)buf + piece;
		len -= piece;
	}
}

/* @len lies within one page. */
static bool read_bytes(const struct table_view *v, uint64_t pa, void *buf, size_t len)
{
	const struct dram_bank *b = dram_bank_of(&v->m->dram, pa, len);

	if (!b)
		return false;
	look(v, (struct place){ pa, b->off + (pa - b->pa) }, buf, len);
	return true;
}

bool table_read32(const struct table_view *v, uint64_t pa, uint32_t *ret_desc, size_t nr)
{
	if (!read_bytes(v, pa, ret_desc, nr * sizeof(*ret_desc)))
		return false;
	for (size_t i = 0; i < nr && v->is_big_endian; i++)
		ret_desc[i] = __builtin_bswap32(ret_desc[i]);
	return true;
}

bool table_read64(const struct table_view *v, uint64_t pa, uint64_t *ret_desc, size_t nr)
{
	if (!read_bytes(v, pa, ret_desc, nr * sizeof(*ret_desc)))
		return false;
	for (size_t i = 0; i < nr && v->is_big_endian; i++)
		ret_desc[i] = __builtin_bswap64(ret_desc[i]);
	return true;
}
