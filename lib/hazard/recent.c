/* SPDX-License-Identifier: MIT */
/*
 * What happened lately, fast gear: a ring of calls for each 2 MiB of memory, instead of
 * one for each page, because writing in a ring misses no cache of the host. Reports show
 * as much of a buffer's past as is still in its ring.
 */
#include "engine.h"

void recent_note(struct mapped *l, const struct record *r)
{
	uint64_t end = r->pa + MAX(r->len, 1u);

	for (uint64_t at = r->pa; at < end; at = (at | (REGION_BYTES - 1)) + 1) {
		struct region *region = mapped_region(l, at);

		if (region) {
			struct record *room = recent_next(region);
			uint64_t seq = room->seq;

			*room = *r;
			room->seq = seq;
		}
	}
}

void recent_forget(struct region *r, uint64_t pa, uint64_t len)
{
	const struct recent_calls *c = r->recent;

	for (unsigned i = 0; i < MIN(r->nr_recent, NR_RECENT); i++)
		if (c->call[i].pa >= pa && c->call[i].pa + c->call[i].len <= pa + len)
			r->forgotten |= 1u << i;
}

void recent_each(const struct mapped *l, uint64_t pa,
		 void (*visit)(void *ctx, const struct record *r), void *ctx)
{
	const struct region *region = mapped_region(l, pa);
	const struct recent_calls *c = region ? region->recent : NULL;

	for (unsigned i = c ? MIN(region->nr_recent, NR_RECENT) : 0; i; i--) {
		unsigned at = (region->nr_recent - i) % NR_RECENT;

		if (!(region->forgotten >> at & 1))
			visit(ctx, &c->call[at]);
	}
}

const struct record *recent_unmap(const struct mapped *l, uint16_t party, uint64_t pa,
				  uint64_t dma)
{
	const struct region *region = mapped_region(l, pa);
	const struct recent_calls *c = region ? region->recent : NULL;

	for (unsigned i = 1; c && i <= MIN(region->nr_recent, NR_RECENT); i++) {
		const struct record *r = &c->call[(region->nr_recent - i) % NR_RECENT];

		if (r->party == party && r->dma == dma &&
		    (r->kind == RECORD_UNMAPPED || r->kind == RECORD_FREED))
			return r;
	}
	return NULL;
}
