/* SPDX-License-Identifier: MIT */
/*
 * One walker for all formats. It is for those who look on: reports, tests. Drivers have
 * iova_to_phys(), which is faster and knows one format.
 */
#include "pt-format.h"

static phys_addr_t entry_pa(const struct pt_level *l, phys_addr_t table_pa, u64 iova)
{
	u64 idx = iova >> l->va_shift & ((1ull << l->idx_bits) - 1);

	return table_pa + (idx << l->entry_log2);
}

struct pt_entry pt_walk(const struct pt_fmt *f, phys_addr_t root_pa, u64 iova,
			pt_fetch *fetch, void *arg, unsigned *ret_lvl)
{
	struct pt_entry e = { .kind = PT_TABLE, .pa = root_pa };
	unsigned lvl = 0;

	for (; e.kind == PT_TABLE && lvl < f->nr_levels; lvl++) {
		const struct pt_level *l = &f->level[lvl];

		e = f->decode(f, lvl, fetch(arg, entry_pa(l, e.pa, iova), 1u << l->entry_log2));
	}
	if (ret_lvl)
		*ret_lvl = lvl - 1;
	return e.kind == PT_LEAF ? e : (struct pt_entry){ .kind = PT_INVALID };
}
