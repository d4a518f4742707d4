/* SPDX-License-Identifier: MIT */
/*
 * Tables whose first array is the caller's, part of its request; arrays behind it are
 * of SG_CHUNK_SIZE entries. Where Linux keeps pools of them, the host's allocator does.
 *
 * Linux: lib/sg_pool.c.
 */
#include <linux/kernel.h>
#include <linux/scatterlist.h>

#include "kernel.h"

/* Of a single entry nothing would be left behind the link. */
static unsigned int usable(unsigned int nents_first_chunk)
{
	return nents_first_chunk > 1 ? nents_first_chunk : 0;
}

void sg_free_table_chained(struct sg_table *table, unsigned int nents_first_chunk)
{
	port_before_load(table, sizeof(*table));
	if (table->orig_nents > nents_first_chunk)
		__sg_free_table(table, SG_CHUNK_SIZE, usable(nents_first_chunk), sg_host_free,
				table->orig_nents);
}

int sg_alloc_table_chained(struct sg_table *table, int nents, struct scatterlist *first_chunk,
			   unsigned int nents_first_chunk)
{
	unsigned int nr = (unsigned int)nents;
	int err;

	if (WARN(nents <= 0, "BUG: a chained table of %d entries", nents))
		return -EINVAL;
	if (first_chunk && nr <= nents_first_chunk) {
		port_before_load(table, sizeof(*table));
		sg_init_table(table->sgl, nr);
		port_before_store(table, sizeof(*table));
		table->nents = table->orig_nents = nr;
		return 0;
	}
	nents_first_chunk = usable(nents_first_chunk);
	err = __sg_alloc_table(table, nr, SG_CHUNK_SIZE, nents_first_chunk ? first_chunk : NULL,
			       nents_first_chunk, GFP_ATOMIC, sg_host_alloc);
	if (err)
		sg_free_table_chained(table, nents_first_chunk);
	return err;
}
